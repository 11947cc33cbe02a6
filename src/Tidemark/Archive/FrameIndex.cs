using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>The index of frames, found by source and time. The only place with SQL about frames.</summary>
public sealed class FrameIndex(SqlDatabase database)
{
    private const string Columns = "source, time, name, bytes, width, height, sha256, received_at, note";

    private const string TotalsQuery =
        """
        select f.source, f.time, f.name, f.bytes, f.width, f.height, f.sha256, f.received_at, f.note, t.frames, t.bytes
        from frame_totals t
        join frame f on f.source = t.source and f.time = (select max(time) from frame where source = t.source)
        """;

    /// <summary>Adds a frame; false where its source has one at this instant already, which stays as it is (A2).</summary>
    public async Task<bool> AddAsync(Frame frame, CancellationToken cancellation) => (await AddAsync([frame], cancellation)).Count == 1;

    /// <summary>Adds frames in one transaction; gives those that were added, and leaves alone those that are there.</summary>
    public Task<List<Frame>> AddAsync(IReadOnlyList<Frame> frames, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var added = new List<Frame>();
        foreach (var frame in frames)
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
    public Task<List<Frame>> ListAsync(string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync(
            $"""
            select {Columns} from frame where source = @source and time >= @start and time < @end
            order by time {(newestFirst ? "desc" : "asc")} limit @limit
            """,
            Read, cancellation, ("source", source), ("start", range.Start), ("end", range.End), ("limit", limit)), cancellation);

    public Task<Frame?> FindAsync(string source, DateTimeOffset time, CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync($"select {Columns} from frame where source = @source and time = @time",
            Read, cancellation, ("source", source), ("time", time)), cancellation);

    /// <summary>The instants in a range that have a frame.</summary>
    public async Task<HashSet<DateTimeOffset>> InstantsAsync(string source, TimeRange range, CancellationToken cancellation) =>
        [.. await database.ReadAsync(session => session.QueryAsync(
            "select time from frame where source = @source and time >= @start and time < @end",
            row => row.Time(0), cancellation, ("source", source), ("start", range.Start), ("end", range.End)), cancellation)];

    /// <summary>Days that have frames, newest first.</summary>
    public Task<List<FrameDay>> DaysAsync(string source, CancellationToken cancellation) =>
        database.ReadAsync(session =>
        {
            var day = session.Dialect == Dialect.Sqlite ? "time / 86400000000" : "floor(extract(epoch from time) / 86400)::bigint";
            return session.QueryAsync(
                $"select {day}, count(*), cast(sum(bytes) as bigint), min(time), max(time) from frame where source = @source group by 1 order by 1 desc",
                row => new FrameDay(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(row.Int(0))), row.Int(1), row.Int(2), row.Time(3), row.Time(4)),
                cancellation, ("source", source));
        }, cancellation);

    /// <summary>How much there is of a source, and its newest frame.</summary>
    public async Task<FrameTotals> TotalsAsync(string source, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"{TotalsQuery} where t.source = @source", ReadTotals, cancellation, ("source", source)), cancellation)
            ?? FrameTotals.None;

    /// <summary>The same of every source that has frames, by source.</summary>
    public async Task<Dictionary<string, FrameTotals>> TotalsAsync(CancellationToken cancellation) =>
        (await database.ReadAsync(session => session.QueryAsync(TotalsQuery, ReadTotals, cancellation), cancellation))
            .ToDictionary(totals => totals.Newest!.Source, StringComparer.Ordinal);

    /// <summary>Bytes of all frames of all sources.</summary>
    public Task<long> BytesAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select cast(coalesce(sum(bytes), 0) as bigint) from frame_totals", row => row.Int(0), cancellation), cancellation);

    private static FrameTotals ReadTotals(Row row) => new(row.Int(9), row.Int(10), Read(row));

    private static Frame Read(Row row) =>
        new(row.Text(0), row.Time(1), row.TextOrNull(2), row.Int(3), (int)row.Int(4), (int)row.Int(5), row.Bytes(6), row.Time(7), row.TextOrNull(8));
}
