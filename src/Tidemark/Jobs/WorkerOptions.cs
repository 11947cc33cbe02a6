namespace Tidemark.Jobs;

/// <summary>How a node takes part: who it is, what it offers, and how often it looks.</summary>
public sealed record WorkerOptions
{
    /// <summary>As what it introduces itself. Its offer is what it runs tasks with; without one it runs none.</summary>
    public required NodeIntroduction Introduction { get; init; }

    /// <summary>The most tasks at a time, whatever they need; by default two for each processor offered, and at least two.</summary>
    public int? Most { get; init; }

    /// <summary>The most results handed over, and the most tasks claimed, in one exchange.</summary>
    public int MostAtOnce { get; init; } = 100;

    /// <summary>How often the database hears of the node.</summary>
    public TimeSpan KickEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a node may be silent before it is marked as lost. The same on every node.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often it looks for tasks that no signal told of, about.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long running tasks may go on while the node drains.</summary>
    public TimeSpan DrainFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a task that was told to stop is waited for.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(10);

    internal int MostTasks => Most ?? Math.Max(2, ((Introduction.Offer?.Cpu ?? 0) + 499) / 500);
}
