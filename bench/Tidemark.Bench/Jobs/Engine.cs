using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Bench.Jobs;

/// <summary>The job engine on a database of its own.</summary>
internal sealed class Engine : IAsyncDisposable
{
    public const string Handler = "bench.nothing";
    private long claim;

    private Engine(SqlDatabase database, JobStore store, int lane) => (Database, Store, Lane) = (database, store, lane);

    public SqlDatabase Database { get; }

    public JobStore Store { get; }

    /// <summary>Where its tasks wait.</summary>
    public int Lane { get; }

    /// <param name="lookOnly">It was opened before, and may hold tasks.</param>
    public static async Task<Engine> OpenAsync(DatabaseAddress address, CancellationToken cancellation, bool lookOnly = false)
    {
        if (!(await SqlDatabase.OpenAsync(address, TimeProvider.System, cancellation)).TryGet(out var database, out var failure))
        {
            throw new BenchmarkBroke(failure.ToString());
        }

        try
        {
            var store = JobStore.On(database, TimeProvider.System);
            if (!lookOnly)
            {
                // What the dispatcher does from time to time; among others it makes room for this month's history.
                await store.SweepAsync(TimeSpan.FromDays(365), cancellation);
                await SubmitAsync(store, [Nothing("first")], cancellation);
            }

            var lanes = await store.LanesAsync(0, cancellation);
            var engine = new Engine(database, store, lanes.Single(lane => lane.Handler == Handler).Id);
            if (!lookOnly)
            {
                await engine.DrainAsync(1, 1, cancellation);
            }

            return engine;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public static TaskSpec Nothing(string name, params string[] after) => new(name, Handler, "{}") { After = after, Needs = new Needs { Cpu = 0 } };

    public Task<Submitted> SubmitAsync(IReadOnlyList<TaskSpec> tasks, CancellationToken cancellation) => SubmitAsync(Store, tasks, cancellation);

    /// <summary>A worker's registration, without the worker.</summary>
    public Task<NodeSession> RegisterAsync(string name, CancellationToken cancellation) => Store.RegisterAsync(Introduction(name), cancellation);

    public static NodeIntroduction Introduction(string name) => new(name, name, ["work"], "bench", new Offer { Cpu = 64_000, Memory = 0, Disk = 0, Handlers = [Handler] });

    /// <summary>Whether these jobs have ended.</summary>
    public Task<bool> HaveEndedAsync(Guid[] jobs, CancellationToken cancellation) => Database.ReadAsync(async session => (await (Database.Dialect == Dialect.PostgreSql
        // By their ids: an old transaction would make a look at all that is open wade through what was.
        ? session.QueryAsync("select 1::bigint from open_job where job = any(@jobs) limit 1", row => row.Int(0), cancellation, ("jobs", jobs))
        : session.QueryAsync("select 1 from open_job limit 1", row => row.Int(0), cancellation))).Count == 0, cancellation);

    /// <summary>Workers that do nothing but hand over what they took before and take more, in one exchange with the store, until nothing is left.</summary>
    /// <param name="workers">Each takes on its own.</param>
    /// <param name="batch">How many each takes at a time.</param>
    /// <returns>How many tasks were done.</returns>
    public async Task<int> DrainAsync(int workers, int batch, CancellationToken cancellation)
    {
        var done = await Task.WhenAll(Enumerable.Range(0, workers).Select(number => Task.Run(async () =>
        {
            var node = await RegisterAsync($"drain {number}", cancellation);
            var (held, floor, count) = ((IReadOnlyList<Lease>)[], LanePlace.Beginning, 0);
            do
            {
                var exchanged = await ExchangeAsync(node, held, floor, batch, cancellation);
                count += held.Count;
                held = exchanged.Claimed;
                floor = held.Count > 0 ? new LanePlace(held[^1].ReadyAt, held[^1].Task) : floor;
            }
            while (held.Count > 0);
            return count;
        }, cancellation)));
        return done.Sum();
    }

    public async Task<Exchanged> ExchangeAsync(NodeSession node, IReadOnlyList<Lease> held, LanePlace floor, int batch, CancellationToken cancellation)
    {
        var exchanged = await Store.ExchangeAsync(
            new Exchange(node, Interlocked.Increment(ref claim), [.. held.Select(lease => new Completion(lease, null))], batch > 0 ? [new LaneClaim(Lane, floor, batch)] : []), cancellation);
        return exchanged.Registered.All(registered => registered) ? exchanged : throw new BenchmarkBroke("The engine refused a result.");
    }

    /// <summary>Jobs of one task each, ready to be claimed: one submitted, the others its copies. Submitting is measured elsewhere.</summary>
    public Task FillAsync(int jobs, CancellationToken cancellation) =>
        // In one transaction: a worker that looks must not find the first alone.
        SubmitAsync(Store, [Nothing("task")], cancellation, (session, pattern, stop) => EngineRows.CopyAsync(session, pattern, jobs - 1, stop));

    /// <summary>Finished tasks in jobs of a hundred: one done, the others its copies.</summary>
    public async Task FillHistoryAsync(int tasks, Action<double> progress, CancellationToken cancellation)
    {
        const int JobSize = 100, Chunk = 5000;
        var pattern = await SubmitAsync([.. Enumerable.Range(1, JobSize).Select(number => Nothing($"task-{number}"))], cancellation);
        await DrainAsync(1, JobSize, cancellation);
        for (var done = 1; done < tasks / JobSize; done += Chunk)
        {
            progress(done * (double)JobSize / tasks);
            var copies = Math.Min(Chunk, (tasks / JobSize) - done);
            await Database.WriteAsync(session => EngineRows.CopyAsync(session, pattern.Job, copies, cancellation), cancellation);
        }
    }

    /// <summary>Everything gone that was submitted.</summary>
    public Task EmptyAsync(CancellationToken cancellation) => EngineRows.EmptyAsync(Database, cancellation);

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static async Task<Submitted> SubmitAsync(JobStore store, IReadOnlyList<TaskSpec> tasks, CancellationToken cancellation, Func<Session, Guid, CancellationToken, Task>? rows = null) =>
        (await store.SubmitAsync(new JobRequest("bench", "Nothing to do", tasks), cancellation, rows)).TryGet(out var submitted, out var failure)
            ? submitted
            : throw new BenchmarkBroke(failure.ToString());
}
