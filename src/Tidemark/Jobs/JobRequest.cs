namespace Tidemark.Jobs;

/// <summary>What somebody wants done: a graph of tasks that has at least one and no circle.</summary>
/// <param name="Kind">What sort of job it is, for people and filters: a slug, e.g. <c>timelapse</c>.</param>
/// <param name="Title">For people, one line.</param>
/// <param name="Tasks">Numbered from 1 in this order.</param>
public sealed record JobRequest(string Kind, string Title, IReadOnlyList<TaskSpec> Tasks)
{
    /// <summary>The most urgent priority.</summary>
    public const int MostUrgent = 1;

    /// <summary>The least urgent priority.</summary>
    public const int LeastUrgent = 4;

    /// <summary>UUIDv7; made by <see cref="JobStore.SubmitAsync"/> where it is empty.</summary>
    public Guid Id { get; init; }

    /// <summary>For whom. Tenants share workers fairly, whatever the length of their queues.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>1 (most urgent) to 4; a ready task of a lower number always goes first.</summary>
    public int Priority { get; init; } = 2;

    /// <summary>Nothing of it starts before; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>While a job holds this key, another with the same is not made; the first is given instead. Null: none.</summary>
    public string? Key { get; init; }

    /// <summary>How long after its submission the job holds its key at least. It always does so until it has ended.</summary>
    public TimeSpan KeyHeld { get; init; }
}

/// <summary>One task of a job.</summary>
/// <param name="Name">Unique in its job: a slug.</param>
/// <param name="Handler">Which <see cref="ITaskHandler"/> does it.</param>
/// <param name="Payload">For the handler; the engine does not look into it.</param>
public sealed record TaskSpec(string Name, string Handler, string Payload)
{
    /// <summary>Names of the tasks whose results it needs; it starts when all are done.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    public Needs Needs { get; init; } = new();

    /// <summary>Longest time without progress before it counts as stalled and is stopped.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is tried where trying again may help (<see cref="RetryPolicy"/>).</summary>
    public int Attempts { get; init; } = 5;
}

/// <summary>What a task takes from its worker while it runs.</summary>
public sealed record Needs
{
    /// <summary>Thousandths of a processor; 1000 is one.</summary>
    public int Cpu { get; init; } = 1000;

    /// <summary>Bytes of memory.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of scratch space.</summary>
    public long Disk { get; init; }

    /// <summary>Graphics processors.</summary>
    public int Gpu { get; init; }

    /// <summary>What else the worker must have: <c>tool:ffmpeg</c>, <c>mount:archive-…</c>, <c>place:lisbon</c>. No spaces.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>What became of a request.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Existing">True: a job holds the key already; this is that one, and nothing was made.</param>
/// <param name="Lanes">Where tasks became ready: for those who wait for work.</param>
public readonly record struct Submitted(Guid Job, bool Existing, IReadOnlyList<LaneFloor> Lanes);
