using Tidemark.Database;

namespace Tidemark.Jobs;

// The steps that transitions are made of. All run under the job's lock (J6): job, tasks, lease, node.
public abstract partial class JobStore
{
    /// <summary>A node that was marked, left, or registered in another incarnation, or whose confirmed beats this database has forgotten, changes nothing (J4, J5).</summary>
    private protected const string LiveNode = "exists (select 1 from node where id = @node and incarnation = @incarnation and beat >= @beat and lost_at is null and left_at is null)";

    // Null: it has ended, or never was.
    private async Task<OpenJob?> LockAsync(Session session, Guid job, CancellationToken cancellation) => await session.FirstAsync<OpenJob>(
        Sql("select job, open, active, failed, events, round, key from open_job where job = @job {lock}"),
        row => new OpenJob(row.Id(0), row.TextOrNull(6)) { Open = row.Int(1), Active = row.Int(2), Failed = row.Int(3), Events = row.Int(4), Round = row.Int(5) }, cancellation, ("job", job));

    private async Task<OpenJob?> TakeLeaseAsync(Session session, NodeSession node, Lease lease, CancellationToken cancellation)
    {
        if (await LockAsync(session, lease.Task.Job, cancellation) is not { } open)
        {
            return null;
        }

        var taken = await session.ExecuteAsync(
            $"delete from lease where job = @job and task = @task and epoch = @epoch and node = @node and {LiveNode}", cancellation, ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch), ("node", node.Id), ("incarnation", node.Incarnation), ("beat", node.Beat));
        return taken == 1 ? open : null;
    }

    private async Task<DateTimeOffset> MakeReadyAsync(Session session, Lease lease, TimeSpan wait, int attempt, Guid? avoid, CancellationToken cancellation) => await session.FirstAsync(Sql(
        "insert into ready (job, task, lane, at, fan, attempt, avoid) values (@job, @task, @lane, {now+wait}, @fan, @attempt, @avoid) returning at"), row => row.Time(0), cancellation,
        ("job", lease.Task.Job), ("task", lease.Task.Number), ("lane", lease.Lane), ("fan", lease.Fan), ("attempt", attempt), ("avoid", avoid), Wait(wait), Now);

    // Ready again with its old age. Whoever lost it bears no cost: attempts are counted by failures.
    private async Task<IReadOnlyList<LaneFloor>> PutBackAsync(Session session, TaskId task, long epoch, Guid node, string kind, CancellationToken cancellation)
    {
        if (await LockAsync(session, task.Job, cancellation) is not { } open)
        {
            return [];
        }

        var lease = await session.FirstAsync("delete from lease where job = @job and task = @task and epoch = @epoch and node = @node returning lane, fan, attempt, ready_at, started_at",
            row => new Lease
            {
                Task = task,
                Fence = new Fence(0, epoch),
                Lane = (int)row.Int(0),
                Fan = (int)row.Int(1),
                Attempt = (int)row.Int(2),
                ReadyAt = row.Time(3),
                StartedAt = row.Time(4),
                Name = "",
                Payload = "",
                Parents = 0,
                Stall = default,
                Attempts = 0,
            }, cancellation, ("job", task.Job), ("task", task.Number), ("epoch", epoch), ("node", node));
        if (lease is null)
        {
            return [];
        }

        await TellAsync(session, open, new Told(kind) { Lease = lease, Node = node }, cancellation);
        if (kind == "lost" && await IsSuspectAsync(session, open, task.Number, cancellation))
        {
            var failure = new TaskFailure(TaskFailure.WorkerLost, "quarantined", $"It was lost with its worker {RetryPolicy.Losses} times while the workers' other tasks lived on, or {RetryPolicy.MostLosses} times in any company: it is kept apart, so that it takes no more workers down.",
                "Look at its input and at the workers' logs and memory, then retry the job.");
            // Without its fence: whoever asks what became of that lease is told that it is gone.
            await FailForGoodAsync(session, open, lease with { Fence = default }, node, failure, cancellation);
            return [];
        }

        // It was due once; a clock that was set back since does not make it wait.
        var at = await session.FirstAsync(Sql("insert into ready (job, task, lane, at, fan, attempt) values (@job, @task, @lane, case when @at < {now} then @at else {now} end, @fan, @attempt) returning at"), row => row.Time(0), cancellation,
            ("job", task.Job), ("task", task.Number), ("lane", lease.Lane), ("at", lease.ReadyAt), ("fan", lease.Fan), ("attempt", lease.Attempt + 1), Now);
        return [new LaneFloor(lease.Lane, at)];
    }

    // A loss counts against a task where nothing was lost with it that has not ended since (J8). What was lost with it and is
    // not released yet still has its lease; what a job's end has taken along has ended too.
    private static async Task<bool> IsSuspectAsync(Session session, OpenJob open, int task, CancellationToken cancellation)
    {
        var (alone, all) = await session.FirstAsync(
            $"""
            select coalesce(sum(case when exists (select 1 from lease l where l.node = e.node and not (l.job = e.job and l.task = e.task)) or exists (
                select 1 from event o join open_job p on p.job = o.job where o.kind = 'lost' and o.node = e.node and not (o.job = e.job and o.task = e.task)
                    and not exists (select 1 from event f where f.job = o.job and f.task = o.task and f.number > o.number and f.kind = 'done')
                    and not exists (select 1 from event f where f.job = o.job and f.task = o.task and f.number > o.number and f.kind = 'failed' and f.{Odd})) then 0 else 1 end), 0), count(*)
            from event e where e.job = @job and e.round = @round and e.task = @task and e.kind = 'lost' and e.{Odd}
            """, row => (row.Int(0), row.Int(1)), cancellation, ("job", open.Job), ("round", open.Round), ("task", task));
        return alone >= RetryPolicy.Losses || all >= RetryPolicy.MostLosses;
    }

    private async Task FailForGoodAsync(Session session, OpenJob open, Lease lease, Guid node, TaskFailure failure, CancellationToken cancellation)
    {
        // What waits for it stays where it is: looking for all of it would take a walk through the graph under the job's lock.
        open.Open--;
        open.Active--;
        open.Failed++;
        await TellAsync(session, open, new Told("failed") { Lease = lease, Node = node, JobState = open.Active == 0 ? "failed" : null, Data = JobsJson.Write(failure) }, cancellation);
    }

    // Appends to the track and keeps the job's row in step; the last event takes the row away.
    private async Task TellAsync(Session session, OpenJob open, Told told, CancellationToken cancellation)
    {
        open.Events++;
        var lease = told.Lease;
        await session.ExecuteAsync(Sql(
            """
            insert into event (job, number, at, kind, round, task, attempt, incarnation, epoch, node, started_at, next_at, job_state, data)
            select @job, @number, {now}, @kind, @round, @task, @attempt, incarnation, @epoch, @node, @started_at, @next_at, @job_state, @data from engine
            """), cancellation, ("job", open.Job), ("number", open.Events), ("kind", told.Kind), ("round", open.Round), ("task", (object?)told.Task ?? lease?.Task.Number), ("attempt", lease?.Attempt),
            ("epoch", lease?.Fence.Epoch is > 0 and var epoch ? epoch : null), ("node", told.Node), ("started_at", lease?.StartedAt), ("next_at", told.NextAt), ("job_state", told.JobState), ("data", told.Data), Now);
        if (told.JobState is null)
        {
            await session.ExecuteAsync("update open_job set open = @open, active = @active, failed = @failed, events = @events where job = @job", cancellation,
                ("open", open.Open), ("active", open.Active), ("failed", open.Failed), ("events", open.Events), ("job", open.Job));
            return;
        }

        await session.ExecuteAsync("delete from open_job where job = @job", cancellation, ("job", open.Job));
        await session.ExecuteAsync("delete from waiting where job = @job", cancellation, ("job", open.Job));
        if (open.Key is not null)
        {
            await session.ExecuteAsync(Sql("delete from job_key where key = @key and job = @job and (held_until is null or held_until <= {now})"), cancellation, ("key", open.Key), ("job", open.Job), Now);
        }
    }

    private sealed record OpenJob(Guid Job, string? Key)
    {
        /// <summary>Waiting, ready or leased.</summary>
        public long Open { get; set; }

        /// <summary>Ready or leased.</summary>
        public long Active { get; set; }

        public long Failed { get; set; }

        public long Events { get; set; }

        public long Round { get; init; }
    }

    private sealed record Told(string Kind)
    {
        public Lease? Lease { get; init; }

        public int? Task { get; init; }

        public Guid? Node { get; init; }

        public DateTimeOffset? NextAt { get; init; }

        public string? JobState { get; init; }

        public string? Data { get; init; }
    }
}

/// <summary>A task of an unfinished job that is neither done nor leased.</summary>
internal readonly record struct Unfinished(int Number, int Lane, int Fan, int Remaining, int Attempt);
