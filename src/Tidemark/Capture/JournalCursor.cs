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
}
