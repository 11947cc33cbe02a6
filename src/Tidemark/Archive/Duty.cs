using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>
/// Something that one node at a time does for the whole archive, such as retention. Who has it renews it while it works; one
/// that died has it until its time is over.
/// </summary>
public sealed class Duty(SqlDatabase database, DataFolder folder, TimeProvider time)
{
    /// <summary>How long a node that says nothing more has it still.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>Does the work where no other node is at it; null, with nothing done, where one is.</summary>
    public async Task<T?> DoAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class
    {
        if (!await TakeAsync(name, cancellation))
        {
            return null;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var renewal = time.CreateTimer(_ => _ = RenewAsync(name, lost), null, Length / 4, Length / 4);
        try
        {
            return await work(lost.Token);
        }
        finally
        {
            await renewal.DisposeAsync();
            await ReleaseAsync(name);
        }
    }

    private async Task<bool> TakeAsync(string name, CancellationToken cancellation) => await database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into duty (name, home, until) values (@name, @home, @until)
        on conflict (name) do update set home = excluded.home, until = excluded.until where duty.home = excluded.home or duty.until <= @now
        """,
        cancellation, ("name", name), ("home", folder.Home), ("until", time.GetUtcNow() + Length), ("now", time.GetUtcNow())), cancellation) == 1;

    // Another has it, or nobody can say: either way it is not ours for longer than was written down.
    private async Task RenewAsync(string name, CancellationTokenSource lost)
    {
        try
        {
            if (await TakeAsync(name, lost.Token))
            {
                return;
            }
        }
        catch (Exception error) when (error is System.Data.Common.DbException or OperationCanceledException or ObjectDisposedException)
        {
        }

        try
        {
            await lost.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The work has ended meanwhile.
        }
    }

    private async Task ReleaseAsync(string name)
    {
        try
        {
            await database.WriteAsync(session => session.ExecuteAsync("delete from duty where name = @name and home = @home", CancellationToken.None, ("name", name), ("home", folder.Home)), CancellationToken.None);
        }
        catch (System.Data.Common.DbException)
        {
            // It ends by itself.
        }
    }
}
