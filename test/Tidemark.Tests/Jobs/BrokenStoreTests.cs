using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Jobs.Simulation;

namespace Tidemark.Tests.Jobs;

/// <summary>Stores that are broken on purpose: the rules of the simulation must notice each, and say which rule it was.</summary>
public sealed class BrokenStoreTests
{
    private const int Seeds = 40;

    private static readonly Dictionary<string, (SimulationOptions Options, string[] Rules)> Faults = new(StringComparer.Ordinal)
    {
        ["a refused fence is passed over"] = (Calls((store, database) => new PassesOverFences(store, database)), ["A result is registered exactly while its lease counts", "No result counts under a fence of a time that the database has forgotten"]),
        ["nothing of lost nodes is released"] = (Calls((store, _) => new ReleasesNothing(store)), ["No task is stuck"]),
        ["kicks do not tell of claims whose answer got lost"] = (Calls((store, _) => new TellsOnlyWhatIsKnown(store)), ["No task is stuck"]),
        ["every fence is told to be gone"] = (Calls((store, _) => new TellsGone(store)), ["What is told of a fence is so", "A lease that was told to be gone is gone for ever"]),
        ["a handler's rows are written beside the result"] = (Calls((store, database) => new WritesRowsAnyway(store, database)), ["A handler's rows are there exactly when its result is"]),
        ["hand-backs are dropped"] = (Calls((store, _) => new DropsHandBacks(store)), ["No task is stuck"]),
        ["a claim leaves the task in the queue"] = (Sabotage("after insert on lease when new.epoch % 5 = 0 begin insert into ready (job, task, lane, at, fan, attempt) values (new.job, new.task, new.lane, new.ready_at, new.fan, new.attempt)"),
            ["An unfinished task is in exactly one of waiting, ready and lease"]),
        ["a claim loses the task"] = (Sabotage("after insert on lease when new.epoch % 9 = 0 begin delete from lease where job = new.job and task = new.task"),
            ["An unfinished task is in exactly one of waiting, ready and lease", "No call ends with an error of its own"]),
        ["a parent counts twice"] = (Sabotage("after update of remaining on waiting when new.remaining > 1 begin update waiting set remaining = remaining - 1 where job = new.job and task = new.task"),
            ["A waiting task counts its parents that are not done", "A task waits exactly while a parent is not done", "No child starts before its parents are done", "A job ends with its last task, and as its tasks did"]),
        ["a key is let go too early"] = (Sabotage("after insert on job_key begin delete from job_key where key = new.key"), ["An open job holds its key, alone"]),
        ["a result is lost"] = (Sabotage("after insert on event when new.kind = 'done' and new.epoch % 6 = 0 begin delete from event where position = new.position"), ["The track has no gaps", "A job's row is in step with its track", "A job is open until the event that ends it", "A job counts its unfinished tasks"]),
        ["a handler's rows are lost"] = (Sabotage("after insert on simulated_row when new.epoch % 3 = 0 begin delete from simulated_row where rowid = new.rowid"), ["A handler's rows are there exactly when its result is"]),
        ["a task is not counted"] = (Sabotage("after update of open on open_job when new.open > 2 begin update open_job set open = open - 1 where job = new.job"), ["A job counts its unfinished tasks"]),
        ["attempts begin anew"] = (Sabotage("after insert on ready when new.attempt > 1 begin update ready set attempt = 1 where job = new.job and task = new.task"), ["Attempts only grow, one by one"]),
        ["a job ends as done whatever happened"] = (Sabotage("after insert on event when new.job_state = 'failed' begin update event set job_state = 'done' where position = new.position"), ["A job ends with its last task, and as its tasks did"]),
        ["what cannot run any more still waits"] = (Sabotage("before delete on waiting when old.remaining > 0 and old.task % 2 = 0 begin select raise(ignore)"), ["What is not unfinished is in none of waiting, ready and lease", "A job ends with its last task, and as its tasks did"]),
        ["epochs are given again"] = (Sabotage("after update of epoch on engine when new.epoch > 6 begin update engine set epoch = 0"), ["No fence is given twice", "No epoch is given twice", "A lease ends once"]),
        ["a mark is taken off again"] = (Sabotage("after update of lost_at on node when new.lost_at is not null begin update node set lost_at = null where id = new.id"), ["A failure counts exactly while its lease does", "No task is stuck"]),
    };

    public static TheoryData<string> All => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_store_that_is_broken_is_noticed(string fault)
    {
        var (options, rules) = Faults[fault];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                await Simulation.Simulation.RunAsync(seed, options, SqliteSimulatedDatabase.NewAsync);
            }
            catch (BrokenRuleException broken)
            {
                Assert.True(rules.Contains(broken.Rule, StringComparer.Ordinal), $"It was noticed by another rule than it should:\n{broken.Message}");
                Assert.Contains($"TIDEMARK_SEED={seed} ", broken.Message, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"{Seeds} seeds did not notice that {fault}.");
    }

    private static SimulationOptions Calls(Func<JobStore, SqlDatabase, StoreCalls> broken) => new() { Broken = broken };

    private static SimulationOptions Sabotage(string trigger) => new() { Sabotage = $"create trigger sabotage {trigger}; end" };

    private sealed class PassesOverFences(JobStore store, SqlDatabase database) : StoreCalls(store)
    {
        public override async Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation)
        {
            var answer = await base.ExchangeAsync(exchange, cancellation);
            var registered = answer.Registered.ToArray();
            for (var i = 0; i < registered.Length; i++)
            {
                registered[i] = registered[i] || await AnywayAsync(exchange.Node, exchange.Completed[i], cancellation);
            }

            return answer with { Registered = registered };
        }

        // As if nobody had looked at node and fence: the lease is his again for the moment.
        private async Task<bool> AnywayAsync(NodeSession node, Completion completion, CancellationToken cancellation)
        {
            var lease = completion.Lease;
            (string, object?)[] task = [("job", lease.Task.Job), ("task", lease.Task.Number)];
            var stolen = await database.WriteAsync(async session =>
            {
                var taken = await session.ExecuteAsync("update lease set epoch = @epoch, node = @node where job = @job and task = @task", cancellation, [.. task, ("epoch", lease.Fence.Epoch), ("node", node.Id)])
                    + await session.ExecuteAsync("insert into lease (job, task, epoch, node, lane, fan, attempt, claim, ready_at, started_at) select job, task, @epoch, @node, lane, fan, attempt, 0, at, at from ready where job = @job and task = @task",
                        cancellation, [.. task, ("epoch", lease.Fence.Epoch), ("node", node.Id)]);
                await session.ExecuteAsync("delete from ready where job = @job and task = @task", cancellation, task);
                await session.ExecuteAsync("update node set lost_at = null, left_at = null, beat = @beat, incarnation = @incarnation where id = @node", cancellation, ("beat", node.Beat), ("incarnation", node.Incarnation), ("node", node.Id));
                return taken > 0;
            }, cancellation);
            return stolen && (await base.ExchangeAsync(new Exchange(node, 0, [completion], []), cancellation)).Registered[0];
        }
    }

    private sealed class ReleasesNothing(JobStore store) : StoreCalls(store)
    {
        public override Task<Release> ReleaseLostAsync(CancellationToken cancellation) => Task.FromResult(new Release([], [], []));
    }

    private sealed class TellsOnlyWhatIsKnown(JobStore store) : StoreCalls(store)
    {
        public override async Task<KickAnswer> KickAsync(Kick kick, CancellationToken cancellation)
        {
            var answer = await base.KickAsync(kick, cancellation);
            return answer with { Held = [.. answer.Held.Where(held => kick.Running.Any(running => running.Job == held.Task.Job && running.Task == held.Task.Number))] };
        }
    }

    private sealed class TellsGone(JobStore store) : StoreCalls(store)
    {
        public override Task<IReadOnlyList<LeaseState>> ResolveAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<LeaseState>>([.. leases.Select(_ => LeaseState.Gone)]);
    }

    private sealed class WritesRowsAnyway(JobStore store, SqlDatabase database) : StoreCalls(store)
    {
        public override async Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation)
        {
            var answer = await base.CompleteAsync(node, completion, rows, cancellation);
            if (!answer.Registered)
            {
                await database.WriteAsync(session => rows(session, cancellation), cancellation);
            }

            return answer;
        }
    }

    private sealed class DropsHandBacks(JobStore store) : StoreCalls(store)
    {
        public override Task<IReadOnlyList<LaneFloor>> ReturnAsync(NodeSession node, IReadOnlyList<HeldLease> leases, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<LaneFloor>>([]);
    }
}
