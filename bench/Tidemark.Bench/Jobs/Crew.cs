using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Bench.Jobs;

/// <summary>
/// Workers as nodes run them, with heartbeats, signals and a dispatcher, whose handler does nothing. On PostgreSQL each
/// hears of work as another machine's would; on SQLite there is one process, and they share its signals.
/// </summary>
internal sealed class Crew : IAsyncDisposable, ITaskHandler
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly List<JobSignals> signals = [];
    private readonly List<Worker> workers = [];
    private readonly Engine engine;
    private readonly Dispatcher dispatcher;
    private readonly List<double> waits = [];

    // Whatever was begun before these has been handed over: a worker takes no more before.
    private readonly Queue<Guid> latest = new();
    private readonly int atATime;
    private readonly Lock gate = new();
    private int begun;

    private Crew(Engine engine, int count, int most)
    {
        (this.engine, atATime) = (engine, 2 * count * most);
        for (var number = 1; number <= count; number++)
        {
            if (number == 1 || engine.Database.Dialect == Dialect.PostgreSql)
            {
                signals.Add(new JobSignals(engine.Database, TimeProvider.System, NullLogger<JobSignals>.Instance));
                signals[^1].Start();
            }

            var options = new WorkerOptions { Introduction = Engine.Introduction($"worker {number}"), Most = most };
            workers.Add(new Worker(engine.Store, signals[^1], [this], options, TimeProvider.System, NullLogger<Worker>.Instance));
            workers[^1].Start();
        }

        dispatcher = new Dispatcher(engine.Store, signals[0], () => workers[0].Session, new DispatcherOptions(), TimeProvider.System, NullLogger<Dispatcher>.Instance);
        dispatcher.Start();
    }

    string ITaskHandler.Name => Engine.Handler;

    /// <param name="most">How many tasks each runs at a time: 1 makes it take and hand over one by one.</param>
    public static async Task<Crew> StartAsync(Engine engine, int workers, int most, CancellationToken cancellation)
    {
        var crew = new Crew(engine, workers, most);
        await Task.WhenAll(crew.workers.Select(worker => worker.RegisteredAsync(cancellation)));
        return crew;
    }

    /// <summary>Fills the queue, tells all workers, and waits until every result is registered.</summary>
    /// <returns>From the word to the last result.</returns>
    public async Task<TimeSpan> DrainAsync(int tasks, CancellationToken cancellation)
    {
        // Whoever looks by itself may begin some before the word.
        var wanted = Volatile.Read(ref begun) + tasks;
        await engine.FillAsync(tasks, cancellation);
        return await TimeAsync(wanted, TellAll, cancellation);
    }

    /// <summary>The same with a queue that was filled before there were workers.</summary>
    public Task<TimeSpan> WorkAsync(int tasks, CancellationToken cancellation) => TimeAsync(tasks, TellAll, cancellation);

    private Task TellAll()
    {
        signals.ForEach(signal => signal.Ready([new LaneFloor(engine.Lane, DateTimeOffset.UnixEpoch)]));
        return Task.CompletedTask;
    }

    /// <summary>Submits a job, and waits until it is done.</summary>
    public Task<TimeSpan> SubmitAsync(IReadOnlyList<TaskSpec> tasks, CancellationToken cancellation) => TimeAsync(Volatile.Read(ref begun) + tasks.Count, async () =>
    {
        var submitted = await engine.SubmitAsync(tasks, cancellation);
        signals.ForEach(signal => signal.Ready(submitted.Lanes));
    }, cancellation);

    /// <summary>From the beginning of <paramref name="submit"/> until so many results in all are registered.</summary>
    private async Task<TimeSpan> TimeAsync(int wanted, Func<Task> submit, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        await submit();
        while (Volatile.Read(ref begun) < wanted || !await engine.HaveEndedAsync(Latest(), cancellation))
        {
            await Task.Delay(Step, TimeProvider.System, cancellation);
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new BenchmarkBroke($"{wanted - Volatile.Read(ref begun)} of {wanted} tasks were not begun, or their results not registered, within {Patience.TotalSeconds:0} s.");
            }
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Tasks from another node to idle workers, one after the other.</summary>
    /// <returns>Milliseconds from before a task is submitted until its handler begins.</returns>
    public async Task<IReadOnlyList<double>> PickupAsync(int tasks, TimeSpan gap, CancellationToken cancellation)
    {
        await using var submitter = new Submitter(engine, signals[0]);
        waits.Clear();
        for (var i = 0; i < tasks; i++)
        {
            await Task.Delay(gap, TimeProvider.System, cancellation);
            await TimeAsync(Volatile.Read(ref begun) + 1, () => submitter.SubmitAsync(cancellation), cancellation);
        }

        return [.. waits];
    }

    /// <summary>The same, so many a second whether the workers keep up or not.</summary>
    public async Task<IReadOnlyList<double>> SteadilyAsync(int rate, TimeSpan duration, CancellationToken cancellation)
    {
        await using var submitter = new Submitter(engine, signals[0]);
        waits.Clear();
        var tasks = (int)(rate * duration.TotalSeconds);
        await TimeAsync(Volatile.Read(ref begun) + tasks, async () =>
        {
            var start = Stopwatch.GetTimestamp();
            var sent = new List<Task>();
            while (sent.Count < tasks)
            {
                for (var due = Math.Min(tasks, Stopwatch.GetElapsedTime(start).TotalSeconds * rate); sent.Count < due;)
                {
                    sent.Add(submitter.SubmitAsync(cancellation));
                }

                await Task.Delay(Step, TimeProvider.System, cancellation);
            }

            await Task.WhenAll(sent);
        }, cancellation);
        return [.. waits];
    }

    public async ValueTask DisposeAsync()
    {
        await dispatcher.DisposeAsync();
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
        foreach (var signal in signals)
        {
            await signal.DisposeAsync();
        }
    }

    Task<TaskResult> ITaskHandler.RunAsync(TaskContext context, CancellationToken cancellation)
    {
        lock (gate)
        {
            latest.Enqueue(context.Lease.Task.Job);
            if (latest.Count > atATime)
            {
                latest.Dequeue();
            }
        }

        if (long.TryParse(context.Lease.Payload, CultureInfo.InvariantCulture, out var sent))
        {
            var wait = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            lock (gate)
            {
                waits.Add(wait);
            }
        }

        Interlocked.Increment(ref begun);
        return Task.FromResult(TaskResult.Done());
    }

    private Guid[] Latest()
    {
        lock (gate)
        {
            return [.. latest.Distinct()];
        }
    }

    /// <summary>A node that only submits.</summary>
    private sealed class Submitter : IAsyncDisposable
    {
        private readonly Engine engine;
        private readonly JobSignals signals;
        private readonly JobSignals? own;

        // Requests that a node serves at a time; the server does not have more connections for all than a hundred.
        private readonly SemaphoreSlim turn = new(16);

        public Submitter(Engine engine, JobSignals workers)
        {
            this.engine = engine;
            own = engine.Database.Dialect == Dialect.PostgreSql ? new JobSignals(engine.Database, TimeProvider.System, NullLogger<JobSignals>.Instance) : null;
            own?.Start();
            signals = own ?? workers;
        }

        public async Task SubmitAsync(CancellationToken cancellation)
        {
            var task = Engine.Nothing("task") with { Payload = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture) };
            await turn.WaitAsync(cancellation);
            try
            {
                var submitted = await engine.SubmitAsync([task], cancellation);
                signals.Ready(submitted.Lanes);
            }
            finally
            {
                turn.Release();
            }
        }

        public ValueTask DisposeAsync()
        {
            turn.Dispose();
            return own?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
