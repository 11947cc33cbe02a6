using Tidemark.Database;

namespace Tidemark.Capture;

/// <summary>How far the journal of a node was shipped, in the database: everything before is in the tables. The only place with SQL about it.</summary>
internal sealed class JournalCursor(SqlDatabase database, string home)
{
    public Task<JournalPosition> ReadAsync(CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        "select segment, position from journal where home = @home", row => new JournalPosition(row.Int(0), row.Int(1)), cancellation, ("home", home)), cancellation);

    public Task SetAsync(Session session, JournalPosition shipped, CancellationToken cancellation) => session.ExecuteAsync(
        """
        insert into journal (home, segment, position) values (@home, @segment, @position)
        on conflict (home) do update set segment = excluded.segment, position = excluded.position
        """, cancellation, ("home", home), ("segment", shipped.Segment), ("position", shipped.Offset));

    /// <summary>Notes until when all outcomes of this node are in the tables.</summary>
    /// <param name="at">Null: the node ends, and nothing is left.</param>
    public Task KnowAsync(Session session, DateTimeOffset? at, CancellationToken cancellation) =>
        session.ExecuteAsync("update journal set known_at = @at where home = @home", cancellation, ("at", at), ("home", home));

    /// <summary>Whether all that nodes noted until an instant is in the tables. One that has not been heard of since <paramref name="heard"/> is not waited for.</summary>
    public static async Task<bool> ShippedAsync(Session session, DateTimeOffset until, DateTimeOffset heard, CancellationToken cancellation) =>
        !await session.FirstAsync("select 1 from journal where known_at < @until and known_at >= @heard limit 1", _ => true, cancellation, ("until", until), ("heard", heard));
}
