using Tidemark.Database;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Everything that the database says of jobs at one instant.</summary>
internal sealed class Snapshot
{
    public required List<OpenRow> Open { get; init; }

    /// <summary>Rows of waiting, ready and lease.</summary>
    public required List<PlaceRow> Places { get; init; }

    public required List<EventRow> Events { get; init; }

    public required Dictionary<Guid, JobRow> Jobs { get; init; }

    public required ILookup<Guid, TaskRow> Tasks { get; init; }

    public required ILookup<Guid, (int Parent, int Child)> Edges { get; init; }

    public required List<KeyRow> Keys { get; init; }

    public required Dictionary<(Guid Job, int Task, long Incarnation, long Epoch), int> Rows { get; init; }

    public required HashSet<Guid> Nodes { get; init; }

    public required HashSet<long> Lanes { get; init; }

    public required long Incarnation { get; init; }

    public static Task<Snapshot> ReadAsync(SqlDatabase database, CancellationToken stop) => database.ReadAsync(async session => new Snapshot
    {
        Open = await session.QueryAsync("select job, open, active, failed, events, round, key from open_job", row => new OpenRow(row.Id(0), row.Int(1), row.Int(2), row.Int(3), row.Int(4), row.Int(5), row.TextOrNull(6)), stop),
        Places =
        [
            .. await session.QueryAsync("select job, task, lane, fan, attempt, remaining from waiting", row => new PlaceRow("waiting", row.Id(0), (int)row.Int(1), row.Int(2), row.Int(3), row.Int(4)) { Remaining = row.Int(5) }, stop),
            .. await session.QueryAsync("select job, task, lane, fan, attempt, at from ready", row => new PlaceRow("ready", row.Id(0), (int)row.Int(1), row.Int(2), row.Int(3), row.Int(4)) { At = row.Time(5) }, stop),
            .. await session.QueryAsync("select job, task, lane, fan, attempt, started_at, epoch, node from lease",
                row => new PlaceRow("lease", row.Id(0), (int)row.Int(1), row.Int(2), row.Int(3), row.Int(4)) { At = row.Time(5), Epoch = row.Int(6), Node = row.Id(7) }, stop),
        ],
        Events = await session.QueryAsync("select job, number, at, kind, round, task, attempt, incarnation, epoch, node, started_at, next_at, job_state, data from event order by job, number", row => new EventRow
        {
            Job = row.Id(0),
            Number = row.Int(1),
            At = row.Time(2),
            Kind = row.Text(3),
            Round = row.Int(4),
            Task = (int?)row.IntOrNull(5),
            Attempt = row.IntOrNull(6),
            Incarnation = row.IntOrNull(7),
            Epoch = row.IntOrNull(8),
            Node = row.IdOrNull(9),
            StartedAt = row.TimeOrNull(10),
            NextAt = row.TimeOrNull(11),
            JobState = row.TextOrNull(12),
            Data = row.TextOrNull(13),
        }, stop),
        Jobs = (await session.QueryAsync("select job, tasks, key, created_at, not_before from job", row => new JobRow(row.Id(0), row.Int(1), row.TextOrNull(2), row.Time(3), row.TimeOrNull(4)), stop)).ToDictionary(job => job.Job),
        Tasks = (await session.QueryAsync("select job, task, name, lane, parents, fan from task order by job, task", row => new TaskRow(row.Id(0), (int)row.Int(1), row.Text(2), row.Int(3), row.Int(4), row.Int(5)), stop)).ToLookup(task => task.Job),
        Edges = (await session.QueryAsync("select job, parent, child from edge", row => (Job: row.Id(0), Edge: ((int)row.Int(1), (int)row.Int(2))), stop)).ToLookup(edge => edge.Job, edge => edge.Edge),
        Keys = await session.QueryAsync("select key, job, held_until from job_key", row => new KeyRow(row.Text(0), row.Id(1), row.TimeOrNull(2)), stop),
        Rows = (await session.QueryAsync("select job, task, incarnation, epoch from simulated_row", row => (row.Id(0), (int)row.Int(1), row.Int(2), row.Int(3)), stop)).CountBy(row => row).ToDictionary(),
        Nodes = [.. await session.QueryAsync("select id from node", row => row.Id(0), stop)],
        Lanes = [.. await session.QueryAsync("select id from lane", row => row.Int(0), stop)],
        Incarnation = await session.FirstAsync("select incarnation from engine", row => row.Int(0), stop),
    }, stop);
}

internal sealed record OpenRow(Guid Job, long Open, long Active, long Failed, long Events, long Round, string? Key);

internal sealed record JobRow(Guid Job, long Tasks, string? Key, DateTimeOffset CreatedAt, DateTimeOffset? NotBefore);

internal sealed record TaskRow(Guid Job, int Task, string Name, long Lane, long Parents, long Fan);

internal sealed record KeyRow(string Key, Guid Job, DateTimeOffset? HeldUntil);

internal sealed record PlaceRow(string Place, Guid Job, int Task, long Lane, long Fan, long Attempt)
{
    public long Remaining { get; init; }

    public DateTimeOffset At { get; init; }

    public long Epoch { get; init; }

    public Guid Node { get; init; }
}

internal sealed record EventRow
{
    public required Guid Job { get; init; }

    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Kind { get; init; }

    public required long Round { get; init; }

    public int? Task { get; init; }

    public long? Attempt { get; init; }

    public long? Incarnation { get; init; }

    public long? Epoch { get; init; }

    public Guid? Node { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? NextAt { get; init; }

    public string? JobState { get; init; }

    public string? Data { get; init; }
}
