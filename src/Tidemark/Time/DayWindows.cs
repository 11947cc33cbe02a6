using System.Globalization;

namespace Tidemark.Time;

/// <summary>
/// Hours of the day, in a zone: <c>06:00-12:00,14:00-20:00</c>; over midnight where the end is before the start; half open.
/// An instant is in them when the local time at that instant is (design/time.md T2).
/// </summary>
public sealed class DayWindows
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // In order, apart, none over midnight.
    private readonly IReadOnlyList<(TimeSpan Start, TimeSpan End)> hours;
    private readonly Zone zone;

    private DayWindows(IReadOnlyList<(TimeSpan, TimeSpan)> hours, Zone zone) => (this.hours, this.zone) = (hours, zone);

    /// <param name="text">Hours; behind them may stand the zone that they are in: <c>04:00-13:00 UTC</c>.</param>
    /// <param name="zone">Theirs where they do not say.</param>
    public static Result<DayWindows> Parse(string text, Zone zone)
    {
        // A zone's name begins with a letter, hours do with a digit.
        text = text.Trim();
        if (text.LastIndexOf(' ') is > 0 and var blank && char.IsAsciiLetter(text[blank + 1]) && char.IsAsciiDigit(text[0]))
        {
            if (!Zone.Parse(text[(blank + 1)..]).TryGet(out var own, out var failure))
            {
                return failure;
            }

            (text, zone) = (text[..blank], own);
        }

        var hours = new List<(TimeSpan Start, TimeSpan End)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('-', '–') is not [var from, var to] || Time(from) is not { } start || Time(to) is not { } end || start == end || start == Day)
            {
                return new Failure(FailureKind.BadInput, "window", $"'{text}' are no hours of a day.", "Write them like 06:00-20:00, several with commas: 06:00-12:00,14:00-20:00; over midnight: 22:00-04:00.");
            }

            hours.AddRange(start < end ? [(start, end)] : [(start, Day), (TimeSpan.Zero, end)]);
        }

        return new DayWindows(Joined(hours), zone);
    }

    public bool Contains(DateTimeOffset instant)
    {
        var time = zone.ToLocal(instant).TimeOfDay;
        return hours.Any(window => time >= window.Start && time < window.End);
    }

    /// <summary>The next stretch in which they are open: from the instant itself where it is inside. Stretches may touch.</summary>
    public TimeRange Open(DateTimeOffset from)
    {
        while (true)
        {
            // Between two changes of the clocks, local time is UTC moved by one offset: so no hour comes twice, and none is skipped.
            var (offset, until) = zone.OffsetAt(from);
            var time = (from.UtcDateTime + offset).TimeOfDay;
            foreach (var window in hours.Where(window => window.End > time))
            {
                var (start, end) = (window.Start > time ? from + (window.Start - time) : from, from + (window.End - time));
                if (start < until)
                {
                    return new TimeRange(start, end < until ? end : until);
                }

                break;
            }

            var midnight = from + (Day - time);
            from = midnight < until ? midnight : until;
        }
    }

    private static List<(TimeSpan Start, TimeSpan End)> Joined(List<(TimeSpan Start, TimeSpan End)> hours)
    {
        var joined = new List<(TimeSpan Start, TimeSpan End)>();
        foreach (var window in hours.Order())
        {
            if (joined.Count > 0 && joined[^1].End >= window.Start)
            {
                joined[^1] = (joined[^1].Start, window.End > joined[^1].End ? window.End : joined[^1].End);
            }
            else if (window.End > window.Start)
            {
                joined.Add(window);
            }
        }

        return joined;
    }

    private static TimeSpan? Time(string text)
    {
        text = text.Trim();
        return text == "24:00" ? Day
            : TimeSpan.TryParseExact(text, ["h\\:mm", "hh\\:mm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out var time) && time < Day ? time
            : null;
    }
}
