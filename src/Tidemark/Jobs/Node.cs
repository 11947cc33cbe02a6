namespace Tidemark.Jobs;

/// <summary>A registration of a running process. A node that was marked as lost registers anew, and gets another.</summary>
/// <param name="Id">UUIDv7, new with each registration.</param>
/// <param name="Incarnation">Of the database when it registered.</param>
/// <param name="Beat">The last kick that the database has confirmed. A database that knows only of an earlier one was restored.</param>
public readonly record struct NodeSession(Guid Id, long Incarnation, long Beat);

/// <summary>How a node introduces itself.</summary>
/// <param name="Home">Where it lives, so that a process that starts again there replaces the one before it at once: only where a lock says that the earlier is gone.</param>
/// <param name="Name">For people; by default the host's name.</param>
/// <param name="Roles">api, capture, dispatch, work.</param>
/// <param name="Version">Of the program.</param>
/// <param name="Offer">Null where it does not work.</param>
public sealed record NodeIntroduction(string Home, string Name, IReadOnlyList<string> Roles, string Version, Offer? Offer);

/// <summary>What a worker has for tasks, in all.</summary>
public sealed record Offer
{
    /// <summary>Thousandths of a processor.</summary>
    public required int Cpu { get; init; }

    public required long Memory { get; init; }

    public required long Disk { get; init; }

    public int Gpu { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> Handlers { get; init; } = [];

    /// <summary>Null where a worker that is otherwise idle can do tasks of the lane; else what is missing, for people.</summary>
    public string? Lacks(Lane lane)
    {
        var needs = lane.Needs;
        var missing = needs.Tags.Except(Tags, StringComparer.Ordinal).ToList();
        return !Handlers.Contains(lane.Handler, StringComparer.Ordinal) ? $"the handler {lane.Handler}"
            : missing.Count > 0 ? string.Join(", ", missing)
            : needs.Cpu > Cpu ? $"{needs.Cpu / 1000.0:0.###} processors (it has {Cpu / 1000.0:0.###})"
            : needs.Memory > Memory ? $"{needs.Memory / 1048576:N0} MiB of memory (it has {Memory / 1048576:N0})"
            : needs.Disk > Disk ? $"{needs.Disk / 1048576:N0} MiB of scratch space (it has {Disk / 1048576:N0})"
            : needs.Gpu > Gpu ? $"{needs.Gpu} graphics processors (it has {Gpu})"
            : null;
    }
}

/// <summary>How far a running task is.</summary>
/// <param name="Fraction">0 to 1; null where that cannot be said.</param>
/// <param name="Note">For people.</param>
/// <param name="SecondsLeft">Null where that cannot be said.</param>
public sealed record TaskProgress(double? Fraction, string? Note, double? SecondsLeft);

/// <summary>One running task as its worker tells of it.</summary>
public sealed record RunningTask(Guid Job, int Task, TaskProgress? Progress);

/// <summary>A worker's heartbeat.</summary>
/// <param name="Node">With the last confirmed beat.</param>
/// <param name="Beat">A number above every one sent before.</param>
/// <param name="Running">What it does just now.</param>
/// <param name="Draining">It takes nothing new.</param>
public sealed record Kick(NodeSession Node, long Beat, IReadOnlyList<RunningTask> Running, bool Draining);

/// <summary>The answer to a kick.</summary>
/// <param name="State">Unless <see cref="KickState.Live"/>, the node's tasks must be stopped and it must register anew.</param>
/// <param name="Held">The leases that the database holds for this node. One that the node runs and that is not here was taken away: stop it.</param>
/// <param name="ReservedLane">Take only from this lane: a big task waits for this worker to be empty enough.</param>
public sealed record KickAnswer(KickState State, IReadOnlyList<HeldLease> Held, int? ReservedLane);

/// <summary>A lease as the database knows it.</summary>
public readonly record struct HeldLease(TaskId Task, long Epoch, long Claim);

/// <summary>What the database thinks of a node.</summary>
public enum KickState
{
    Live,

    /// <summary>It was silent for too long and was marked as lost, or it is not known at all.</summary>
    Lost,

    /// <summary>The database is an earlier copy of itself, or was promoted: a new incarnation has begun.</summary>
    NewIncarnation,
}
