using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Ten thousand results that nobody wants any more, handed in at a database that has gone on without them.</summary>
public abstract class ZombieTests
{
    private const int Each = 500, InJob = 100, Times = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract Task<SqlDatabase> OpenFreshAsync();

    [Fact]
    public async Task Ten_thousand_results_of_zombies_are_refused_one_and_all()
    {
        await using var database = await OpenFreshAsync();
        await JobHistory.PrepareAsync(database);
        var (store, history) = (JobStore.On(database, TimeProvider.System), new JobHistory(database));
        var jobs = new List<Guid>();

        // Those of an incarnation that is over: everything that was registered in it is void.
        var old = await RegisterAsync(store, "old");
        var outlived = await ClaimedAsync(store, old, jobs);
        await store.BeginIncarnationAsync(old.Incarnation, Cancellation);
        await store.ReleaseLostAsync([], Cancellation);

        // Those of a node that was silent and was marked.
        var marked = await RegisterAsync(store, "marked");
        var lost = await ClaimedAsync(store, marked, jobs);
        await database.WriteAsync(session => session.ExecuteAsync(session.Dialect == Dialect.Sqlite
            ? "update node set heard_at = heard_at - 3600000000 where id = @id" : "update node set heard_at = heard_at - interval '1 hour' where id = @id", Cancellation, ("id", marked.Id)), Cancellation);
        var live = await RegisterAsync(store, "live");
        var term = (await store.ElectAsync(live, TimeSpan.FromMinutes(5), Cancellation))!;
        Assert.Equal([marked.Id], (await store.MarkSilentAsync(term, TimeSpan.FromMinutes(5), Cancellation)).Select(node => node.Id));

        // Those of a live node that handed them back.
        var returned = await ClaimedAsync(store, live, jobs);
        await store.ReturnAsync(live, [.. returned.Select(lease => new HeldLease(lease.Task, lease.Fence.Epoch, 0))], Cancellation);

        // Those of a live node whose jobs were called off.
        var off = new List<Guid>();
        var cancelled = await ClaimedAsync(store, live, off);
        foreach (var job in off)
        {
            Assert.True((await store.CancelAsync(job, Cancellation)).Value);
        }

        // Each hands in five times: three before anybody has taken its place,
        (NodeSession Node, List<Lease> Leases)[] zombies = [(old, outlived), (marked, lost), (live, returned), (live, cancelled)];
        Assert.Equal(10_000, zombies.Sum(zombie => zombie.Leases.Count) * Times);
        var before = await StandingAsync(history);
        for (var time = 1; time <= 3; time++)
        {
            await RefusedAsync(store, zombies, time);
        }

        Assert.Equal(before, await StandingAsync(history));

        // and twice while another does the work.
        await store.ReleaseLostAsync([], Cancellation);
        var heir = await RegisterAsync(store, "heir");
        var work = WorkAsync(store, heir);
        await RefusedAsync(store, zombies, 4);
        await RefusedAsync(store, zombies, 5);
        Assert.Equal(3 * Each, await work);

        await history.DoneOnceAsync(jobs, InJob, effects: false);
        Assert.Equal(0, await history.CountAsync("sim_effect"));
        Assert.All(await Task.WhenAll(jobs.Select(history.TrackAsync)), track => Assert.All(track.Where(happened => happened.Kind == "done"), happened => Assert.Equal(heir.Id, happened.Node)));
        Assert.All(await Task.WhenAll(off.Select(history.StateAsync)), state => Assert.Equal("cancelled", state));
    }

    private static Task<NodeSession> RegisterAsync(JobStore store, string name) => store.RegisterAsync(new NodeIntroduction(name, name, ["work"], "0.1.0", new Offer { Cpu = 2000, Memory = 1 << 30, Disk = 1 << 30, Handlers = ["sim.count"] }), Cancellation);

    // Each has a tenant of its own, so that every claim is answered by what was just submitted.
    private static async Task<List<Lease>> ClaimedAsync(JobStore store, NodeSession node, List<Guid> jobs)
    {
        var leases = new List<Lease>();
        for (var job = 0; job < Each / InJob; job++)
        {
            var tasks = Enumerable.Range(1, InJob).Select(number => new TaskSpec($"task-{number}", "sim.count", "{}")).ToList();
            var submitted = (await store.SubmitAsync(new JobRequest("sim", "Zombies", tasks) { Tenant = $"{node.Id}-{jobs.Count}-{job}" }, Cancellation)).Value;
            jobs.Add(submitted.Job);
            var claimed = (await store.ExchangeAsync(new Exchange(node, 1, [], [new LaneClaim(submitted.Lanes[0].Lane, LanePlace.Beginning, InJob)]), Cancellation)).Claimed;
            Assert.Equal(InJob, claimed.Count);
            leases.AddRange(claimed);
        }

        return leases;
    }

    private static async Task RefusedAsync(JobStore store, IEnumerable<(NodeSession Node, List<Lease> Leases)> zombies, int time)
    {
        foreach (var (node, leases) in zombies)
        {
            // With the beats of a zombie that has not heard anything yet, and of one that made some up.
            foreach (var (batch, place) in leases.Chunk(50).Select((batch, place) => (batch, place)))
            {
                var zombie = node with { Beat = (place + time) % 2 };
                switch ((place + time) % 10)
                {
                    case 8:
                        foreach (var lease in batch)
                        {
                            Assert.False((await store.CompleteAsync(zombie, new Completion(lease, "zombie"), JobHistory.Effect(lease), Cancellation)).Registered);
                        }

                        break;
                    case 9:
                        foreach (var lease in batch)
                        {
                            Assert.Equal(FailureOutcome.Gone, (await store.FailAsync(zombie, lease, new TaskFailure("badInput", "zombie", "Zombie."), Cancellation)).Outcome);
                        }

                        break;
                    default:
                        var answer = await store.ExchangeAsync(new Exchange(zombie, 2, [.. batch.Select(lease => new Completion(lease, "zombie"))], []), Cancellation);
                        Assert.All(answer.Registered, Assert.False);
                        Assert.Empty(answer.Released);
                        break;
                }
            }

            Assert.DoesNotContain(LeaseState.Registered, await store.ResolveAsync([.. leases.Take(100)], Cancellation));
        }
    }

    private static async Task<int> WorkAsync(JobStore store, NodeSession heir)
    {
        var lanes = await store.LanesAsync(0, Cancellation);
        var (done, held) = (0, new List<Completion>());
        for (var claim = 1L; ; claim++)
        {
            var answer = await store.ExchangeAsync(new Exchange(heir, claim, held, [.. lanes.Select(lane => new LaneClaim(lane.Id, LanePlace.Beginning, 5))]), Cancellation);
            Assert.All(answer.Registered, Assert.True);
            done += held.Count;
            if (answer.Claimed.Count == 0)
            {
                return done;
            }

            held = [.. answer.Claimed.Select(lease => new Completion(lease, null))];
        }
    }

    private static async Task<IReadOnlyList<long>> StandingAsync(JobHistory history) =>
        [.. await Task.WhenAll(((string[])["open_job", "waiting", "ready", "lease", "event", "sim_effect"]).Select(history.CountAsync))];
}

public sealed class PostgresZombieTests(PostgresServer server) : ZombieTests
{
    private protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}

public sealed class SqliteZombieTests : ZombieTests, IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    private protected override async Task<SqlDatabase> OpenFreshAsync() =>
        (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(folder["tidemark.db"]), TimeProvider.System, TestContext.Current.CancellationToken)).Value;
}
