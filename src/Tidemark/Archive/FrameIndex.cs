using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>The index of frames, found by source and time. The only place with SQL about frames.</summary>
public sealed class FrameIndex(SqlDatabase database)
{
    private const string Columns = "source, time, name, bytes, width, height, sha256, received_at";

    /// <summary>Adds a frame; false where its source has one at this instant already, which stays as it is (A2).</summary>
    public async Task<bool> AddAsync(Frame frame, CancellationToken cancellation) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            $"insert into frame ({Columns}) values (@source, @time, @name, @bytes, @width, @height, @sha256, @receivedAt) on conflict do nothing",
            cancellation,
            ("source", frame.Source), ("time", frame.Time), ("name", frame.Name), ("bytes", frame.Bytes), ("width", frame.Width),
            ("height", frame.Height), ("sha256", frame.Sha256.ToArray()), ("receivedAt", frame.ReceivedAt)), cancellation) == 1;

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
    public Task<FrameTotals> TotalsAsync(string source, CancellationToken cancellation) =>
        database.ReadAsync(async session =>
        {
            var newest = await session.FirstAsync($"select {Columns} from frame where source = @source order by time desc limit 1", Read, cancellation, ("source", source));
            return await session.FirstAsync("select count(*), cast(coalesce(sum(bytes), 0) as bigint) from frame where source = @source",
                row => new FrameTotals(row.Int(0), row.Int(1), newest), cancellation, ("source", source)) ?? new FrameTotals(0, 0, null);
        }, cancellation);

    /// <summary>Bytes of all frames of all sources.</summary>
    public Task<long> BytesAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select cast(coalesce(sum(bytes), 0) as bigint) from frame", row => row.Int(0), cancellation), cancellation);

    private static Frame Read(Row row) =>
        new(row.Text(0), row.Time(1), row.TextOrNull(2), row.Int(3), (int)row.Int(4), (int)row.Int(5), row.Bytes(6), row.Time(7));
}
