namespace Tidemark.Time;

/// <summary>When things are due.</summary>
public static class Schedule
{
    /// <summary>
    /// The first multiple of <paramref name="every"/> since 1970 that lies after <paramref name="now"/>: polls are on the
    /// clock, so every node and every restart agree on them.
    /// </summary>
    public static DateTimeOffset Next(DateTimeOffset now, TimeSpan every)
    {
        var since = now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var into = since % every.Ticks;
        return new DateTimeOffset(now.UtcTicks - (into < 0 ? into + every.Ticks : into) + every.Ticks, TimeSpan.Zero);
    }
}
