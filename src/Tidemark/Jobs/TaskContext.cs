using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

/// <summary>What a handler has of its task while it runs.</summary>
public abstract class TaskContext(Lease lease, ILogger logger)
{
    /// <summary>The task, its payload and under which fence it runs.</summary>
    public Lease Lease { get; } = lease;

    /// <summary>Its lines name the job and the task.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>For names of outputs: no other attempt ever has this one. Digits and a hyphen.</summary>
    public string FenceText => $"{Lease.Fence.Incarnation}-{Lease.Fence.Epoch}";

    /// <summary>Says how far the task is, and that it moves: without this for <see cref="Tidemark.Jobs.Lease.Stall"/> it counts as stalled (J7). Cheap; may be called from any thread, as often as there is something new.</summary>
    public abstract void Report(TaskProgress progress);

    /// <summary>The outputs of the tasks that this one waited for, by their names.</summary>
    public abstract Task<IReadOnlyDictionary<string, string?>> InputsAsync(CancellationToken cancellation);
}
