using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>Something that is read, and so not deleted.</summary>
/// <param name="Until">Renewed by whoever reads, while it reads.</param>
/// <param name="Reason">For people: <c>timelapse 019f3c1e-…</c>.</param>
public sealed record HeldRange(Guid Id, string Source, TimeRange Range, DateTimeOffset Until, string Reason);

/// <summary>
/// Who reads a stretch of a source holds it: nothing in it is let go meanwhile (invariant A3). The only place with SQL about
/// holds. Taking one and letting a day go exclude each other by the lock on the source's totals, so that either the
/// hold is seen, or whoever takes it is told which days are gone.
/// </summary>
public sealed class Holds(SqlDatabase database, TimeProvider time, ILogger<Holds> logger)
{
    /// <summary>How long a hold lasts that nobody renews: who reads may be cut off from the database for so long.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromHours(1);

    /// <summary>How often it is renewed.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(5);

    // Held by this process: they count whatever the clock says.
    private readonly ConcurrentDictionary<Guid, bool> ours = new();

    /// <summary>Holds a range until the hold is disposed of.</summary>
    /// <param name="reason">For people.</param>
    public async Task<Hold> TakeAsync(string source, TimeRange range, string reason, CancellationToken cancellation)
    {
        var held = new HeldRange(Guid.CreateVersion7(time.GetUtcNow()), source, range, time.GetUtcNow() + Length, reason);
        ours[held.Id] = true;
        try
        {
            return new Hold(this, held, await WriteAsync(held, cancellation), time);
        }
        catch
        {
            ours.TryRemove(held.Id, out _);
            throw;
        }
    }

    /// <summary>All that are held now.</summary>
    public async Task<IReadOnlyList<HeldRange>> ListAsync(CancellationToken cancellation) =>
        InForce(await database.ReadAsync(session => session.QueryAsync("select id, source, start_at, end_at, until, reason from hold order by id", Read, cancellation), cancellation));

    /// <summary>Drops what nobody renews any more.</summary>
    public Task SweepAsync(CancellationToken cancellation) => database.WriteAsync(session =>
        session.ExecuteAsync("delete from hold where until < @before", cancellation, ("before", time.GetUtcNow() - Length)), cancellation);

    /// <summary>Who holds a part of this range now, as this transaction sees it.</summary>
    internal async Task<HeldRange?> HolderAsync(Session session, string source, TimeRange range, CancellationToken cancellation) => InForce(await session.QueryAsync(
        "select id, source, start_at, end_at, until, reason from hold where source = @source and start_at < @end and end_at > @start order by id",
        Read, cancellation, ("source", source), ("start", range.Start), ("end", range.End))).FirstOrDefault();

    /// <summary>Writes the hold, anew where it was there; gives the days of it that are gone.</summary>
    internal Task<IReadOnlyList<DateOnly>> WriteAsync(HeldRange held, CancellationToken cancellation) => database.WriteAsync<IReadOnlyList<DateOnly>>(async session =>
    {
        await FrameIndex.LockAsync(session, held.Source, cancellation);
        await session.ExecuteAsync(
            """
            insert into hold (id, source, start_at, end_at, until, reason) values (@id, @source, @start, @end, @until, @reason)
            on conflict (id) do update set until = excluded.until
            """,
            cancellation, ("id", held.Id), ("source", held.Source), ("start", held.Range.Start), ("end", held.Range.End), ("until", held.Until), ("reason", held.Reason));
        return await session.QueryAsync(
            "select day from day where source = @source and deleted_at is not null and day > @before and day < @end order by day",
            row => DateOnly.FromDateTime(row.Time(0).UtcDateTime), cancellation,
            ("source", held.Source), ("before", held.Range.Start.AddDays(-1)), ("end", held.Range.End));
    }, cancellation);

    internal async Task ReleaseAsync(HeldRange held)
    {
        ours.TryRemove(held.Id, out _);
        try
        {
            await database.WriteAsync(session => session.ExecuteAsync("delete from hold where id = @id", CancellationToken.None, ("id", held.Id)), CancellationToken.None);
        }
        catch (DbException error)
        {
            // It ends by itself.
            Log.HoldNotReleased(logger, held.Source, held.Reason, DatabaseFailures.Map(error).ToString());
        }
    }

    internal async Task RenewAsync(HeldRange held)
    {
        try
        {
            await WriteAsync(held with { Until = time.GetUtcNow() + Length }, CancellationToken.None);
        }
        catch (DbException error)
        {
            Log.HoldNotRenewed(logger, held.Source, held.Reason, DatabaseFailures.Map(error).ToString());
        }
    }

    private List<HeldRange> InForce(List<HeldRange> all)
    {
        var now = time.GetUtcNow();
        return all.FindAll(held => held.Until > now || ours.ContainsKey(held.Id));
    }

    private static HeldRange Read(Row row) => new(row.Id(0), row.Text(1), new TimeRange(row.Time(2), row.Time(3)), row.Time(4), row.Text(5));
}

/// <summary>A hold that is renewed until it is disposed of.</summary>
public sealed class Hold : IAsyncDisposable
{
    private readonly Holds holds;
    private readonly HeldRange held;
    private readonly ITimer timer;
    private readonly SemaphoreSlim one = new(1, 1);
    private bool released;

    internal Hold(Holds holds, HeldRange held, IReadOnlyList<DateOnly> gone, TimeProvider time)
    {
        (this.holds, this.held, Gone) = (holds, held, gone);
        timer = time.CreateTimer(_ => Renewal = RenewAsync(), null, Holds.RenewEvery, Holds.RenewEvery);
    }

    /// <summary>UTC days of the range whose frames had been let go before it was held. None goes from now on.</summary>
    public IReadOnlyList<DateOnly> Gone { get; }

    public HeldRange Held => held;

    /// <summary>The renewal under way, or the last.</summary>
    internal Task Renewal { get; private set; } = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        // A renewal that is under way would write the hold anew after it was released.
        await one.WaitAsync();
        try
        {
            if (!released)
            {
                released = true;
                await holds.ReleaseAsync(held);
            }
        }
        finally
        {
            one.Release();
        }
    }

    private async Task RenewAsync()
    {
        await one.WaitAsync();
        try
        {
            if (!released)
            {
                await holds.RenewAsync(held);
            }
        }
        finally
        {
            one.Release();
        }
    }
}
