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

    private static readonly TimeSpan RenewEvery = Length / 4;

    /// <summary>
    /// Does the work where no other node is at it; null, with nothing done, where one is. Who could not renew it in time has lost
    /// it: the work is cancelled, as it is where another has it after all.
    /// </summary>
    public async Task<T?> DoAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class
    {
        var until = time.GetUtcNow() + Length;
        if (!await TakeAsync(name, cancellation))
        {
            return null;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var renewal = time.CreateTimer(_ => _ = KeepAsync(), null, RenewEvery, RenewEvery);
        try
        {
            return await work(lost.Token);
        }
        finally
        {
            await renewal.DisposeAsync();
            await ReleaseAsync(name);
        }

        async Task KeepAsync() => until = await RenewAsync(name, until, lost);
    }

    private async Task<bool> TakeAsync(string name, CancellationToken cancellation) => await database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into duty (name, home, until) values (@name, @home, @until)
        on conflict (name) do update set home = excluded.home, until = excluded.until where duty.home = excluded.home or duty.until <= @now
        """,
        cancellation, ("name", name), ("home", folder.Home), ("until", time.GetUtcNow() + Length), ("now", time.GetUtcNow())), cancellation) == 1;

    // Until when it is ours. Another has it, or nobody could say in time: it is not ours for longer than was written down.
    private async Task<DateTimeOffset> RenewAsync(string name, DateTimeOffset until, CancellationTokenSource lost)
    {
        var renewed = time.GetUtcNow() + Length;
        try
        {
            if (await TakeAsync(name, lost.Token))
            {
                return renewed;
            }
        }
        catch (System.Data.Common.DbException) when (time.GetUtcNow() + RenewEvery < until)
        {
            // The next one comes in time still.
            return until;
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

        return until;
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
