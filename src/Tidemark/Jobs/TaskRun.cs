using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

/// <summary>A task that this worker runs, from its claim until what came of it is known to the database.</summary>
internal sealed class TaskRun(Worker worker, NodeSession node, long claim, Lease lease, Lane lane, ITaskHandler handler, ILogger logger, long now)
    : TaskContext(lease, logger)
{
    private readonly CancellationTokenSource stop = new();
    private long moved = now;

    /// <summary>As which the worker was registered when it claimed the task.</summary>
    public NodeSession Node { get; } = node;

    public long Claim { get; } = claim;

    public Lane Lane { get; } = lane;

    public ITaskHandler Handler { get; } = handler;

    public CancellationToken Stop => stop.Token;

    /// <summary>When it last moved, by the worker's clock.</summary>
    public long Moved
    {
        get => Volatile.Read(ref moved);
        set => Volatile.Write(ref moved, value);
    }

    public TaskProgress? Progress { get; private set; }

    // What follows is read and written under the worker's lock.

    /// <summary>Ends with the handler.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>False: its handler has not come back yet.</summary>
    public bool Ended { get; set; }

    public Fate Fate { get; set; }

    /// <summary>When it was told to stop.</summary>
    public long? StoppedAt { get; set; }

    /// <summary>It did not stop when told to, and is not waited for any more.</summary>
    public bool Abandoned { get; set; }

    /// <summary>Null where the handler gave none.</summary>
    public TaskResult? Result { get; set; }

    /// <summary>Its result was handed over, with an answer or without: it may be registered.</summary>
    public bool Sent { get; set; }

    /// <summary>How often its result was handed over without an answer.</summary>
    public int Unanswered { get; set; }

    /// <summary>How often the database was well and yet did not take the result.</summary>
    public int Refusals { get; set; }

    public override void Report(TaskProgress progress)
    {
        Progress = progress;
        worker.Moved(this);
    }

    public override Task<IReadOnlyDictionary<string, string?>> InputsAsync(CancellationToken cancellation) => worker.InputsAsync(this, cancellation);

    public void Cancel() => _ = CancelAsync();

    // Whoever listens may take long, or throw; the worker's loops are not theirs.
    private async Task CancelAsync()
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (AggregateException error)
        {
            Log.StopBroke(Logger, Lease.Name, Lease.Task.Job, error);
        }
    }
}

/// <summary>Why a task was told to stop.</summary>
internal enum Fate
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The lease is not ours any more: nobody wants the result.</summary>
    Taken,

    /// <summary>The worker drains: handed back, free.</summary>
    Returned,

    /// <summary>It did not move for too long.</summary>
    Stalled,
}
