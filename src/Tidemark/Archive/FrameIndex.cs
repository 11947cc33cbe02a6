using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// The index of frames, found by source and time: those with rows of their own and those of sealed days, which are packed
/// into their day's row, read as one. With <see cref="DayStore"/> the only place with SQL about frames.
/// </summary>
/// <remarks>Rows are read before packed days, always: sealing moves frames from the ones to the others, so none is missed, and one that is found in both counts once.</remarks>
public sealed class FrameIndex(SqlDatabase database)
{
    private const string Columns = "source, time, name, bytes, width, height, sha256, received_at, note";

    // The newest frame has a row, or is in the newest day that is packed.
    private const string TotalsQuery =
        """
        select f.source, f.time, f.name, f.bytes, f.width, f.height, f.sha256, f.received_at, f.note, t.source, t.frames, t.bytes,
            d.day, case when f.time is null or d.last > f.time then d.packed end
        from frame_totals t
        left join frame f on f.source = t.source and f.time = (select max(time) from frame where source = t.source)
        left join day d on d.source = t.source and d.day = (select max(day) from day where source = t.source and deleted_at is null and frames > 0)
        where t.frames > 0
        """;

    // How many packed days are asked for at once, at most.
    private const int MostDaysAtOnce = 32;

    /// <summary>Adds a frame; false where its source has one at this instant already, which stays as it is (A2).</summary>
    public async Task<bool> AddAsync(Frame frame, CancellationToken cancellation) => (await AddAsync([frame], cancellation)).Count == 1;

    /// <summary>Adds frames in one transaction; gives those that were added, and leaves alone those that are there.</summary>
    public Task<List<Frame>> AddAsync(IReadOnlyList<Frame> frames, CancellationToken cancellation) => database.WriteTogetherAsync(async session =>
    {
        var added = new List<Frame>();
        foreach (var frame in await LackingAsync(session, frames, cancellation))
        {
            if (await session.ExecuteAsync(
                $"insert into frame ({Columns}) values (@source, @time, @name, @bytes, @width, @height, @sha256, @receivedAt, @note) on conflict do nothing",
                cancellation,
                ("source", frame.Source), ("time", frame.Time), ("name", frame.Name), ("bytes", frame.Bytes), ("width", frame.Width),
                ("height", frame.Height), ("sha256", frame.Sha256.ToArray()), ("receivedAt", frame.ReceivedAt), ("note", frame.Note)) == 1)
            {
                added.Add(frame);
            }
        }

        // In the order of sources: two that add at the same time must not wait for each other.
        foreach (var source in added.GroupBy(frame => frame.Source).OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            await session.ExecuteAsync(
                """
                insert into frame_totals (source, frames, bytes) values (@source, @frames, @bytes)
                on conflict (source) do update set frames = frame_totals.frames + excluded.frames, bytes = frame_totals.bytes + excluded.bytes
                """,
                cancellation, ("source", source.Key), ("frames", source.Count()), ("bytes", source.Sum(frame => frame.Bytes)));
        }

        return added;
    }, cancellation);

    /// <summary>Frames of a range in the order of time, at most <paramref name="limit"/>.</summary>
    public Task<List<Frame>> ListAsync(string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation) => database.ReadAsync(async session =>
    {
        if (limit <= 0 || range.IsEmpty)
        {
            return [];
        }

        var rows = await session.QueryAsync(
            $"""
            select {Columns} from frame where source = @source and time >= @start and time < @end
            order by time {(newestFirst ? "desc" : "asc")} limit @limit
            """,
            Read, cancellation, ("source", source), ("start", range.Start), ("end", range.End), ("limit", limit));
        // Beyond the last of so many rows no packed frame is wanted.
        if (rows.Count == limit)
        {
            range = newestFirst ? new TimeRange(rows[^1].Time, range.End) : new TimeRange(range.Start, rows[^1].Time.AddMilliseconds(1));
        }

        var packed = await PackedAsync(session, source, range, limit, newestFirst, cancellation);
        if (packed.Count == 0)
        {
            return rows;
        }

        var all = packed.Concat(rows).DistinctBy(frame => frame.Time);
        return [.. (newestFirst ? all.OrderByDescending(frame => frame.Time) : all.OrderBy(frame => frame.Time)).Take(limit)];
    }, cancellation);

    public Task<Frame?> FindAsync(string source, DateTimeOffset time, CancellationToken cancellation) => database.ReadAsync(async session =>
        await session.FirstAsync($"select {Columns} from frame where source = @source and time = @time", Read, cancellation, ("source", source), ("time", time))
            // Instants are written in microseconds: a range that is shorter has no end, and no day that begins with it.
            ?? (await PackedAsync(session, source, new TimeRange(time, time.AddMicroseconds(1)), 1, newestFirst: false, cancellation)).FirstOrDefault(), cancellation);

    /// <summary>The instants in a range that have a frame, or had one that was let go.</summary>
    public Task<HashSet<DateTimeOffset>> InstantsAsync(string source, TimeRange range, CancellationToken cancellation) => database.ReadAsync(async session =>
    {
        var instants = (await session.QueryAsync("select time from frame where source = @source and time >= @start and time < @end",
            row => row.Time(0), cancellation, ("source", source), ("start", range.Start), ("end", range.End))).ToHashSet();
        var days = await session.QueryAsync($"select day, packed from day where {InRange}",
            row => PackedFrames.Times(row.Time(0), row.Bytes(1)), cancellation, ("source", source), ("start", TimeRange.Day(range.Start).Start), ("end", range.End));
        instants.UnionWith(days.SelectMany(day => day).Where(range.Contains));
        return instants;
    }, cancellation);

    /// <summary>Days that have frames, newest first.</summary>
    public Task<List<FrameDay>> DaysAsync(string source, CancellationToken cancellation) =>
        database.ReadAsync(session =>
        {
            var (ofTime, ofDay) = session.Dialect == Dialect.Sqlite
                ? ("time / 86400000000", "day / 86400000000")
                : ("floor(extract(epoch from time) / 86400)::bigint", "floor(extract(epoch from day) / 86400)::bigint");
            // One statement sees one state: nothing is counted twice while it is packed.
            return session.QueryAsync(
                $"""
                select number, cast(sum(frames) as bigint), cast(sum(bytes) as bigint), min(first), max(last) from (
                    select {ofTime} as number, count(*) as frames, cast(sum(bytes) as bigint) as bytes, min(time) as first, max(time) as last from frame where source = @source group by 1
                    union all
                    select {ofDay}, frames, bytes, first, last from day where source = @source and deleted_at is null and frames > 0
                ) days group by number order by number desc
                """,
                row => new FrameDay(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(row.Int(0))), row.Int(1), row.Int(2), row.Time(3), row.Time(4)),
                cancellation, ("source", source));
        }, cancellation);

    /// <summary>How much there is of a source, and its newest frame.</summary>
    public async Task<FrameTotals> TotalsAsync(string source, CancellationToken cancellation) =>
        (await database.ReadAsync(session => session.FirstAsync($"{TotalsQuery} and t.source = @source", ReadTotals, cancellation, ("source", source)), cancellation)).Totals
            ?? FrameTotals.None;

    /// <summary>The same of every source that has frames, by source.</summary>
    public async Task<Dictionary<string, FrameTotals>> TotalsAsync(CancellationToken cancellation) =>
        (await database.ReadAsync(session => session.QueryAsync(TotalsQuery, ReadTotals, cancellation), cancellation))
            .ToDictionary(one => one.Source, one => one.Totals!, StringComparer.Ordinal);

    /// <summary>Bytes of all frames of all sources.</summary>
    public Task<long> BytesAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select cast(coalesce(sum(bytes), 0) as bigint) from frame_totals", row => row.Int(0), cancellation), cancellation);

    /// <summary>Frames of a range that have rows of their own, in the order of time: of an unsealed day all, of a sealed one those that came late.</summary>
    internal static Task<List<Frame>> RowsAsync(Session session, string source, TimeRange range, CancellationToken cancellation) => session.QueryAsync(
        $"select {Columns} from frame where source = @source and time >= @start and time < @end order by time", Read, cancellation,
        ("source", source), ("start", range.Start), ("end", range.End));

    /// <summary>Takes the rows of a day's frames away, in the transaction that packs them; gives those that there were.</summary>
    internal static async Task<List<Frame>> TakeRowsAsync(Session session, string source, DateTimeOffset day, HashSet<DateTimeOffset> times, CancellationToken cancellation)
    {
        var rows = await RowsAsync(session, source, TimeRange.Day(day), cancellation);
        var taken = rows.FindAll(row => times.Contains(row.Time));
        if (taken.Count == rows.Count)
        {
            await session.ExecuteAsync("delete from frame where source = @source and time >= @start and time < @end", cancellation, ("source", source), ("start", day), ("end", day.AddDays(1)));
            return taken;
        }

        foreach (var row in taken)
        {
            await session.ExecuteAsync("delete from frame where source = @source and time = @time", cancellation, ("source", source), ("time", row.Time));
        }

        return taken;
    }

    /// <summary>Excludes others that add or pack frames of this source until the transaction ends. SQLite has one writer: there the transaction itself is the lock.</summary>
    internal static Task LockAsync(Session session, string source, CancellationToken cancellation) => session.Dialect == Dialect.Sqlite
        ? Task.CompletedTask
        : session.FirstAsync("select 1 from frame_totals where source = @source for update", _ => true, cancellation, ("source", source));

    // Of a sealed day those that it has already are left out: the journal may be shipped again long after.
    private static async Task<List<Frame>> LackingAsync(Session session, IReadOnlyList<Frame> frames, CancellationToken cancellation)
    {
        var lacking = new List<Frame>(frames.Count);
        // In the order of sources: two that add at the same time must not wait for each other.
        foreach (var ofSource in frames.GroupBy(frame => frame.Source).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            await LockAsync(session, ofSource.Key, cancellation);
            foreach (var ofDay in ofSource.GroupBy(frame => TimeRange.Day(frame.Time).Start))
            {
                var packed = await session.FirstAsync("select packed from day where source = @source and day = @day", row => row.Bytes(0), cancellation, ("source", ofSource.Key), ("day", ofDay.Key));
                var there = packed is null ? [] : PackedFrames.Times(ofDay.Key, packed).ToHashSet();
                lacking.AddRange(ofDay.Where(frame => !there.Contains(frame.Time)));
            }
        }

        return lacking;
    }

    // Days are asked for as they are needed, more at a time the more it takes; none is unpacked beyond the limit.
    private static async Task<List<Frame>> PackedAsync(Session session, string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation)
    {
        var frames = new List<Frame>();
        var (from, end) = (TimeRange.Day(range.Start).Start, range.End);
        for (var take = 1; ; take = Math.Min(take * 2, MostDaysAtOnce))
        {
            var page = await session.QueryAsync(
                $"select day, packed from day where {InRange} and deleted_at is null and frames > 0 order by day {(newestFirst ? "desc" : "asc")} limit @take",
                row => (Day: row.Time(0), Packed: row.Bytes(1)), cancellation, ("source", source), ("start", from), ("end", end), ("take", take));
            foreach (var (day, packed) in page)
            {
                var inRange = PackedFrames.Unpack(source, day, packed).Where(frame => range.Contains(frame.Time));
                frames.AddRange((newestFirst ? inRange.Reverse() : inRange).Take(limit - frames.Count));
                if (frames.Count == limit)
                {
                    return frames;
                }
            }

            if (page.Count < take)
            {
                return frames;
            }

            (from, end) = newestFirst ? (from, page[^1].Day) : (page[^1].Day.AddDays(1), end);
        }
    }

    private const string InRange = "source = @source and day >= @start and day < @end";

    private static (string Source, FrameTotals? Totals) ReadTotals(Row row)
    {
        var source = row.Text(9);
        var newest = row.IsNull(13) ? row.IsNull(0) ? null : Read(row) : PackedFrames.Unpack(source, row.Time(12), row.Bytes(13))[^1];
        return (source, new FrameTotals(row.Int(10), row.Int(11), newest));
    }

    private static Frame Read(Row row) =>
        new(row.Text(0), row.Time(1), row.TextOrNull(2), row.Int(3), (int)row.Int(4), (int)row.Int(5), row.Bytes(6), row.Time(7), row.TextOrNull(8));
}
