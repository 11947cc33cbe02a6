namespace Tidemark.Jobs;

/// <summary>What makes one lease different from every other that there ever was: a result counts only with the fence under which its task is leased now.</summary>
/// <param name="Incarnation">Of the database; a restore or a promotion begins a new one.</param>
/// <param name="Epoch">From a sequence of the database.</param>
public readonly record struct Fence(long Incarnation, long Epoch);

/// <summary>Which task of which job.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Number">From 1.</param>
public readonly record struct TaskId(Guid Job, int Number);

/// <summary>A task that a worker may do now, and everything that it needs to know for it.</summary>
public sealed record Lease
{
    public required TaskId Task { get; init; }

    public required Fence Fence { get; init; }

    public required int Lane { get; init; }

    /// <summary>How many tasks wait for this one.</summary>
    public required int Fan { get; init; }

    /// <summary>From 1, over all rounds.</summary>
    public required int Attempt { get; init; }

    public required DateTimeOffset ReadyAt { get; init; }

    /// <summary>By the database's clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required string Name { get; init; }

    public required string Payload { get; init; }

    /// <summary>How many tasks this one waited for; their outputs are had by <see cref="JobStore.InputsAsync"/>.</summary>
    public required int Parents { get; init; }

    public required TimeSpan Stall { get; init; }

    /// <summary>How often it is tried at most.</summary>
    public required int Attempts { get; init; }
}

/// <summary>A lane (a queue of one tenant, priority, handler and need). Lanes never change.</summary>
public sealed record Lane(int Id, string Tenant, int Priority, string Handler, Needs Needs);

/// <summary>From where on a lane is looked at: what lies before was taken already.</summary>
public readonly record struct LaneFloor(int Lane, DateTimeOffset At);

/// <summary>A place in the order of a lane: by instants, then by jobs and tasks, as all that one transaction released has one instant.</summary>
/// <param name="Task">Default: before all of that instant.</param>
public readonly record struct LanePlace(DateTimeOffset At, TaskId Task = default)
{
    /// <summary>Before all.</summary>
    public static LanePlace Beginning { get; } = new(DateTimeOffset.UnixEpoch);
}

/// <summary>How many to take from a lane.</summary>
/// <param name="Lane">Its id.</param>
/// <param name="Floor">From where on to look. Where the queue is being eaten from its head, this steps over what is gone.</param>
/// <param name="Most">At least 1.</param>
public readonly record struct LaneClaim(int Lane, LanePlace Floor, int Most);

/// <summary>A result to register.</summary>
/// <param name="Lease">Under which it was made.</param>
/// <param name="Output">For the tasks that wait for it, and for whoever asked; opaque.</param>
public readonly record struct Completion(Lease Lease, string? Output);

/// <summary>What a worker hands over and what it takes, in one transaction.</summary>
/// <param name="Claim">A number that this worker uses once; its leases carry it, so that those whose answer got lost are told from those under way.</param>
public sealed record Exchange(NodeSession Node, long Claim, IReadOnlyList<Completion> Completed, IReadOnlyList<LaneClaim> Wanted);

/// <summary>What came of an <see cref="Exchange"/>.</summary>
/// <param name="Registered">In the order of the completions: false where the lease is gone; its result must be discarded.</param>
/// <param name="Claimed">In the order wanted, and of each lane in the order of its places: the last is how far it was eaten.</param>
/// <param name="Released">Where tasks became ready by these results.</param>
public sealed record Exchanged(IReadOnlyList<bool> Registered, IReadOnlyList<Lease> Claimed, IReadOnlyList<LaneFloor> Released);

/// <summary>What the database says of a lease whose answer got lost.</summary>
public enum LeaseState
{
    /// <summary>Its result is registered.</summary>
    Registered,

    /// <summary>It is held as before; nothing was registered.</summary>
    Held,

    /// <summary>It is somebody else's, or nobody's: discard.</summary>
    Gone,
}
