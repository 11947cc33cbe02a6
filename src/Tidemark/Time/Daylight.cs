namespace Tidemark.Time;

/// <summary>The time while the sun's upper edge is above the horizon at a position, widened by a margin and by hours that count as day whatever the sun does (design/time.md T3).</summary>
/// <param name="latitude">Degrees, north positive, -90 to 90.</param>
/// <param name="longitude">Degrees, east positive, -180 to 180.</param>
/// <param name="margin">Added before sunrise and after sunset; negative takes away. Where the sun does not rise there is nothing to widen.</param>
/// <param name="atLeast">Hours that count as day in any case; null: none.</param>
public sealed class Daylight(double latitude, double longitude, TimeSpan margin = default, DayWindows? atLeast = null)
{
    private const int LongestNight = 366;

    public bool Contains(DateTimeOffset instant) => Open(instant)?.Contains(instant) == true;

    /// <summary>The next stretch that counts as day: from the instant itself where it does. Stretches may touch. Null where none begins within a year.</summary>
    public TimeRange? Open(DateTimeOffset from)
    {
        var hours = atLeast?.Open(from);
        return SunUp(from, hours?.Start) is not { } sun ? hours
            : hours is not { } promised ? sun
            : promised.Start < sun.Start ? new TimeRange(promised.Start, promised.End < sun.Start ? promised.End : sun.Start)
            : sun;
    }

    /// <summary>The stretch that counts as day and began last before an instant; it may go on behind it. Null where none did within a year.</summary>
    public TimeRange? Last(DateTimeOffset before)
    {
        TimeRange? last = null;
        for (var days = 1; last is null && days < LongestNight * 2; days *= 2)
        {
            for (var day = Open(before.AddDays(-days)); day is { } one && one.Start < before; day = Open(one.End))
            {
                last = one;
            }
        }

        return last;
    }

    /// <summary>From sunrise to sunset, with the margin, on the solar day whose noon lies next to this UTC day's; from midnight to midnight where the sun does not set. Null where it does not rise, or nothing is left.</summary>
    public TimeRange? SunOf(DateTimeOffset day)
    {
        var noon = Sun.Noon(day, longitude);
        var (morning, evening) = (Sun.HalfDay(noon, latitude, -1), Sun.HalfDay(noon, latitude, 1));
        var rise = morning is { } before ? noon - before - margin : Midnight(day, noon, -1);
        var set = evening is { } after ? noon + after + margin : Midnight(day, noon, 1);
        return (morning == TimeSpan.Zero && evening == TimeSpan.Zero) || rise >= set ? null : new TimeRange(rise, set);
    }

    // From an instant on; null where the promised hours begin before, or the sun stays away for a year.
    private TimeRange? SunUp(DateTimeOffset from, DateTimeOffset? promised)
    {
        for (var days = -1; days < LongestNight && !(promised < from.AddDays(days - 2)); days++)
        {
            if (SunOf(from.AddDays(days)) is { } sun && sun.End > from)
            {
                return sun.Start > from ? sun : new TimeRange(from, sun.End);
            }
        }

        return null;
    }

    // Half way to the next noon: where the sun does not set its days meet there, and no second lies between them.
    private DateTimeOffset Midnight(DateTimeOffset day, DateTimeOffset noon, int side) => noon + ((Sun.Noon(day.AddDays(side), longitude) - noon) / 2);
}
