using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

/// <summary>
/// A node's part in the engine: it registers, kicks every second, and, where it offers something, claims tasks and runs
/// them with its handlers. While the database is away tasks go on and results are kept (J4); what the database took away
/// is stopped within a second. Two loops that survive their bodies: kicks, which nothing may hold up, and exchanges, of
/// which one is under way at a time, so that under load each carries all that gathered meanwhile.
/// </summary>
public sealed partial class Worker : IAsyncDisposable
{
    private readonly JobStore store;
    private readonly JobSignals signals;
    private readonly Dictionary<string, ITaskHandler> handlers;
    private readonly WorkerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly bool works;

    // Guards everything below that is not read only. Nothing waits, and nobody else's code runs, while it is held.
    private readonly Lock gate = new();
    private readonly Dictionary<Fence, TaskRun> runs = [];
    private readonly Offer offered;
    private LaneBook book;
    private readonly Bell settled = new();
    private readonly CancellationTokenSource closing = new();
    private readonly List<ITimer> timers = [];
    private readonly List<Task> loops = [];
    private Capacity free;
    private NodeSession? session;
    private TaskCompletionSource registered = NewSource();
    private bool draining;
    private bool returning;
    private Task? leaving;
    private int pauses;

    /// <param name="store">On the database that the node shares with the others.</param>
    /// <param name="signals">Heard and raised.</param>
    /// <param name="handlers">For everything that the offer names.</param>
    /// <exception cref="ArgumentException">The offer names a handler that is not there.</exception>
    public Worker(JobStore store, JobSignals signals, IEnumerable<ITaskHandler> handlers, WorkerOptions options, TimeProvider time, ILogger<Worker> logger)
    {
        (this.store, this.signals, this.options, this.time, this.logger) = (store, signals, options, time, logger);
        this.handlers = handlers.ToDictionary(handler => handler.Name, StringComparer.Ordinal);
        var offer = options.Introduction.Offer;
        works = offer is { Handlers.Count: > 0 };
        if (offer?.Handlers.FirstOrDefault(name => !this.handlers.ContainsKey(name)) is { } missing)
        {
            throw new ArgumentException($"The offer names the handler '{missing}', which is not registered.", nameof(options));
        }

        offer ??= new Offer { Cpu = 0, Memory = 0, Disk = 0 };
        offered = offer;
        book = new LaneBook(offer);
        free = new Capacity(offer, options.MostTasks);
    }

    /// <summary>As what the node is registered now; null while it is not.</summary>
    public NodeSession? Session
    {
        get
        {
            lock (gate)
            {
                return session;
            }
        }
    }

    /// <summary>Nothing is to be handed over or taken before the clock moves or somebody rings.</summary>
    internal bool Resting => !works || exchangeBell.Quiet || Volatile.Read(ref pauses) > 0;

    /// <summary>What runs here now, with the progress that the database learns of a second later.</summary>
    public IReadOnlyList<RunningTask> RunningNow
    {
        get
        {
            lock (gate)
            {
                return Running();
            }
        }
    }

    /// <summary>Begins: registers as soon as the database answers, and works from then on.</summary>
    public void Start()
    {
        signals.BecameReady += OnReady;
        signals.KickAsked += kickBell.Ring;
        signals.Resynced += OnResync;
        confirmedAt = time.GetTimestamp();
        exchangeStop = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        timers.Add(time.CreateTimer(_ => Watch(), null, options.KickEvery, options.KickEvery));
        wake = time.CreateTimer(_ => exchangeBell.Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timers.Add(wake);
        loops.Add(Task.Run(KickLoopAsync));
        if (works)
        {
            loops.Add(Task.Run(ExchangeLoopAsync));
        }
    }

    /// <summary>Ends when the node is registered; at once where it is.</summary>
    public Task RegisteredAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            return registered.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>
    /// Takes no more tasks, lets those that run end within <see cref="WorkerOptions.DrainFor"/>, hands back what is left at
    /// no cost, and leaves (J7).
    /// </summary>
    /// <param name="cancellation">Do not wait for running tasks any longer: hand them back now.</param>
    public Task DrainAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            return leaving ??= Task.Run(() => LeaveAsync(options.DrainFor, cancellation), CancellationToken.None);
        }
    }

    /// <summary>Hands everything back at once, and leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        Task left;
        lock (gate)
        {
            left = leaving ??= Task.Run(() => LeaveAsync(TimeSpan.Zero, CancellationToken.None), CancellationToken.None);
        }

        await left;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LeaveAsync(TimeSpan within, CancellationToken hurry)
    {
        lock (gate)
        {
            draining = true;
            Log.Draining(logger, runs.Count, within);
        }

        kickBell.Ring();
        await SettledAsync(within, hurry);
        HandBack();
        // Those who were told to stop get their time, and so do their results.
        await SettledAsync(options.StopWithin + TimeSpan.FromSeconds(2), CancellationToken.None);
        signals.BecameReady -= OnReady;
        signals.KickAsked -= kickBell.Ring;
        signals.Resynced -= OnResync;
        timers.ForEach(timer => timer.Dispose());
        await closing.CancelAsync();
        ConfirmKick();
        kickBell.Ring();
        exchangeBell.Ring();
        await Task.WhenAll(loops);
        await SignOffAsync();
    }

    // Until nothing runs and every result is known to the database.
    private async Task SettledAsync(TimeSpan within, CancellationToken hurry)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        var limit = Task.Delay(within, time, over.Token);
        while (true)
        {
            var rung = settled.WaitAsync();
            lock (gate)
            {
                if (limit.IsCompleted || !runs.Values.Any(run => run.Fate != Fate.Returned || !(run.Ended || run.Abandoned)))
                {
                    break;
                }
            }

            await Task.WhenAny(rung, limit);
        }

        await over.CancelAsync();
    }

    private void HandBack()
    {
        lock (gate)
        {
            returning = true;
            foreach (var run in runs.Values.Where(run => !run.Ended && run.Fate == Fate.None))
            {
                StopRun(run, Fate.Returned);
            }
        }
    }

    private async Task SignOffAsync()
    {
        List<TaskRun> left;
        NodeSession? node;
        lock (gate)
        {
            (left, node) = ([.. runs.Values], session);
            session = null;
        }

        if (node is not { } registration)
        {
            return;
        }

        using var limit = new CancellationTokenSource(options.Lease, time);
        try
        {
            // What was handed over may be registered; if not, the dispatcher releases it, and what it made is nobody's.
            var unfinished = left.Where(run => run.Node.Id == registration.Id && run.Unanswered == 0 && !run.Sent).ToList();
            var released = await store.ReturnAsync(registration, [.. unfinished.Select(run => new HeldLease(run.Lease.Task, run.Lease.Fence.Epoch, run.Claim))], limit.Token);
            await store.LeaveAsync(registration, limit.Token);
            await Task.WhenAll(unfinished.Select(DiscardAsync));
            signals.Ready(released);
        }
        catch (Exception error)
        {
            // The process ends all the same; the dispatcher will notice the silence.
            Log.LeftUnheard(logger, error.Message);
        }
    }

    private List<RunningTask> Running()
    {
        var running = new List<RunningTask>(runs.Count);
        foreach (var run in runs.Values)
        {
            if (!run.Ended)
            {
                running.Add(new RunningTask(run.Lease.Task.Job, run.Lease.Task.Number, run.Progress));
            }
        }

        return running;
    }
}
