using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>A sealed day, as its row says.</summary>
/// <param name="Day">Midnight, UTC.</param>
/// <param name="Manifest">SHA-256 of <c>manifest.N.json</c>, 32 bytes.</param>
/// <param name="ToldAt">When the operator's command took note of this revision; null: not yet.</param>
/// <param name="DeletedAt">When its frames were let go; null: they are there.</param>
public sealed record SealedDay(
    string Source, DateTimeOffset Day, int Revision, long Frames, long Bytes, ReadOnlyMemory<byte> Manifest, DateTimeOffset SealedAt, DateTimeOffset? ToldAt, DateTimeOffset? DeletedAt);

/// <summary>Rows of sealed days (<c>day</c>). With <see cref="FrameIndex"/> the only place with SQL about frames.</summary>
public sealed partial class DayStore(SqlDatabase database)
{
    private const string Columns = "source, day, revision, frames, bytes, manifest, sealed_at, told_at, deleted_at";

    public Task<SealedDay?> FindAsync(string source, DateTimeOffset day, CancellationToken cancellation) => database.ReadAsync(session =>
        session.FirstAsync($"select {Columns} from day where source = @source and day = @day", Read, cancellation, ("source", source), ("day", day)), cancellation);

    /// <summary>Sealed days after one, by source and day: page by page through all of them.</summary>
    /// <param name="after">The last of the page before; null: from the first on.</param>
    public Task<List<SealedDay>> PageAsync((string Source, DateTimeOffset Day)? after, int limit, CancellationToken cancellation) => database.ReadAsync(session =>
        session.QueryAsync($"select {Columns} from day where (source, day) > (@source, @day) order by source, day limit @limit", Read, cancellation,
            ("source", after?.Source ?? ""), ("day", after?.Day ?? DateTimeOffset.UnixEpoch), ("limit", limit)), cancellation);

    /// <summary>A source's sealed days in a range of days, newest first.</summary>
    public Task<List<SealedDay>> ListAsync(string source, TimeRange range, int limit, CancellationToken cancellation) => database.ReadAsync(session =>
        session.QueryAsync($"select {Columns} from day where source = @source and day >= @start and day < @end order by day desc limit @limit", Read, cancellation,
            ("source", source), ("start", range.Start), ("end", range.End), ("limit", limit)), cancellation);

    /// <summary>The days of a source that have a row.</summary>
    public async Task<HashSet<DateTimeOffset>> DaysAsync(string source, CancellationToken cancellation) => [.. await database.ReadAsync(session =>
        session.QueryAsync("select day from day where source = @source", row => row.Time(0), cancellation, ("source", source)), cancellation)];

    /// <summary>Days that are over and have frames with rows of their own, or slots that are in no seal: not sealed yet, or something came late.</summary>
    /// <param name="before">Days that begin before this instant.</param>
    public Task<List<(string Source, DateTimeOffset Day)>> OpenAsync(DateTimeOffset before, CancellationToken cancellation) => database.ReadAsync(session =>
    {
        var day = session.Dialect == Dialect.Sqlite ? "time / 86400000000" : "floor(extract(epoch from time) / 86400)::bigint";
        var number = session.Dialect == Dialect.Sqlite ? "day / 86400000000" : "floor(extract(epoch from day) / 86400)::bigint";
        return session.QueryAsync(
            $"""
            select f.source, {day} from frame_totals t join frame f on f.source = t.source and f.time < @before group by 1, 2
            union select source, {number} from slot_day where day < @before order by 2, 1
            """,
            row => (row.Text(0), DateTimeOffset.UnixEpoch.AddDays(row.Int(1))), cancellation, ("before", before));
    }, cancellation);

    /// <summary>Slots of a day have changed: it is to be sealed, or sealed again. In the transaction that changes them.</summary>
    internal static Task SlotsChangedAsync(Session session, string source, DateTimeOffset day, CancellationToken cancellation) => session.ExecuteAsync(
        "insert into slot_day (source, day, changes) values (@source, @day, 1) on conflict (source, day) do update set changes = slot_day.changes + 1", cancellation, ("source", source), ("day", day));

    /// <summary>A crop came after its day was sealed: it is to be sealed again.</summary>
    public Task CropCameAsync(string source, DateTimeOffset day, CancellationToken cancellation) => database.WriteAsync(session => SlotsChangedAsync(session, source, day, cancellation), cancellation);

    /// <summary>A day's slots are in its seal, or will be in none.</summary>
    /// <param name="changes">As <see cref="DayRows.SlotChanges"/> was before they were read: where they changed meanwhile, they are looked at again.</param>
    public Task SlotsSealedAsync(string source, DateTimeOffset day, long changes, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "delete from slot_day where source = @source and day = @day and changes = @changes", cancellation, ("source", source), ("day", day), ("changes", changes)), cancellation);

    /// <summary>What the index knows of a day: the frames that are packed and those with rows, and of the latter which.</summary>
    public Task<DayRows> RowsAsync(string source, DateTimeOffset day, CancellationToken cancellation) => database.ReadAsync(async session =>
    {
        var rows = await FrameIndex.RowsAsync(session, source, TimeRange.Day(day), cancellation);
        var row = await session.FirstAsync($"select {Columns}, packed from day where source = @source and day = @day",
            row => (Day: Read(row), Packed: row.Bytes(9)), cancellation, ("source", source), ("day", day));
        var changes = await session.FirstAsync("select changes from slot_day where source = @source and day = @day", row => row.Int(0), cancellation, ("source", source), ("day", day));
        return new DayRows(row.Day, row.Day is null ? [] : PackedFrames.Unpack(source, day, row.Packed), rows, changes);
    }, cancellation);

    /// <summary>
    /// Packs the frames of a revision into the day's row, in one transaction with their own rows going, and the totals made
    /// right. To do it again, or to have been overtaken by another node, does no harm.
    /// </summary>
    /// <param name="manifest">What <c>manifest.N.json</c> says, which has its name already.</param>
    /// <param name="sum">Its SHA-256.</param>
    /// <param name="told">When the operator's command took note, where none need be told; else null.</param>
    /// <returns>False where a row of the same or a later revision is there already.</returns>
    public async Task<bool> SealAsync(Manifest manifest, byte[] sum, DateTimeOffset? told, CancellationToken cancellation)
    {
        var packed = PackedFrames.Pack(manifest.Day, manifest.Frames);
        var times = manifest.Frames.Select(frame => frame.Time).ToHashSet();
        return await database.WriteAsync(async session =>
        {
            // The lock needs a row to lie on.
            await session.ExecuteAsync("insert into frame_totals (source, frames, bytes) values (@source, 0, 0) on conflict do nothing", cancellation, ("source", manifest.Source));
            await FrameIndex.LockAsync(session, manifest.Source, cancellation);
            var before = await session.FirstAsync("select revision, frames, bytes, deleted_at from day where source = @source and day = @day",
                row => (Revision: row.Int(0), Frames: row.Int(1), Bytes: row.Int(2), Deleted: !row.IsNull(3)), cancellation, ("source", manifest.Source), ("day", manifest.Day));
            if (before.Revision >= manifest.Revision || before.Deleted)
            {
                return false;
            }

            var rows = await FrameIndex.TakeRowsAsync(session, manifest.Source, manifest.Day, times, cancellation);
            await session.ExecuteAsync(
                """
                insert into day (source, day, revision, frames, bytes, first, last, packed, manifest, sealed_at, told_at)
                values (@source, @day, @revision, @frames, @bytes, @first, @last, @packed, @manifest, @sealedAt, @toldAt)
                on conflict (source, day) do update set revision = excluded.revision, frames = excluded.frames, bytes = excluded.bytes, first = excluded.first, last = excluded.last,
                    packed = excluded.packed, manifest = excluded.manifest, sealed_at = excluded.sealed_at, told_at = excluded.told_at
                """,
                cancellation,
                ("source", manifest.Source), ("day", manifest.Day), ("revision", manifest.Revision), ("frames", manifest.Frames.Count), ("bytes", manifest.Bytes),
                ("first", manifest.Frames.Count > 0 ? manifest.Frames[0].Time : null), ("last", manifest.Frames.Count > 0 ? manifest.Frames[^1].Time : null),
                ("packed", packed), ("manifest", sum), ("sealedAt", manifest.SealedAt), ("toldAt", told));
            await session.ExecuteAsync("update frame_totals set frames = frames + @frames, bytes = bytes + @bytes where source = @source", cancellation,
                ("frames", manifest.Frames.Count - before.Frames - rows.Count), ("bytes", manifest.Bytes - before.Bytes - rows.Sum(row => row.Bytes)), ("source", manifest.Source));
            return true;
        }, cancellation);
    }

    /// <summary>Sealed days whose frames are there and of which the operator's command has not taken note, oldest first.</summary>
    /// <param name="place">Only those with a verified copy of this revision there; null: all.</param>
    public Task<List<SealedDay>> UntoldAsync(string? place, int limit, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        $"""
        select {Columns} from day d where told_at is null and deleted_at is null
            and (@place = '' or exists (select 1 from day_copy c where c.source = d.source and c.day = d.day and c.place = @place and c.revision = d.revision))
        order by day, source limit @limit
        """,
        Read, cancellation, ("place", place ?? ""), ("limit", limit)), cancellation);

    /// <summary>The operator's command took note of this revision.</summary>
    public Task ToldAsync(SealedDay day, DateTimeOffset at, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "update day set told_at = @at where source = @source and day = @day and revision = @revision", cancellation,
        ("at", at), ("source", day.Source), ("day", day.Day), ("revision", day.Revision)), cancellation);

    private static SealedDay Read(Row row) =>
        new(row.Text(0), row.Time(1), (int)row.Int(2), row.Int(3), row.Int(4), row.Bytes(5), row.Time(6), row.TimeOrNull(7), row.TimeOrNull(8));
}

/// <summary>What the index knows of a day.</summary>
/// <param name="Day">Null: not sealed.</param>
/// <param name="Packed">Frames of the sealed day; of one that was let go, those that it had.</param>
/// <param name="Rows">Frames with rows of their own, in order.</param>
/// <param name="SlotChanges">How often its slots changed since they were sealed; 0: not.</param>
public sealed record DayRows(SealedDay? Day, IReadOnlyList<Frame> Packed, IReadOnlyList<Frame> Rows, long SlotChanges);
