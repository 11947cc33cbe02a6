using System.Runtime.CompilerServices;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>Days as retention sees them. The only place with SQL about letting go.</summary>
internal sealed class RetentionDays(SqlDatabase database, Holds holds, TimeProvider time)
{
    private const int PageSize = 2000;

    private const string Copies =
        """
        (select count(*) from day_copy c where c.source = d.source and c.day = d.day and c.revision = d.revision
            and not exists (select 1 from damage x where x.source = c.source and x.day = c.day and x.place = c.place))
        """;

    /// <summary>A source's sealed days that are there, oldest first.</summary>
    public IAsyncEnumerable<StoredDay> OfSourceAsync(string source, CancellationToken cancellation) =>
        PagesAsync("d.source = @source and d.day > @day", source, cancellation);

    /// <summary>Sealed days of all sources that are there, oldest first.</summary>
    public IAsyncEnumerable<StoredDay> OfAllAsync(CancellationToken cancellation) =>
        PagesAsync("(d.day, d.source) > (@day, @source)", "", cancellation);

    /// <summary>Everything else that a plan goes by.</summary>
    public async Task<RetentionFacts> FactsAsync(long free, CancellationToken cancellation)
    {
        var held = await holds.ListAsync(cancellation);
        return await database.ReadAsync(async session =>
        {
            var bytes = await session.QueryAsync("select source, bytes from frame_totals", row => (Source: row.Text(0), Bytes: row.Int(1)), cancellation);
            var day = session.Dialect == Dialect.Sqlite ? "time / 86400000000" : "floor(extract(epoch from time) / 86400)::bigint";
            var unsealed = await session.QueryAsync(
                $"select source, {day}, count(*), cast(sum(bytes) as bigint) from frame group by 1, 2 order by 2, 1",
                row => new StoredDay(row.Text(0), DateTimeOffset.UnixEpoch.AddDays(row.Int(1)), 0, row.Int(2), row.Int(3), 0), cancellation);
            var newest = await session.FirstAsync("select max(day) from day where frames > 0", row => row.TimeOrNull(0), cancellation);
            foreach (var one in unsealed.Where(one => newest is null || one.Day > newest))
            {
                newest = one.Day;
            }

            return new RetentionFacts(time.GetUtcNow(), newest ?? DateTimeOffset.UnixEpoch, free, bytes.ToDictionary(one => one.Source, one => one.Bytes, StringComparer.Ordinal), unsealed, held);
        }, cancellation);
    }

    /// <summary>
    /// Records that a day is let go, where nothing has come between since it was planned. Its frames are not listed from
    /// then on; their files are there still.
    /// </summary>
    /// <returns>Null: recorded. Else why it stays after all.</returns>
    public Task<RetentionDay?> RecordAsync(RetentionDay day, int copies, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        await FrameIndex.LockAsync(session, day.Source, cancellation);
        var stored = await session.FirstAsync(
            $"select d.revision, d.frames, d.bytes, {Copies} from day d where d.source = @source and d.day = @day and d.deleted_at is null",
            row => (Revision: (int)row.Int(0), Frames: row.Int(1), Bytes: row.Int(2), Copies: (int)row.Int(3)), cancellation, ("source", day.Source), ("day", day.Day));
        var late = await session.FirstAsync("select count(*) from frame where source = @source and time >= @day and time < @end", row => row.Int(0), cancellation,
            ("source", day.Source), ("day", day.Day), ("end", day.Day.AddDays(1)));
        if (stored.Revision != day.Revision || late > 0)
        {
            return day with { Kept = KeptBecause.NotSealed, Detail = "it changed meanwhile" };
        }

        if (await holds.HolderAsync(session, day.Source, TimeRange.Day(day.Day), cancellation) is { } holder)
        {
            return day with { Kept = KeptBecause.Held, Detail = holder.Reason };
        }

        if (stored.Copies < copies)
        {
            return day with { Kept = KeptBecause.Copies, Detail = $"{stored.Copies} of {copies}" };
        }

        await session.ExecuteAsync("update day set deleted_at = @now, deleted_why = @why where source = @source and day = @day and revision = @revision and deleted_at is null",
            cancellation, ("now", time.GetUtcNow()), ("why", day.Rule), ("source", day.Source), ("day", day.Day), ("revision", day.Revision));
        await session.ExecuteAsync("update frame_totals set frames = frames - @frames, bytes = bytes - @bytes where source = @source",
            cancellation, ("frames", stored.Frames), ("bytes", stored.Bytes), ("source", day.Source));
        return null;
    }, cancellation);

    /// <summary>Days that are recorded as let go and whose files may be there still.</summary>
    public Task<List<RemovingDay>> RemovingAsync(CancellationToken cancellation) => database.ReadAsync(async session =>
    {
        var days = await session.QueryAsync(
            "select source, day, revision, frames, bytes, deleted_at, deleted_why from day where deleted_at is not null and removed_at is null order by source, day limit 1000",
            row => new RemovingDay(row.Text(0), row.Time(1), (int)row.Int(2), row.Int(3), row.Int(4), row.Time(5), row.TextOrNull(6) ?? "", []), cancellation);
        for (var i = 0; i < days.Count; i++)
        {
            var places = await session.QueryAsync("select place from day_copy where source = @source and day = @day and revision = @revision order by place",
                row => row.Text(0), cancellation, ("source", days[i].Source), ("day", days[i].Day), ("revision", days[i].Revision));
            days[i] = days[i] with { Copies = places };
        }

        return days;
    }, cancellation);

    /// <summary>Its files are gone.</summary>
    public Task RemovedAsync(RemovingDay day, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "update day set removed_at = @now where source = @source and day = @day", cancellation, ("now", time.GetUtcNow()), ("source", day.Source), ("day", day.Day)), cancellation);

    private async IAsyncEnumerable<StoredDay> PagesAsync(string where, string source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var day = DateTimeOffset.UnixEpoch.AddYears(-1);
        while (true)
        {
            var (afterDay, afterSource) = (day, source);
            var page = await database.ReadAsync(session => session.QueryAsync(
                $"select d.source, d.day, d.revision, d.frames, d.bytes, {Copies} from day d where d.deleted_at is null and d.frames > 0 and {where} order by d.day, d.source limit {PageSize}",
                row => new StoredDay(row.Text(0), row.Time(1), (int)row.Int(2), row.Int(3), row.Int(4), (int)row.Int(5)), cancellation,
                ("day", afterDay), ("source", afterSource)), cancellation);
            foreach (var one in page)
            {
                yield return one;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (day, source) = (page[^1].Day, page[^1].Source);
        }
    }
}

/// <summary>A day that is recorded as let go.</summary>
/// <param name="Copies">Places that have a verified copy.</param>
internal sealed record RemovingDay(string Source, DateTimeOffset Day, int Revision, long Frames, long Bytes, DateTimeOffset DeletedAt, string Rule, IReadOnlyList<string> Copies);
