namespace Tidemark.Bench;

/// <summary>Something of ours, measured side by side with what people use instead, in the same run on the same input.</summary>
internal interface IBenchmark : IAsyncDisposable
{
    string Name { get; }

    /// <summary>What is measured, in a sentence.</summary>
    string About { get; }

    /// <summary>How often every case runs where nothing shortens it.</summary>
    int Rounds { get; }

    /// <summary>How long all rounds together may take where nothing shortens them, preparing included.</summary>
    TimeSpan Budget => TimeSpan.FromMinutes(6);

    /// <summary>True where the first round runs colder than the others (just-in-time compilation, caches) and must not count.</summary>
    bool WarmsUp { get; }

    /// <summary>Makes the input and says what there is to run.</summary>
    Task<Sides> PrepareAsync(Room room, CancellationToken cancellation);
}

/// <summary>Where a benchmark may write, and how it shall behave.</summary>
/// <param name="Folder">Its own, gone afterwards.</param>
/// <param name="Quick">Rather few and short runs.</param>
/// <param name="Say">Tells the person what is being prepared.</param>
/// <param name="Notes">What a reader of the figures must know: a side that could not run, and why.</param>
internal sealed record Room(string Folder, bool Quick, Action<string> Say, List<string> Notes)
{
    /// <summary>A PostgreSQL to use instead of starting one.</summary>
    public string? Postgres { get; init; }

    /// <summary>No more rounds than these.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>What the names of cases must contain to be run; null: all are.</summary>
    public string? Part { get; init; }

    public bool Wants(string name) => Part is null || name.Contains(Part, StringComparison.OrdinalIgnoreCase);

    public string PathOf(string name) => Path.Combine(Folder, name);
}

/// <summary>What is run, and which of it is compared.</summary>
internal sealed record Sides(IReadOnlyList<Case> Cases, IReadOnlyList<Ratio> Ratios)
{
    /// <summary>Limits of measures by themselves. What was left out counts as not met, and says that it was not measured.</summary>
    public IReadOnlyList<Wanted> Wanted { get; init; } = [];
}

/// <summary>One side. A run gives its measures, always the same ones.</summary>
internal sealed record Case(string Name, Func<CancellationToken, Task<IReadOnlyList<Measure>>> RunAsync)
{
    /// <summary>In the first so many rounds only: for what takes long.</summary>
    public int Rounds { get; init; } = int.MaxValue;
}

/// <summary>The limit of a measure's median.</summary>
internal sealed record Wanted(string What, string Case, Goal Goal);

/// <summary>A measured value.</summary>
internal readonly record struct Measure(string What, double Value, string Unit);

/// <summary>A measure of one case divided by that of another, round by round: what disturbs a round disturbs both.</summary>
/// <param name="Goal">The limit of its median; null where it is only told.</param>
internal sealed record Ratio(string What, string Ours, string Theirs, Goal? Goal = null)
{
    /// <summary>Where the other side calls it differently.</summary>
    public string TheirWhat { get; init; } = What;

    public string Name => $"{Ours} / {Theirs}{(TheirWhat == What ? "" : $", {TheirWhat}")}";
}

internal sealed record Goal(double Limit, bool AtMost)
{
    public static Goal Most(double limit) => new(limit, AtMost: true);

    public static Goal Least(double limit) => new(limit, AtMost: false);

    public bool IsMet(double value) => AtMost ? value <= Limit : value >= Limit;

    public override string ToString() => $"{(AtMost ? "≤" : "≥")} {Limit:0.##}";
}
