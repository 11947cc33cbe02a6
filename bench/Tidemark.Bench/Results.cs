namespace Tidemark.Bench;

/// <summary>Median, smallest and largest of several runs.</summary>
internal readonly record struct Spread(double Median, double Min, double Max, int Runs)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }
}

internal sealed record ResultRow(string Case, string What, string Unit, Spread Spread);

/// <param name="Value">Null where it was not measured.</param>
internal sealed record GoalResult(string Name, double? Value, Goal Goal)
{
    public bool Met => Value is { } value && Goal.IsMet(value);
}

/// <summary>What came out, in the order of the cases.</summary>
internal sealed class Results(string bench, Sides sides, IReadOnlyList<string> notes)
{
    private readonly Dictionary<(string Case, string What), (string Unit, List<double> Values)> values = [];

    public string Bench => bench;

    public IReadOnlyList<string> Notes => notes;

    public void Add(Case side, IReadOnlyList<Measure> measures)
    {
        foreach (var measure in measures)
        {
            if (!values.TryGetValue((side.Name, measure.What), out var known))
            {
                values[(side.Name, measure.What)] = known = (measure.Unit, []);
            }

            known.Values.Add(measure.Value);
        }
    }

    public IEnumerable<ResultRow> Rows =>
        sides.Cases.SelectMany(side => values.Where(value => value.Key.Case == side.Name))
            .Select(value => new ResultRow(value.Key.Case, value.Key.What, value.Value.Unit, Spread.Of(value.Value.Values)));

    public IEnumerable<ResultRow> Ratios => sides.Ratios.Where(IsMeasured).Select(ratio => new ResultRow(ratio.Name, ratio.What, "×", Of(ratio)));

    public IEnumerable<GoalResult> Goals =>
    [
        .. sides.Ratios.Where(ratio => ratio.Goal is not null)
            .Select(ratio => new GoalResult($"{ratio.What}: {ratio.Name}", IsMeasured(ratio) ? Of(ratio).Median : null, ratio.Goal!)),
        .. sides.Wanted.Select(wanted => new GoalResult($"{wanted.What}: {wanted.Case}",
            values.TryGetValue((wanted.Case, wanted.What), out var measured) ? Spread.Of(measured.Values).Median : null, wanted.Goal)),
    ];

    private bool IsMeasured(Ratio ratio) => values.ContainsKey((ratio.Ours, ratio.What)) && values.ContainsKey((ratio.Theirs, ratio.TheirWhat));

    private Spread Of(Ratio ratio) =>
        Spread.Of([.. values[(ratio.Ours, ratio.What)].Values.Zip(values[(ratio.Theirs, ratio.TheirWhat)].Values, (ours, theirs) => ours / theirs)]);
}
