using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>Slots next to each other that ended alike.</summary>
/// <param name="From">The first slot.</param>
/// <param name="To">The last slot; the same as the first where it is one alone.</param>
/// <param name="Slots">How many.</param>
/// <param name="Every">Seconds from one to the next.</param>
/// <param name="Revision">The source's revision that was in force.</param>
/// <param name="Code">The reason, where it is not all well; null for a slot that is <c>missed</c>: no node was there to begin it.</param>
/// <param name="Frames">That they brought, all together.</param>
public sealed record SlotRun(DateTimeOffset From, DateTimeOffset To, int Slots, int Every, int Revision, Outcome Outcome, string? Code, int Frames);

/// <summary>Every slot of a range that is over, and how it ended.</summary>
/// <param name="Range">That was asked for.</param>
/// <param name="Runs">In the order of time; none goes over midnight UTC, or over a gap in the schedule.</param>
/// <param name="Open">Slots that have begun, or may have, and whose outcome is not known yet; they are in no run.</param>
public sealed record SlotReport(TimeRange Range, IReadOnlyList<SlotRun> Runs, int Open)
{
    /// <summary>Of the whole range. The sum of its outcomes is how many slots were scheduled, less those that are open.</summary>
    public SlotCounts Counts => SlotCounts.Of(Runs);

    /// <summary>By UTC day, in order; days without a slot are left out.</summary>
    public IEnumerable<(DateOnly Day, SlotCounts Counts)> Days =>
        Runs.GroupBy(run => DateOnly.FromDateTime(run.From.UtcDateTime)).Select(day => (day.Key, SlotCounts.Of(day)));
}

/// <summary>How many slots ended how.</summary>
/// <param name="Slots">The sum of all outcomes.</param>
/// <param name="Outcomes">Those that came; how often.</param>
/// <param name="Frames">That the slots brought.</param>
public sealed record SlotCounts(int Slots, IReadOnlyDictionary<Outcome, int> Outcomes, int Frames)
{
    public static SlotCounts Of(IEnumerable<SlotRun> runs)
    {
        var outcomes = new SortedDictionary<Outcome, int>();
        var (slots, frames) = (0, 0);
        foreach (var run in runs)
        {
            outcomes[run.Outcome] = outcomes.GetValueOrDefault(run.Outcome) + run.Slots;
            slots += run.Slots;
            frames += run.Frames;
        }

        return new SlotCounts(slots, outcomes, frames);
    }
}
