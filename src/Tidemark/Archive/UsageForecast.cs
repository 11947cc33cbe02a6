namespace Tidemark.Archive;

/// <summary>Where the disk is heading, at the rates of the last thirty days.</summary>
/// <param name="PerDay">Bytes that all sources bring a day.</param>
/// <param name="FullAt">When the disk is full; null where that is not within a century.</param>
/// <param name="KeptLevelBy">What keeps it from filling: one of <see cref="RetentionRule"/>, <c>nothing comes in</c>, or null where it fills, or nobody lives to see it.</param>
public sealed record UsageForecast(long PerDay, DateTimeOffset? FullAt, string? KeptLevelBy)
{
    public const string NothingComesIn = "nothing comes in";

    private const double Century = 36_525;

    /// <summary>
    /// Each source grows at its rate until its own rules hold it level; all of them together until a rule for all does, or
    /// until nothing is free.
    /// </summary>
    public static UsageForecast Of(DateTimeOffset now, long free, IReadOnlyList<SourceUsage> sources, RetentionRules rules)
    {
        var growing = sources.Where(source => source.PerDay30 > 0).ToList();
        var rate = growing.Sum(source => source.PerDay30);
        if (rate == 0)
        {
            return new UsageForecast(0, null, NothingComesIn);
        }

        if (rules.KeepFree is > 0)
        {
            return new UsageForecast(rate, null, RetentionRule.KeepFree);
        }

        if (rules.Most is { } most && most - sources.Sum(source => source.Bytes) <= free)
        {
            return new UsageForecast(rate, null, RetentionRule.Most);
        }

        // In the order in which they stop growing: between two such days the disk fills at an even rate.
        double left = free, day = 0, slope = rate;
        foreach (var (room, of) in growing.Select(source => (Room: DaysOfRoom(source), source)).OrderBy(one => one.Room))
        {
            var until = Math.Min(room, Century);
            if (left - (slope * (until - day)) <= 0)
            {
                var full = day + (left / slope);
                return new UsageForecast(rate, now.AddDays(Math.Max(0, full)), null);
            }

            if (room > Century)
            {
                return new UsageForecast(rate, null, null);
            }

            left -= slope * (until - day);
            (day, slope) = (until, slope - of.PerDay30);
        }

        return new UsageForecast(rate, null, growing.Exists(source => source.Retention.Days is not null) ? RetentionRule.KeepDays : RetentionRule.KeepBytes);
    }

    // How many days it grows yet.
    private static double DaysOfRoom(SourceUsage source)
    {
        var (days, bytes) = source.Retention;
        var most = Math.Min(days is { } keep ? (double)keep * source.PerDay30 : double.PositiveInfinity, bytes ?? double.PositiveInfinity);
        return Math.Max(0, (most - source.Bytes) / source.PerDay30);
    }
}
