using System.Globalization;

namespace Tidemark.Time;

/// <summary>
/// Hours of the day, in a zone: <c>06:00-12:00,14:00-20:00</c>; over midnight where the end is before the start; half open.
/// An instant is in them when the local time at that instant is (design/time.md T2).
/// </summary>
public sealed class DayWindows
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly IReadOnlyList<(TimeSpan Start, TimeSpan End)> hours;
    private readonly Zone zone;

    private DayWindows(IReadOnlyList<(TimeSpan, TimeSpan)> hours, Zone zone) => (this.hours, this.zone) = (hours, zone);

    public static Result<DayWindows> Parse(string text, Zone zone)
    {
        var hours = new List<(TimeSpan, TimeSpan)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('-', '–') is not [var from, var to] || Time(from) is not { } start || Time(to) is not { } end || start == end || start == Day)
            {
                return new Failure(FailureKind.BadInput, "window", $"'{text}' are no hours of a day.", "Write them like 06:00-20:00, several with commas: 06:00-12:00,14:00-20:00; over midnight: 22:00-04:00.");
            }

            hours.Add((start, end));
        }

        return new DayWindows(hours, zone);
    }

    public bool Contains(DateTimeOffset instant)
    {
        var time = zone.ToLocal(instant).TimeOfDay;
        return hours.Any(window => window.Start < window.End ? time >= window.Start && time < window.End : time >= window.Start || time < window.End);
    }

    /// <summary>The instant itself where it is inside, else the next at which a window begins.</summary>
    public DateTimeOffset OpensAt(DateTimeOffset instant)
    {
        if (Contains(instant))
        {
            return instant;
        }

        var today = zone.ToLocal(instant).Date;
        // Where clocks are put back, a window may open again on the day on which it has begun already.
        return hours.SelectMany(window => ((int[])[-1, 0, 1, 2]).SelectMany(days => Openings(today.AddDays(days) + window.Start))).Where(opening => opening > instant).Min();
    }

    private IEnumerable<DateTimeOffset> Openings(DateTime local) => zone.At(local) is { Count: > 0 } instants ? instants : [zone.FirstAt(local)];

    private static TimeSpan? Time(string text)
    {
        text = text.Trim();
        return text == "24:00" ? Day
            : TimeSpan.TryParseExact(text, ["h\\:mm", "hh\\:mm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out var time) && time < Day ? time
            : null;
    }
}
