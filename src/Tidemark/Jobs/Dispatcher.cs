using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

/// <summary>How a dispatcher judges.</summary>
public sealed record DispatcherOptions
{
    /// <summary>How often it looks.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long its own lease lasts.</summary>
    public TimeSpan Term { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>As <see cref="WorkerOptions.Lease"/>.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A gap of its own as long as this makes it doubt its judgement.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a lane is without anybody who could serve it before that is said.</summary>
    public TimeSpan TroubleAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a task is overtaken before a worker is kept for it.</summary>
    public TimeSpan ReserveAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long ended jobs are kept.</summary>
    public TimeSpan KeepHistory { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often it clears up.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>
/// Watches over nodes and lanes while it holds the dispatcher's lease: marks the silent as lost and releases what they
/// held, names what nobody can run, keeps workers for big tasks that small ones overtake, clears up. It only ever acts on
/// what the database says in the same transaction, so that two of them at a time do no harm.
/// </summary>
public sealed class Dispatcher : IAsyncDisposable
{
    private readonly JobStore store;
    private readonly JobSignals signals;
    private readonly Func<NodeSession?> node;
    private readonly DispatcherOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly LaneWatch lanes;
    private readonly Bell bell = new();
    private readonly CancellationTokenSource closing = new();
    private ITimer? timer;
    private Task loop = Task.CompletedTask;
    private DispatcherTerm? term;
    private bool dispatches;
    private IReadOnlyList<Guid> locked = [];

    // Since when the database has answered us without a gap, and when it did so last: holding the lease or not.
    private long inTouchSince;
    private long? inTouchLast;
    private long? sweptAt;
    private long lookedAt;
    private bool fails;

    /// <param name="node">As what this process is registered; null while it is not.</param>
    public Dispatcher(JobStore store, JobSignals signals, Func<NodeSession?> node, DispatcherOptions options, TimeProvider time, ILogger<Dispatcher> logger)
    {
        (this.store, this.signals, this.node, this.options, this.time, this.logger) = (store, signals, node, options, time, logger);
        lanes = new LaneWatch(store, signals, options, time, logger);
    }

    /// <summary>How long ago it last ended a look, well or not.</summary>
    internal TimeSpan SinceLook => loop.IsCompleted ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref lookedAt));

    public void Start()
    {
        lookedAt = time.GetTimestamp();
        timer = time.CreateTimer(_ => bell.Ring(), null, options.Every, options.Every);
        bell.Ring();
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Gives the lease back, so that another need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        timer?.Dispose();
        await closing.CancelAsync();
        bell.Ring();
        await loop;
        if (term is { } held)
        {
            using var limit = new CancellationTokenSource(options.Term, time);
            try
            {
                await store.ResignAsync(held, limit.Token);
            }
            catch (Exception error)
            {
                // Its term ends by itself.
                Log.DispatchFailed(logger, error.Message);
            }
        }
    }

    private async Task LoopAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await bell.WaitAsync();
                // Each statement has its own limit; all of them together may take longer than a tick where much is released.
                await TickAsync(closing.Token);
                fails = false;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                if (!fails && !closing.IsCancellationRequested)
                {
                    Log.DispatchFailed(logger, error.Message);
                }

                fails = true;
            }

            Volatile.Write(ref lookedAt, time.GetTimestamp());
        }
    }

    private async Task TickAsync(CancellationToken cancellation)
    {
        if (node() is not { } self || !await ElectedAsync(self, cancellation))
        {
            Lose();
            return;
        }

        // Who could not be heard may not have been heard by us: after a gap of our own everybody gets one full lease (J4).
        if (time.GetElapsedTime(inTouchSince) >= options.Lease)
        {
            foreach (var lost in await store.MarkSilentAsync(term!, options.Lease, cancellation))
            {
                Log.NodeLost(logger, lost.Name, lost.Id, lost.HeardAt);
            }
        }

        await ReleaseAsync(cancellation);
        await lanes.LookAsync(term!, cancellation);
        await SweepAsync(cancellation);
        inTouchLast = time.GetTimestamp();
    }

    private async Task ReleaseAsync(CancellationToken cancellation)
    {
        var (jobs, held, released) = await store.ReleaseLostAsync(locked, cancellation);
        if (jobs.Count > 0)
        {
            Log.Released(logger, jobs.Count);
            signals.Ready(released);
            foreach (var job in jobs)
            {
                signals.Changed(job);
            }
        }

        foreach (var job in held.Except(locked))
        {
            Log.JobLocked(logger, job);
        }

        locked = held;
    }

    private async Task<bool> ElectedAsync(NodeSession self, CancellationToken cancellation)
    {
        var before = term;
        term = await store.ElectAsync(self, options.Term, cancellation);
        var now = time.GetTimestamp();
        if (inTouchLast is not { } last || time.GetElapsedTime(last, now) > options.Gap)
        {
            inTouchSince = now;
        }

        inTouchLast = now;
        if (term is not null && (before is null || before.Epoch != term.Epoch || before.Node != term.Node))
        {
            dispatches = true;
            Log.Elected(logger, term.Epoch);
        }

        if (term is { Due.Count: > 0 })
        {
            Log.ClockWentBack(logger, term.Due.Count);
            signals.Ready(term.Due);
        }

        return term is not null;
    }

    private void Lose()
    {
        if (dispatches)
        {
            Log.NotElected(logger);
        }

        (term, dispatches) = (null, false);
        lanes.Forget();
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        if (sweptAt is { } last && time.GetElapsedTime(last) < options.SweepEvery)
        {
            return;
        }

        sweptAt = time.GetTimestamp();
        foreach (var done in await store.SweepAsync(options.KeepHistory, cancellation))
        {
            Log.Swept(logger, done);
        }
    }
}
