using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>
/// The instants of pictures at even distances: of the time that is shown, which is that of the stretches, by daylight only
/// where that was asked for. Where the whole length was asked for, it is spread over this time laid end to end, and so kept
/// whatever is left out; else a day's instants do not depend on the range (design/timelapse.md, L1).
/// </summary>
internal sealed class EvenInstants
{
    private readonly TimelapseRequest request;
    private readonly Daylight? daylight;

    // Where the whole length was asked for: how much is shown before a stretch, by its start.
    private readonly Dictionary<DateTimeOffset, TimeSpan> before = [];
    private readonly TimeSpan whole;

    private EvenInstants(TimelapseRequest request, IReadOnlyList<Stretch> stretches)
    {
        this.request = request;
        daylight = request.Daylight?.Make();
        foreach (var stretch in request.Seconds is null ? [] : stretches)
        {
            before[stretch.Start] = whole;
            whole = Lit(stretch.Range).Aggregate(whole, (sum, lit) => sum + lit.Length);
        }
    }

    /// <param name="stretches">All of the timelapse, in the order of time.</param>
    /// <returns>Null: instants are those of frames.</returns>
    internal static EvenInstants? Of(TimelapseRequest request, IReadOnlyList<Stretch> stretches) =>
        request.Pace == TimelapsePace.Even ? new EvenInstants(request, stretches) : null;

    /// <summary>A stretch's, in order.</summary>
    internal IEnumerable<DateTimeOffset> In(Stretch stretch)
    {
        var shown = before.GetValueOrDefault(stretch.Start);
        foreach (var lit in Lit(stretch.Range))
        {
            foreach (var instant in request.Grid(lit.Start - shown, whole).In(lit.Start, lit.End))
            {
                yield return instant;
            }

            shown += lit.Length;
        }
    }

    private IEnumerable<TimeRange> Lit(TimeRange range)
    {
        if (daylight is null)
        {
            yield return range;
            yield break;
        }

        var from = range.Start;
        while (daylight.Open(from) is { } open && open.Start < range.End)
        {
            from = open.End < range.End ? open.End : range.End;
            yield return new TimeRange(open.Start, from);
            if (from == range.End)
            {
                yield break;
            }
        }
    }
}
