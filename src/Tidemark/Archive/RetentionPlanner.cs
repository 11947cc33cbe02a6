using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// Works out which days go. First each source by its own rules, then all by age until the rules for all are kept; a day that
/// may not go is passed over and named, and a newer one goes in its place where bytes are what counts.
/// </summary>
internal sealed class RetentionPlanner
{
    // Enough for a person; and where nothing may go there is no need to look at every day of years.
    private const int MostKept = 1000;

    private readonly RetentionDays days;
    private readonly RetentionRules rules;
    private readonly RetentionFacts facts;
    private readonly Dictionary<string, long> left;
    private readonly List<RetentionDay> goes = [];
    private readonly List<RetentionDay> kept = [];
    private readonly List<RetentionShortfall> shortfalls = [];
    private readonly HashSet<(string Source, DateTimeOffset Day)> seen = [];

    private RetentionPlanner(RetentionDays days, RetentionRules rules, RetentionFacts facts)
    {
        (this.days, this.rules, this.facts) = (days, rules, facts);
        left = new Dictionary<string, long>(facts.Bytes, StringComparer.Ordinal);
    }

    public static async Task<RetentionPlan> PlanAsync(RetentionDays days, RetentionRules rules, RetentionFacts facts, CancellationToken cancellation)
    {
        var planner = new RetentionPlanner(days, rules, facts);
        foreach (var (source, rule) in rules.Sources.Where(source => source.Value.Any && facts.Bytes.ContainsKey(source.Key)).OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            await planner.OneAsync(source, rule, cancellation);
        }

        await planner.AllAsync(cancellation);
        return new RetentionPlan(planner.goes, planner.kept, planner.shortfalls);
    }

    private async Task OneAsync(string source, SourceRetention rule, CancellationToken cancellation)
    {
        // A clock that has jumped ahead lets nothing go by itself: age counts back from the newest day that there is.
        var newest = facts.NewestDay.AddDays(1);
        var cutoff = rule.Days is { } keep && keep < 700_000 ? (facts.Now < newest ? facts.Now : newest).AddDays(-keep) : DateTimeOffset.MinValue;
        string? Wants(DateTimeOffset day) =>
            rule.Days is not null && day.AddDays(1) <= cutoff ? RetentionRule.KeepDays : left[source] > (rule.Bytes ?? long.MaxValue) ? RetentionRule.KeepBytes : null;

        await foreach (var day in days.OfSourceAsync(source, cancellation))
        {
            if (Wants(day.Day) is not { } wanted)
            {
                break;
            }

            Decide(day, wanted);
        }

        foreach (var day in facts.Unsealed.Where(day => day.Source == source))
        {
            if (Wants(day.Day) is { } wanted)
            {
                Decide(day, wanted);
            }
        }

        if (left[source] > (rule.Bytes ?? long.MaxValue))
        {
            shortfalls.Add(new RetentionShortfall(RetentionRule.KeepBytes, source, left[source] - rule.Bytes!.Value));
        }
    }

    private async Task AllAsync(CancellationToken cancellation)
    {
        var gone = goes.Sum(day => day.Bytes);
        var over = facts.Bytes.Values.Sum() - gone - (rules.Most ?? long.MaxValue);
        var missing = (rules.KeepFree ?? 0) - facts.Free - gone;
        string? Wants() => over > 0 ? RetentionRule.Most : missing > 0 ? RetentionRule.KeepFree : null;
        if (Wants() is null)
        {
            return;
        }

        await foreach (var day in days.OfAllAsync(cancellation))
        {
            if (Wants() is not { } wanted || kept.Count >= MostKept)
            {
                break;
            }

            if (Decide(day, wanted))
            {
                (over, missing) = (over - day.Bytes, missing - day.Bytes);
            }
        }

        foreach (var day in facts.Unsealed.Take(Wants() is null ? 0 : MostKept))
        {
            Decide(day, Wants()!);
        }

        if (over > 0)
        {
            shortfalls.Add(new RetentionShortfall(RetentionRule.Most, null, over));
        }

        if (missing > 0)
        {
            shortfalls.Add(new RetentionShortfall(RetentionRule.KeepFree, null, missing));
        }
    }

    // True where it goes. A day that one rule has decided is not decided again by another.
    private bool Decide(StoredDay day, string rule)
    {
        if (!seen.Add((day.Source, day.Day)))
        {
            return false;
        }

        var (why, detail) = Obstacle(day);
        var decided = new RetentionDay(day.Source, day.Day, day.Revision, day.Frames, day.Bytes, rule, why, detail);
        if (why is not null)
        {
            kept.Add(decided);
            return false;
        }

        goes.Add(decided);
        left[day.Source] = left.GetValueOrDefault(day.Source) - day.Bytes;
        return true;
    }

    private (string? Why, string? Detail) Obstacle(StoredDay day)
    {
        if (day.Revision == 0 || facts.IsPending(day))
        {
            return (KeptBecause.NotSealed, day.Revision == 0 ? null : "frames came after it was sealed");
        }

        var range = TimeRange.Day(day.Day);
        if (facts.Held.FirstOrDefault(held => held.Source == day.Source && held.Range.Start < range.End && held.Range.End > range.Start) is { } held)
        {
            return (KeptBecause.Held, held.Reason);
        }

        return day.Copies < rules.Copies ? (KeptBecause.Copies, $"{day.Copies} of {rules.Copies}") : (null, null);
    }
}

/// <summary>A day as it is stored.</summary>
/// <param name="Revision">0: not sealed.</param>
/// <param name="Copies">Verified copies of this revision without known damage.</param>
internal sealed record StoredDay(string Source, DateTimeOffset Day, int Revision, long Frames, long Bytes, int Copies);

/// <summary>What a plan goes by, beside the sealed days.</summary>
/// <param name="NewestDay">The start of the newest day that any source has.</param>
/// <param name="Free">Bytes free on the archive's file system.</param>
/// <param name="Bytes">Of what is there, by source.</param>
/// <param name="Unsealed">Days with frames that are not in a seal, oldest first; some of a sealed day too, that came late.</param>
internal sealed record RetentionFacts(DateTimeOffset Now, DateTimeOffset NewestDay, long Free, IReadOnlyDictionary<string, long> Bytes, IReadOnlyList<StoredDay> Unsealed, IReadOnlyList<HeldRange> Held)
{
    private readonly HashSet<(string, DateTimeOffset)> pending = [.. Unsealed.Select(day => (day.Source, day.Day))];

    /// <summary>True where some of its frames are in no seal yet.</summary>
    public bool IsPending(StoredDay day) => pending.Contains((day.Source, day.Day));
}
