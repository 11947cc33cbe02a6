using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>Something wrong with a file of a sealed day, until it is mended.</summary>
/// <param name="Place">Where: <see cref="DayStore.Archive"/>, or the id of a copy.</param>
/// <param name="File">Its name in the day's folder.</param>
/// <param name="Code"><c>missing</c>, <c>differs</c> or <c>unreadable</c>.</param>
public sealed record Damage(string Source, DateTimeOffset Day, string Place, string File, string Code, DateTimeOffset FoundAt);

/// <summary>How far the scrub of a place has come.</summary>
/// <param name="Source">With the day: the last that was read; empty at the start of a round.</param>
/// <param name="BeganAt">When this round began.</param>
/// <param name="Round">From 1 on.</param>
public sealed record ScrubPosition(string Place, string Source, DateTimeOffset Day, DateTimeOffset BeganAt, int Round);

/// <summary>Copies, scrub and damage.</summary>
public sealed partial class DayStore
{
    /// <summary>The archive itself, as a place.</summary>
    public const string Archive = "archive";

    /// <summary>Sealed days, whose frames are there, without a verified copy of their revision at a place; by source and day.</summary>
    public Task<List<SealedDay>> UncopiedAsync(string place, (string Source, DateTimeOffset Day)? after, int limit, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        $"""
        select {Columns} from day d where deleted_at is null and (source, day) > (@source, @day)
            and not exists (select 1 from day_copy c where c.source = d.source and c.day = d.day and c.place = @place and c.revision >= d.revision)
        order by source, day limit @limit
        """,
        Read, cancellation, ("place", place), ("source", after?.Source ?? ""), ("day", after?.Day ?? DateTimeOffset.UnixEpoch), ("limit", limit)), cancellation);

    /// <summary>A copy of this revision was read back and is right.</summary>
    public Task CopiedAsync(string place, SealedDay day, DateTimeOffset at, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into day_copy (source, day, place, revision, verified_at) values (@source, @day, @place, @revision, @at)
        on conflict (source, day, place) do update set revision = excluded.revision, verified_at = excluded.verified_at
        """,
        cancellation, ("source", day.Source), ("day", day.Day), ("place", place), ("revision", day.Revision), ("at", at)), cancellation);

    /// <summary>A copy is not what it was: it does not count until it is verified again.</summary>
    public Task UncopyAsync(string place, string source, DateTimeOffset day, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "delete from day_copy where source = @source and day = @day and place = @place", cancellation, ("source", source), ("day", day), ("place", place)), cancellation);

    /// <summary>Nothing is known of copies anywhere but at one place: they count no longer.</summary>
    public Task ForgetOtherCopiesAsync(string place, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("delete from day_copy where place <> @place", cancellation, ("place", place));
        await session.ExecuteAsync("delete from damage where place not in (@place, @archive)", cancellation, ("place", place), ("archive", Archive));
    }, cancellation);

    /// <summary>Verified copies of a day, by place.</summary>
    public async Task<Dictionary<string, (int Revision, DateTimeOffset VerifiedAt)>> CopiesAsync(string source, DateTimeOffset day, CancellationToken cancellation) =>
        (await database.ReadAsync(session => session.QueryAsync("select place, revision, verified_at from day_copy where source = @source and day = @day",
            row => (Place: row.Text(0), Revision: (int)row.Int(1), At: row.Time(2)), cancellation, ("source", source), ("day", day)), cancellation))
            .ToDictionary(copy => copy.Place, copy => (copy.Revision, copy.At), StringComparer.Ordinal);

    /// <summary>What was found wrong, at first; what is known already keeps its time.</summary>
    public Task DamagedAsync(Damage damage, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into damage (source, day, place, file, code, found_at) values (@source, @day, @place, @file, @code, @at)
        on conflict (source, day, place, file) do update set code = excluded.code
        """,
        cancellation, ("source", damage.Source), ("day", damage.Day), ("place", damage.Place), ("file", damage.File), ("code", damage.Code), ("at", damage.FoundAt)), cancellation);

    public Task MendedAsync(string source, DateTimeOffset day, string place, string file, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "delete from damage where source = @source and day = @day and place = @place and file = @file", cancellation,
        ("source", source), ("day", day), ("place", place), ("file", file)), cancellation);

    /// <summary>What is not mended yet, oldest days first.</summary>
    public Task<List<Damage>> DamageAsync(int limit, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        "select source, day, place, file, code, found_at from damage order by day, source, place, file limit @limit", ReadDamage, cancellation, ("limit", limit)), cancellation);

    /// <summary>The same of one day.</summary>
    public Task<List<Damage>> DamageAsync(string source, DateTimeOffset day, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        "select source, day, place, file, code, found_at from damage where source = @source and day = @day order by place, file", ReadDamage, cancellation, ("source", source), ("day", day)), cancellation);

    public Task<ScrubPosition?> ScrubAsync(string place, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        "select place, source, day, began_at, round from scrub where place = @place",
        row => new ScrubPosition(row.Text(0), row.Text(1), row.Time(2), row.Time(3), (int)row.Int(4)), cancellation, ("place", place)), cancellation);

    public Task ScrubbedAsync(ScrubPosition at, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into scrub (place, source, day, began_at, round) values (@place, @source, @day, @beganAt, @round)
        on conflict (place) do update set source = excluded.source, day = excluded.day, began_at = excluded.began_at, round = excluded.round
        """,
        cancellation, ("place", at.Place), ("source", at.Source), ("day", at.Day), ("beganAt", at.BeganAt), ("round", at.Round)), cancellation);

    /// <summary>Bytes of sealed days whose frames are there: of all, and of those up to one.</summary>
    public Task<(long All, long Done)> BytesUpToAsync(string source, DateTimeOffset day, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        """
        select cast(coalesce(sum(bytes), 0) as bigint), cast(coalesce(sum(case when (source, day) <= (@source, @day) then bytes else 0 end), 0) as bigint)
        from day where deleted_at is null
        """,
        row => (row.Int(0), row.Int(1)), cancellation, ("source", source), ("day", day)), cancellation);

    private static Damage ReadDamage(Row row) => new(row.Text(0), row.Time(1), row.Text(2), row.Text(3), row.Text(4), row.Time(5));
}
