using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What checking and rebuilding need of the rows as a whole.</summary>
public sealed partial class DayStore
{
    /// <summary>Every source that has or had frames or slots, in order.</summary>
    public Task<List<string>> SourcesAsync(CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        "select source from frame_totals union select source from day union select source from slot_day order by 1", row => row.Text(0), cancellation), cancellation);

    /// <summary>Days of a source that have frames with rows of their own, or slots that are in no seal.</summary>
    public Task<List<DateTimeOffset>> OpenDaysAsync(string source, CancellationToken cancellation) => database.ReadAsync(session =>
    {
        var day = session.Dialect == Dialect.Sqlite ? "time / 86400000000" : "floor(extract(epoch from time) / 86400)::bigint";
        var number = session.Dialect == Dialect.Sqlite ? "day / 86400000000" : "floor(extract(epoch from day) / 86400)::bigint";
        return session.QueryAsync($"select {day} from frame where source = @source union select {number} from slot_day where source = @source order by 1", row => DateTimeOffset.UnixEpoch.AddDays(row.Int(0)), cancellation, ("source", source));
    }, cancellation);

    /// <summary>How many files and bytes there are to read in sealed days and rows.</summary>
    public Task<(long Files, long Bytes)> SizeAsync(string? source, TimeRange range, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        """
        select cast(coalesce(sum(frames), 0) as bigint), cast(coalesce(sum(bytes), 0) as bigint) from (
            select frames, bytes from day where (@source = '' or source = @source) and day >= @start and day < @end and deleted_at is null
            union all
            select count(*), coalesce(sum(bytes), 0) from frame where (@source = '' or source = @source) and time >= @start and time < @end
        ) all_of_it
        """,
        row => (row.Int(0), row.Int(1)), cancellation, ("source", source ?? ""), ("start", range.Start), ("end", range.End)), cancellation);

    /// <summary>How many days are sealed and have their frames still, and how many of them have a verified copy at a place.</summary>
    public Task<(long Sealed, long Copied)> CountAsync(string place, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        """
        select count(*), count(c.source) from day d
        left join day_copy c on c.source = d.source and c.day = d.day and c.place = @place and c.revision = d.revision
        where d.deleted_at is null
        """,
        row => (row.Int(0), row.Int(1)), cancellation, ("place", place)), cancellation);

    /// <summary>What a source's totals say and what they are, where that differs; null where it does not.</summary>
    /// <param name="mend">Makes them right.</param>
    public Task<((long Frames, long Bytes) Said, (long Frames, long Bytes) Are)?> TotalsDifferAsync(string source, bool mend, CancellationToken cancellation) =>
        database.WriteAsync(async session =>
        {
            if (mend)
            {
                await session.ExecuteAsync("insert into frame_totals (source, frames, bytes) values (@source, 0, 0) on conflict do nothing", cancellation, ("source", source));
            }

            await FrameIndex.LockAsync(session, source, cancellation);
            var said = await session.FirstAsync("select frames, bytes from frame_totals where source = @source", row => (row.Int(0), row.Int(1)), cancellation, ("source", source));
            var are = await session.FirstAsync(
                """
                select cast(coalesce(sum(frames), 0) as bigint), cast(coalesce(sum(bytes), 0) as bigint) from (
                    select frames, bytes from day where source = @source and deleted_at is null
                    union all
                    select count(*), coalesce(sum(bytes), 0) from frame where source = @source
                ) all_of_it
                """,
                row => (row.Int(0), row.Int(1)), cancellation, ("source", source));
            if (said == are)
            {
                return null;
            }

            if (mend)
            {
                await session.ExecuteAsync("update frame_totals set frames = @frames, bytes = @bytes where source = @source", cancellation, ("frames", are.Item1), ("bytes", are.Item2), ("source", source));
            }

            return (((long, long), (long, long))?)(said, are);
        }, cancellation);

    /// <summary>Makes the row of a sealed day what its manifest says, whatever was there; rows of its frames go. The totals are made right afterwards (<see cref="TotalsDifferAsync"/>).</summary>
    /// <param name="deletedAt">When its frames were let go, by which rule; null: they are there.</param>
    public async Task RebuildAsync(Manifest manifest, byte[] sum, DateTimeOffset? deletedAt, string? deletedWhy, CancellationToken cancellation)
    {
        var packed = PackedFrames.Pack(manifest.Day, manifest.Frames);
        var times = manifest.Frames.Select(frame => frame.Time).ToHashSet();
        await database.WriteAsync(async session =>
        {
            await FrameIndex.TakeRowsAsync(session, manifest.Source, manifest.Day, times, cancellation);
            await session.ExecuteAsync(
                """
                insert into day (source, day, revision, frames, bytes, first, last, packed, manifest, sealed_at, told_at, deleted_at, deleted_why)
                values (@source, @day, @revision, @frames, @bytes, @first, @last, @packed, @manifest, @sealedAt, @toldAt, @deletedAt, @deletedWhy)
                on conflict (source, day) do update set revision = excluded.revision, frames = excluded.frames, bytes = excluded.bytes, first = excluded.first, last = excluded.last,
                    packed = excluded.packed, manifest = excluded.manifest, sealed_at = excluded.sealed_at, told_at = coalesce(day.told_at, excluded.told_at),
                    deleted_at = excluded.deleted_at, deleted_why = excluded.deleted_why
                """,
                cancellation,
                ("source", manifest.Source), ("day", manifest.Day), ("revision", manifest.Revision), ("frames", manifest.Frames.Count), ("bytes", manifest.Bytes),
                ("first", manifest.Frames.Count > 0 ? manifest.Frames[0].Time : null), ("last", manifest.Frames.Count > 0 ? manifest.Frames[^1].Time : null),
                ("packed", packed), ("manifest", sum), ("sealedAt", manifest.SealedAt), ("toldAt", manifest.SealedAt), ("deletedAt", deletedAt), ("deletedWhy", deletedWhy));
        }, cancellation);
    }
}
