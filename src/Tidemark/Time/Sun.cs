namespace Tidemark.Time;

/// <summary>
/// Where the sun stands: NOAA's solar calculator's equations (Global Monitoring Laboratory, after Meeus, "Astronomical
/// Algorithms"), good to a minute below 72° of latitude between 1900 and 2100.
/// </summary>
internal static class Sun
{
    // The sun's centre at rising: its radius and the refraction of air below the horizon, in degrees from the zenith.
    private const double ZenithAtRising = 90.833;

    private static readonly DateTimeOffset J2000 = new(2000, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>When the sun is highest on the solar day whose noon lies next to this UTC day's.</summary>
    /// <param name="longitude">Degrees, east positive.</param>
    public static DateTimeOffset Noon(DateTimeOffset day, double longitude)
    {
        var mean = TimeRange.Day(day).Start.AddMinutes(720 - (4 * longitude));
        return mean.AddMinutes(-At(mean).Minutes);
    }

    /// <summary>From noon back to sunrise (side -1) or on to sunset (1); zero where it does not rise, null where it does not set.</summary>
    /// <param name="latitude">Degrees, north positive.</param>
    public static TimeSpan? HalfDay(DateTimeOffset noon, double latitude, int side)
    {
        // The sun moves on between noon and the horizon: it is looked at where it is then.
        var half = TimeSpan.FromHours(6);
        var phi = Radians(latitude);
        for (var step = 0; step < 3; step++)
        {
            var (minutes, declination) = At(noon + (side * half));
            var cosine = (Math.Cos(Radians(ZenithAtRising)) / (Math.Cos(phi) * Math.Cos(declination))) - (Math.Tan(phi) * Math.Tan(declination));
            if (!(cosine is > -1 and < 1))
            {
                return cosine >= 1 ? TimeSpan.Zero : null;
            }

            // The hour angle is counted from noon by the sun then, which is not quite noon by the sun now.
            var drift = side * (minutes - At(noon).Minutes);
            half = TimeSpan.FromMinutes((4 * Math.Acos(cosine) * 180 / Math.PI) - drift);
        }

        return half;
    }

    // The equation of time in minutes, and the sun's declination in radians.
    private static (double Minutes, double Declination) At(DateTimeOffset instant)
    {
        var t = (instant - J2000).TotalDays / 36525;
        var longitude = Radians((280.46646 + (t * (36000.76983 + (t * 0.0003032)))) % 360);
        var anomaly = Radians(357.52911 + (t * (35999.05029 - (0.0001537 * t))));
        var eccentricity = 0.016708634 - (t * (0.000042037 + (0.0000001267 * t)));
        var centre = (Math.Sin(anomaly) * (1.914602 - (t * (0.004817 + (0.000014 * t))))) + (Math.Sin(2 * anomaly) * (0.019993 - (0.000101 * t))) + (Math.Sin(3 * anomaly) * 0.000289);
        var node = Radians(125.04 - (1934.136 * t));
        var apparent = longitude + Radians(centre - 0.00569 - (0.00478 * Math.Sin(node)));
        var obliquity = Radians(23 + ((26 + ((21.448 - (t * (46.815 + (t * (0.00059 - (t * 0.001813)))))) / 60)) / 60) + (0.00256 * Math.Cos(node)));
        var y = Math.Pow(Math.Tan(obliquity / 2), 2);
        var equation = (y * Math.Sin(2 * longitude)) - (2 * eccentricity * Math.Sin(anomaly)) + (4 * eccentricity * y * Math.Sin(anomaly) * Math.Cos(2 * longitude))
            - (0.5 * y * y * Math.Sin(4 * longitude)) - (1.25 * eccentricity * eccentricity * Math.Sin(2 * anomaly));
        return (4 * equation * 180 / Math.PI, Math.Asin(Math.Sin(obliquity) * Math.Sin(apparent)));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
