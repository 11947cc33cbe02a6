using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>How a simulation runs. With the same seed and options it runs exactly so again, unless it is <see cref="Concurrent"/>.</summary>
public sealed record SimulationOptions
{
    /// <summary>Steps before the faults stop.</summary>
    public int Steps { get; init; } = 300;

    public int Workers { get; init; } = 4;

    public int Dispatchers { get; init; } = 2;

    /// <summary>Steps from one look at the whole database to the next. Where a rule is found broken, the seed is run again and looked at after each.</summary>
    public int LookEvery { get; init; } = 25;

    /// <summary>Whether the database is replaced by an earlier copy of itself now and then.</summary>
    public bool Restores { get; init; } = true;

    /// <summary>Whether the clock is set back by days now and then.</summary>
    public bool ClockGoesBack { get; init; }

    /// <summary>Several actors at the same time: what happens between is not the seed's to say, what must hold is the same.</summary>
    public bool Concurrent { get; init; }

    /// <summary>The calls of a store that is broken on purpose, to see that it is noticed; null: the store as it is.</summary>
    public Func<JobStore, SqlDatabase, StoreCalls>? Broken { get; init; }

    /// <summary>SQL that breaks the database on purpose (triggers); null: none.</summary>
    public string? Sabotage { get; init; }
}

/// <summary>What a simulation came across, so that a test can see that it came across it at all.</summary>
public sealed class SimulationReport
{
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);

    /// <summary>One line for each thing that happened, in order. Equal for equal seeds.</summary>
    public List<string> Log { get; } = [];

    public IReadOnlyDictionary<string, int> Counts => counts;

    public void Count(string what, int times = 1)
    {
        lock (counts)
        {
            counts[what] = counts.GetValueOrDefault(what) + times;
        }
    }

    public void Add(SimulationReport other)
    {
        foreach (var (what, times) in other.counts)
        {
            Count(what, times);
        }
    }

    public override string ToString() => string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
}

/// <summary>A rule that does not hold. Its message has all that is needed to find out why, and the line that replays it.</summary>
public sealed class BrokenRuleException(string rule, string message) : Exception(message)
{
    public string Rule { get; } = rule;
}
