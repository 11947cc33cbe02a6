using Tidemark.Capture;

namespace Tidemark.App.Api;

/// <summary>Slots next to each other that ended alike; none goes over midnight UTC.</summary>
/// <param name="From">The first slot.</param>
/// <param name="To">The last slot: the same where it is one alone.</param>
/// <param name="EverySeconds">From one slot to the next.</param>
/// <param name="Outcome"><c>ok</c>, <c>unchanged</c>, <c>stale</c>, <c>invalid</c>, <c>failed</c>, <c>skipped</c>, <c>paused</c> or <c>missed</c>.</param>
/// <param name="Code">The reason, for programs; null where there is none, and for those missed because no node was there.</param>
/// <param name="Reason">The reason, for people; null where all is well.</param>
/// <param name="Frames">That they brought.</param>
public sealed record SlotRunShape(DateTimeOffset From, DateTimeOffset To, int Slots, int EverySeconds, int Revision, string Outcome, string? Code, string? Reason, int Frames);

/// <param name="Slots">The sum of all outcomes: every slot of the range that is over.</param>
/// <param name="Open">Slots whose outcome is not known yet; in no sum.</param>
/// <param name="Outcomes">How often each outcome came; those that did not come are left out.</param>
public sealed record SlotListShape(DateTimeOffset From, DateTimeOffset To, int Slots, int Open, int Frames, IReadOnlyDictionary<string, int> Outcomes, IReadOnlyList<SlotRunShape> Runs);

/// <param name="Day">A UTC day, <c>2026-11-22</c>.</param>
public sealed record SlotDayShape(string Day, int Slots, int Frames, IReadOnlyDictionary<string, int> Outcomes);

/// <summary>Days that have slots, in order.</summary>
public sealed record SlotDayListShape(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SlotDayShape> Days);

internal static class SlotShapes
{
    public static SlotListShape List(SlotReport report)
    {
        var counts = report.Counts;
        return new SlotListShape(report.Range.Start, report.Range.End, counts.Slots, report.Open, counts.Frames, Words(counts), [.. report.Runs.Select(Run)]);
    }

    public static SlotDayListShape Days(SlotReport report) =>
        new(report.Range.Start, report.Range.End, [.. report.Days.Select(day => new SlotDayShape(day.Day.ToString("yyyy-MM-dd"), day.Counts.Slots, day.Counts.Frames, Words(day.Counts)))]);

    private static SlotRunShape Run(SlotRun run) =>
        new(run.From, run.To, run.Slots, run.Every, run.Revision, run.Outcome.Word(), run.Code, SlotWords.Reason(run.Outcome, run.Code), run.Frames);

    private static SortedDictionary<string, int> Words(SlotCounts counts) => new(counts.Outcomes.ToDictionary(outcome => outcome.Key.Word(), outcome => outcome.Value), StringComparer.Ordinal);
}
