using Tidemark.Database;

namespace Tidemark.Jobs;

// Following the tracks of all jobs: for those who tell others what became of work.
public abstract partial class JobStore
{
    /// <summary>Where the tracks end now: what is read after it is what comes, and on PostgreSQL perhaps what was committed while a transaction older than it was open.</summary>
    public async Task<TrackPosition> TrackEndAsync(CancellationToken cancellation) => new(await Database.ReadAsync(session => session.FirstAsync(
        Database.Dialect == Dialect.Sqlite ? "select coalesce(max(position), 0) from event" : "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        row => row.Int(0), cancellation), cancellation), default, 0);

    /// <summary>
    /// What happened after a position, in the order of commits as far as they depend on one another. It stops before the
    /// oldest transaction that is still open (J6): who reads on from the last position misses nothing and reads nothing twice.
    /// </summary>
    public async Task<IReadOnlyList<TrackEvent>> TrackAfterAsync(TrackPosition after, int most, CancellationToken cancellation) => Database.Dialect == Dialect.Sqlite
        ? await Database.ReadAsync(session => session.QueryAsync(
            "select position, job, number, at, kind, task, job_state from event where position > @after order by position limit @most", ReadTrackEvent, cancellation,
            ("after", after.Position), ("most", most)), cancellation)
        : await Database.ReadAsync(session => session.QueryAsync(
            """
            select e.position::text::bigint, e.job, e.number, e.at, e.kind, e.task, e.job_state from event e
            where e.position >= @after::text::xid8 and (e.position, e.job, e.number) > (@after::text::xid8, @job, @number) and e.position < pg_snapshot_xmin(pg_current_snapshot())
            order by e.position, e.job, e.number limit @most
            """, ReadTrackEvent, cancellation, ("after", after.Position), ("job", after.Job), ("number", after.Number), ("most", most)), cancellation);

    private static TrackEvent ReadTrackEvent(Row row) =>
        new(new TrackPosition(row.Int(0), row.Id(1), row.Int(2)), row.Time(3), row.Text(4), (int?)row.IntOrNull(5), row.TextOrNull(6));
}

/// <summary>Where an event stands among those of all jobs, within one incarnation of the database: the transaction that wrote it (its row, on SQLite), then job and number.</summary>
public readonly record struct TrackPosition(long Position, Guid Job, long Number);

/// <summary>An event, for those who follow all jobs.</summary>
/// <param name="Position">Read on from here. Names the job, and the number in its track.</param>
/// <param name="At">By the engine's clock.</param>
/// <param name="Kind">submitted, done, failed, lost, returned, stopped, cancelled, retried.</param>
/// <param name="Task">Null where it is about the whole job.</param>
/// <param name="JobState">done, failed or cancelled where this ended the job.</param>
public sealed record TrackEvent(TrackPosition Position, DateTimeOffset At, string Kind, int? Task, string? JobState);
