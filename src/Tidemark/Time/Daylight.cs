namespace Tidemark.Time;

/// <summary>
/// The time while the sun's upper edge is above the horizon at a position, widened by a margin (design/time.md T3). The
/// equations are NOAA's ("General Solar Position Calculations", Global Monitoring Laboratory): a minute or two below 72°.
/// </summary>
public sealed class Daylight
{
    // The sun's centre at rising: its radius and the refraction of air below the horizon, in degrees from the zenith.
    private const double ZenithAtRising = 90.833;
    private static readonly TimeSpan LongestNight = TimeSpan.FromDays(366);
    private readonly double latitude;
    private readonly double longitude;
    private readonly TimeSpan margin;
    private readonly DayWindows? atLeast;

    /// <param name="latitude">Degrees, north positive, -90 to 90.</param>
    /// <param name="longitude">Degrees, east positive, -180 to 180.</param>
    /// <param name="margin">Added before sunrise and after sunset; negative takes away.</param>
    /// <param name="atLeast">Hours that count as day whatever the sun does.</param>
    public Daylight(double latitude, double longitude, TimeSpan margin = default, DayWindows? atLeast = null) =>
        (this.latitude, this.longitude, this.margin, this.atLeast) = (latitude, longitude, margin, atLeast);

    public bool Contains(DateTimeOffset instant) => atLeast?.Contains(instant) == true || Around(instant).Any(day => instant >= day.Rise && instant < day.Set);

    /// <summary>The instant itself where it is day, else when the next day begins; null where none does within a year.</summary>
    public DateTimeOffset? OpensAt(DateTimeOffset instant)
    {
        if (Contains(instant))
        {
            return instant;
        }

        var hours = atLeast?.OpensAt(instant);
        for (var at = instant; at < instant + LongestNight && !(hours < at - TimeSpan.FromDays(2)); at += TimeSpan.FromDays(1))
        {
            if (Around(at).Where(day => day.Rise > instant && day.Rise < day.Set).Select(day => (DateTimeOffset?)day.Rise).Min() is { } rise)
            {
                return hours < rise ? hours : rise;
            }
        }

        return hours;
    }

    /// <summary>Sunrise and sunset of the solar day whose noon lies on this UTC day, without margin. Rise and set are 24 h apart where the sun does not set, and the same where it does not rise.</summary>
    public (DateTimeOffset Rise, DateTimeOffset Set) Sun(DateTimeOffset day)
    {
        var midnight = TimeRange.Day(day).Start;
        var noon = midnight.AddMinutes(720 - (4 * longitude) - Equation(midnight.AddHours(12)).Minutes);
        return (noon - HalfDay(noon, -1), noon + HalfDay(noon, 1));
    }

    private IEnumerable<(DateTimeOffset Rise, DateTimeOffset Set)> Around(DateTimeOffset instant)
    {
        for (var days = -1; days <= 1; days++)
        {
            var (rise, set) = Sun(instant.AddDays(days));
            yield return rise == set ? (rise, set) : (rise - margin, set + margin);
        }
    }

    // From noon to the horizon. The sun moves on meanwhile, so the declination is taken where it is then.
    private TimeSpan HalfDay(DateTimeOffset noon, int side)
    {
        var half = TimeSpan.FromHours(6);
        for (var step = 0; step < 2; step++)
        {
            var (_, declination) = Equation(noon + (side * half));
            var phi = latitude * Math.PI / 180;
            var cosine = (Math.Cos(ZenithAtRising * Math.PI / 180) / (Math.Cos(phi) * Math.Cos(declination))) - (Math.Tan(phi) * Math.Tan(declination));
            if (cosine is >= 1 or <= -1)
            {
                return cosine >= 1 ? TimeSpan.Zero : TimeSpan.FromHours(12);
            }

            half = TimeSpan.FromMinutes(4 * Math.Acos(cosine) * 180 / Math.PI);
        }

        return half;
    }

    // Equation of time in minutes, and the sun's declination in radians.
    private static (double Minutes, double Declination) Equation(DateTimeOffset at)
    {
        var year = at.UtcDateTime.Year;
        var days = DateTime.IsLeapYear(year) ? 366 : 365;
        var g = 2 * Math.PI / days * (at.UtcDateTime.DayOfYear - 1 + ((at.UtcDateTime.TimeOfDay.TotalHours - 12) / 24));
        var minutes = 229.18 * (0.000075 + (0.001868 * Math.Cos(g)) - (0.032077 * Math.Sin(g)) - (0.014615 * Math.Cos(2 * g)) - (0.040849 * Math.Sin(2 * g)));
        var declination = 0.006918 - (0.399912 * Math.Cos(g)) + (0.070257 * Math.Sin(g)) - (0.006758 * Math.Cos(2 * g)) + (0.000907 * Math.Sin(2 * g)) - (0.002697 * Math.Cos(3 * g)) + (0.00148 * Math.Sin(3 * g));
        return (minutes, declination);
    }
}
