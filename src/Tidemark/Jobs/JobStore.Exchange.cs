using Tidemark.Database;

namespace Tidemark.Jobs;

// What workers do: claim, complete, fail, hand back, and find out after an answer got lost.
public abstract partial class JobStore
{
    /// <summary>The condition of the partial index event_odd: SQLite uses it only where this stands in the query.</summary>
    internal const string Odd = "kind in ('failed', 'lost', 'retried')";

    /// <summary>What went wrong with a task before, without a look at all of its job's track.</summary>
    internal const string FailuresText = $"select data from event where job = @job and round = @round and task = @task and kind = 'failed' and {Odd}";

    /// <summary>One look by an index for each parent: a join would begin with all results of the job.</summary>
    internal const string InputsText =
        """
        select t.name, (select e.data from event e where e.job = d.job and e.task = d.parent and e.kind = 'done' order by e.round desc limit 1)
        from edge d join task t on t.job = d.job and t.task = d.parent where d.job = @job and d.child = @task
        """;

    /// <summary>
    /// Registers results and claims tasks in one transaction (J2, J5). A result is registered only while the node counts and
    /// exactly its lease is there; children that wait for nothing more become ready, and may be claimed in the same breath.
    /// </summary>
    public abstract Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation);

    /// <summary>Registers one result, and the handler's own rows in the same transaction.</summary>
    /// <returns>Whether it was registered, and where tasks became ready by it.</returns>
    public abstract Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(
        NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation);

    /// <summary>Where each lane's first task is at or after its floor; lanes without any are left out. An instant to come: it is not due before.</summary>
    public async Task<IReadOnlyList<LaneFloor>> HeadsAsync(IReadOnlyList<LaneFloor> lanes, CancellationToken cancellation)
    {
        if (lanes.Count == 0)
        {
            return [];
        }

        if (Database.Dialect == Dialect.PostgreSql)
        {
            return await Database.ReadAsync(session => session.QueryAsync(
                """
                select a.lane, h.at from unnest(@lanes, @floors) as a(lane, floor)
                cross join lateral (select at from ready where lane = a.lane and at >= a.floor order by at limit 1) h
                """, row => new LaneFloor((int)row.Int(0), row.Time(1)), cancellation,
                ("lanes", lanes.Select(lane => (long)lane.Lane).ToArray()), ("floors", lanes.Select(lane => lane.At).ToArray())), cancellation);
        }

        var asked = lanes.Select(lane => lane.Lane).ToHashSet();
        // SQLite's readers do not step over what is gone: the whole queue of a lane is looked at from its first row.
        var heads = await Database.ReadAsync(session => session.QueryAsync(
            "select l.id, (select min(at) from ready where lane = l.id) from lane l where exists (select 1 from ready where lane = l.id)", row => new LaneFloor((int)row.Int(0), row.Time(1)), cancellation), cancellation);
        return [.. heads.Where(head => asked.Contains(head.Lane))];
    }

    /// <summary>Notes that a try failed, and decides by <see cref="RetryPolicy"/> whether there is another.</summary>
    public async Task<FailureVerdict> FailAsync(NodeSession node, Lease lease, TaskFailure failure, CancellationToken cancellation)
    {
        var chance = Chance();
        return await Database.WriteAsync(async session =>
        {
            if (await TakeLeaseAsync(session, node, lease, cancellation) is not { } open)
            {
                return new FailureVerdict(FailureOutcome.Gone, null, []);
            }

            var before = await session.QueryAsync(FailuresText,
                row => JobsJson.ReadFailure(row.Text(0)).Kind, cancellation, ("job", open.Job), ("round", open.Round), ("task", lease.Task.Number));
            if (RetryPolicy.WaitAfter(failure, before, lease.Attempts, chance) is { } wait)
            {
                var avoid = RetryPolicy.Elsewhere(failure.Kind) ? node.Id : (Guid?)null;
                var at = await MakeReadyAsync(session, lease, wait, lease.Attempt + 1, avoid, cancellation);
                await TellAsync(session, open, new Told("failed") { Lease = lease, Node = node.Id, NextAt = at, Data = JobsJson.Write(failure) }, cancellation);
                return new FailureVerdict(FailureOutcome.TriedAgain, at, [new LaneFloor(lease.Lane, at)]);
            }

            await FailForGoodAsync(session, open, lease, node.Id, failure, cancellation);
            return new FailureVerdict(FailureOutcome.Failed, null, []);
        }, cancellation);
    }

    /// <summary>Hands tasks back that were not begun or not finished: ready again at their old place in the queue, at no cost (J7). What is not held is passed over. One transaction a task.</summary>
    /// <returns>Where tasks are ready again.</returns>
    public async Task<IReadOnlyList<LaneFloor>> ReturnAsync(NodeSession node, IReadOnlyList<HeldLease> leases, CancellationToken cancellation)
    {
        var released = new List<LaneFloor>();
        foreach (var held in leases)
        {
            var back = await Database.WriteAsync(session => PutBackAsync(session, held.Task, held.Epoch, node.Id, "returned", cancellation), cancellation);
            released.AddRange(back);
        }

        return released;
    }

    /// <summary>After a lost answer: what became of leases.</summary>
    public async Task<IReadOnlyList<LeaseState>> ResolveAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) => await Database.ReadAsync(async session =>
    {
        var states = new List<LeaseState>(leases.Count);
        foreach (var lease in leases)
        {
            // The event first: what is neither registered nor leased now was neither then, or has been taken away since.
            var known = await session.FirstAsync(
                $"""
                select case
                    when exists (select 1 from event where job = @job and task = @task and epoch = @epoch and incarnation = @incarnation and kind = 'done') then 2
                    when exists (select 1 from event where job = @job and task = @task and epoch = @epoch and incarnation = @incarnation and kind = 'failed' and {Odd}) then 2
                    when exists (select 1 from lease l, engine e where l.job = @job and l.task = @task and l.epoch = @epoch and e.incarnation = @incarnation) then 1
                    else 0 end
                """, row => row.Int(0), cancellation, ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch), ("incarnation", lease.Fence.Incarnation));
            states.Add(known switch { 2 => LeaseState.Registered, 1 => LeaseState.Held, _ => LeaseState.Gone });
        }

        return states;
    }, cancellation);

    /// <summary>The outputs of the tasks that this one waited for, by their names.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> InputsAsync(TaskId task, CancellationToken cancellation)
    {
        var outputs = await Database.ReadAsync(session => session.QueryAsync(InputsText, row => (Name: row.Text(0), Output: row.TextOrNull(1)), cancellation, ("job", task.Job), ("task", task.Number)), cancellation);
        return outputs.ToDictionary(output => output.Name, output => output.Output, StringComparer.Ordinal);
    }

    private protected static Lease ReadLease(Row row, long incarnation) => new()
    {
        Task = new TaskId(row.Id(0), (int)row.Int(1)),
        Fence = new Fence(incarnation, row.Int(2)),
        Lane = (int)row.Int(3),
        Fan = (int)row.Int(4),
        Attempt = (int)row.Int(5),
        ReadyAt = row.Time(6),
        StartedAt = row.Time(7),
        Name = row.Text(8),
        Payload = row.Text(9),
        Parents = (int)row.Int(10),
        Stall = TimeSpan.FromMilliseconds(row.Int(11)),
        Attempts = (int)row.Int(12),
    };
}

/// <summary>What became of a failed try.</summary>
public enum FailureOutcome
{
    /// <summary>The lease was gone already; nobody asked.</summary>
    Gone,

    TriedAgain,

    /// <summary>For good: what waits for it will not run.</summary>
    Failed,
}

/// <summary>What became of a failed try.</summary>
/// <param name="Outcome">See there.</param>
/// <param name="NextAt">When it is tried again.</param>
/// <param name="Released">Where a task became ready.</param>
public sealed record FailureVerdict(FailureOutcome Outcome, DateTimeOffset? NextAt, IReadOnlyList<LaneFloor> Released);
