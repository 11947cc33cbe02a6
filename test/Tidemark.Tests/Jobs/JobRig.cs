using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Jobs;

/// <summary>
/// Nodes that share a SQLite database, in one process, by a clock that only the test moves. It moves in small steps, and
/// each waits until the nodes have done what is due: nobody is late because the machine is busy.
/// </summary>
internal sealed class JobRig : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly TempFolder folder = new();
    private readonly List<(Worker Worker, JobSignals Signals)> workers = [];
    private readonly List<Dispatcher> dispatchers = [];

    public ManualTime Clock { get; } = new();

    public SqlDatabase Database { get; private set; } = null!;

    public JobStore Store { get; private set; } = null!;

    /// <summary>What <c>test.step</c> does for a task of this name; else it is done at once.</summary>
    public ConcurrentDictionary<string, Func<TaskContext, CancellationToken, Task<TaskResult>>> Steps { get; } = new(StringComparer.Ordinal);

    /// <summary>Which task began on which node, in order.</summary>
    public ConcurrentQueue<(string Node, string Task)> Began { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<JobRig> OpenAsync()
    {
        var rig = new JobRig();
        rig.Database = await Sqlite.OpenAsync(rig.folder["tidemark.db"]);
        rig.Store = JobStore.On(rig.Database, rig.Clock);
        return rig;
    }

    public static TaskSpec Task(string name, params string[] after) => new(name, "test.step", $"payload of {name}") { After = after };

    /// <summary>A node with its own signals, as another process would be; they reach others only through <see cref="Submit"/>.</summary>
    public async Task<Worker> WorkerAsync(string name = "one", Offer? offer = null, JobStore? store = null, int? most = null)
    {
        var signals = new JobSignals(Database, Clock, NullLogger<JobSignals>.Instance);
        var options = new WorkerOptions { Introduction = new NodeIntroduction(name, name, ["work"], "1.0", offer ?? OfferOf(4000)), Most = most };
        var worker = new Worker(store ?? Store, signals, [new Scripted(this, name)], options, Clock, NullLogger<Worker>.Instance);
        workers.Add((worker, signals));
        worker.Start();
        await worker.RegisteredAsync(Cancellation);
        return worker;
    }

    public Dispatcher Dispatch(Worker worker, DispatcherOptions? options = null)
    {
        var dispatcher = new Dispatcher(Store, SignalsOf(worker), () => worker.Session, options ?? new DispatcherOptions(), Clock, NullLogger<Dispatcher>.Instance);
        dispatchers.Add(dispatcher);
        dispatcher.Start();
        return dispatcher;
    }

    public static Offer OfferOf(int cpu, params string[] tags) => new() { Cpu = cpu, Memory = 1 << 30, Disk = 1 << 30, Tags = tags, Handlers = ["test.step"] };

    public async Task<Guid> SubmitAsync(params TaskSpec[] tasks) => await SubmitAsync(new JobRequest("test", "a test's", tasks));

    public async Task<Guid> SubmitAsync(JobRequest request)
    {
        var submitted = (await Store.SubmitAsync(request, Cancellation)).Value;
        foreach (var (_, signals) in workers)
        {
            signals.Ready(submitted.Lanes);
        }

        return submitted.Job;
    }

    public JobSignals SignalsOf(Worker worker) => workers.Single(one => one.Worker == worker).Signals;

    public void Kick() => workers.ForEach(one => one.Signals.Kick());

    public Task<List<string>> TrackAsync(Guid job) => Database.ReadAsync(session => session.QueryAsync(
        "select e.kind, t.name, e.job_state from event e left join task t on t.job = e.job and t.task = e.task where e.job = @job order by e.number",
        row => string.Join(' ', ((string?[])[row.Text(0), row.TextOrNull(1), row.TextOrNull(2)]).Where(text => text is not null)), Cancellation, ("job", job)), Cancellation);

    public async Task<long> CountAsync(string what, params (string, object?)[] parameters) =>
        await Database.ReadAsync(session => session.FirstAsync($"select count(*) from {what}", row => row.Int(0), Cancellation, parameters), Cancellation);

    public Task EndedAsync(Guid job, double within = 60) => UntilAsync(async () => await CountAsync("open_job where job = @job", ("job", job)) == 0, within);

    /// <summary>Moves the clock until it is so; gives how much it was moved.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, double within)
    {
        var began = Clock.GetUtcNow();
        while (!await SettledAsync(condition))
        {
            Assert.True(Clock.GetUtcNow() - began < TimeSpan.FromSeconds(within), $"It did not come true within {within} s of the test's clock.");
            await StepAsync();
        }

        return Clock.GetUtcNow() - began;
    }

    public Task<TimeSpan> UntilAsync(Func<bool> condition, double within) => UntilAsync(() => System.Threading.Tasks.Task.FromResult(condition()), within);

    public async Task AdvanceAsync(double seconds)
    {
        for (var end = Clock.GetUtcNow().AddSeconds(seconds); Clock.GetUtcNow() < end;)
        {
            await StepAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var dispatcher in dispatchers)
        {
            await dispatcher.DisposeAsync();
        }

        foreach (var (worker, signals) in workers)
        {
            var left = worker.DisposeAsync().AsTask();
            while (!left.IsCompleted)
            {
                Clock.Advance(Step);
                await System.Threading.Tasks.Task.WhenAny(left, PauseAsync());
            }

            await left;
            await signals.DisposeAsync();
        }

        await Database.DisposeAsync();
        folder.Dispose();
    }

    private static Task PauseAsync() => System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);

    // What is under way needs no time by the test's clock, but some by the machine's.
    private static async Task<bool> SettledAsync(Func<Task<bool>> condition)
    {
        for (var look = 0; look < 5; look++)
        {
            if (await condition())
            {
                return true;
            }

            await PauseAsync();
        }

        return false;
    }

    private async Task StepAsync()
    {
        Clock.Advance(Step);
        var now = Clock.GetUtcNow();
        while (await LateAsync(now))
        {
            await PauseAsync();
        }

        // A step of a test may wait for the test itself: it is not waited for for ever.
        for (var look = 0; look < 500 && !workers.TrueForAll(one => one.Worker.Resting); look++)
        {
            await PauseAsync();
        }
    }

    private async Task<bool> LateAsync(DateTimeOffset now)
    {
        var late = TimeSpan.FromSeconds(1.5);
        foreach (var (worker, _) in workers)
        {
            if (worker.Session is { } node && await CountAsync("node where id = @id and heard_at < @at and lost_at is null and left_at is null", ("id", node.Id), ("at", now - late)) > 0 && Session(worker) == node.Id)
            {
                return true;
            }
        }

        return dispatchers.Exists(dispatcher => dispatcher.SinceLook > new DispatcherOptions().Every);
    }

    private static Guid? Session(Worker worker) => worker.Session?.Id;

    private sealed class Scripted(JobRig rig, string node) : ITaskHandler
    {
        public string Name => "test.step";

        public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
        {
            rig.Began.Enqueue((node, context.Lease.Name));
            return rig.Steps.TryGetValue(context.Lease.Name, out var step) ? await step(context, cancellation) : TaskResult.Done($"output of {context.Lease.Name}");
        }
    }
}
