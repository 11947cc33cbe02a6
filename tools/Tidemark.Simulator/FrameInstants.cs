using System.Globalization;

namespace Tidemark.Simulator;

/// <summary>
/// When there are frames: at multiples of one distance in [start − history, start), and at multiples of another after the
/// start, moved by an offset, as the clock passes them.
/// </summary>
public sealed class FrameInstants(DateTimeOffset start, TimeSpan every, TimeSpan history, TimeSpan liveEvery, TimeSpan liveOffset = default)
{
    /// <summary>An index lists all of the history, and at most this many frames after the start.</summary>
    public const int LiveListed = 500;

    private const string StampFormat = "yyyyMMdd'-'HHmmss";

    private readonly long first = UpTo((start - history).UtcTicks, every.Ticks);

    /// <summary>When the simulator began, by its clock.</summary>
    public DateTimeOffset Start { get; } = start;

    /// <summary>What an index lists at this time, newest first.</summary>
    public IEnumerable<DateTimeOffset> NewestFirst(DateTimeOffset now)
    {
        if (liveEvery > TimeSpan.Zero)
        {
            var newest = now.UtcTicks - Since(now.UtcTicks);
            for (var i = 0; i < LiveListed && newest > Start.UtcTicks; i++, newest -= liveEvery.Ticks)
            {
                yield return At(newest);
            }
        }

        for (var ticks = UpTo(Start.UtcTicks, every.Ticks) - every.Ticks; ticks >= first; ticks -= every.Ticks)
        {
            if (ticks <= now.UtcTicks)
            {
                yield return At(ticks);
            }
        }
    }

    /// <summary>The newest frame at this time; null before the first.</summary>
    public DateTimeOffset? NewestAt(DateTimeOffset now)
    {
        foreach (var instant in NewestFirst(now))
        {
            return instant;
        }

        return null;
    }

    /// <summary>The first frame of all where that is after this time, else the next live one.</summary>
    public DateTimeOffset FirstAfter(DateTimeOffset time)
    {
        if (HistoryCount > 0 && time.UtcTicks < first)
        {
            return At(first);
        }

        var after = time > Start ? time.UtcTicks : Start.UtcTicks;
        return At(after - Since(after) + liveEvery.Ticks);
    }

    /// <summary>How many frames lie before the start.</summary>
    public int HistoryCount => (int)((UpTo(Start.UtcTicks, every.Ticks) - first) / every.Ticks);

    /// <summary>True where there is a frame at this instant by now.</summary>
    public bool Has(DateTimeOffset instant, DateTimeOffset now)
    {
        var ticks = instant.UtcTicks;
        return instant <= now && (instant < Start
            ? ticks >= first && ticks % every.Ticks == 0
            : instant > Start && liveEvery > TimeSpan.Zero && Since(ticks) == 0);
    }

    /// <summary>The place of an instant in the order of all frames of a site, from 0.</summary>
    public int NumberOf(DateTimeOffset instant)
        => instant < Start || liveEvery == TimeSpan.Zero
            ? (int)((instant.UtcTicks - first) / every.Ticks)
            : HistoryCount + (int)((instant.UtcTicks - FirstAfter(Start).UtcTicks) / liveEvery.Ticks);

    /// <summary>An instant as it stands in names and addresses: 20261122-081000.</summary>
    public static string Stamp(DateTimeOffset instant) => instant.UtcDateTime.ToString(StampFormat, CultureInfo.InvariantCulture);

    public static bool TryParseStamp(string stamp, out DateTimeOffset instant)
        => DateTimeOffset.TryParseExact(stamp, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);

    // Since the last live instant up to here.
    private long Since(long ticks) => (ticks - liveOffset.Ticks) % liveEvery.Ticks;

    private static long UpTo(long ticks, long step) => (ticks + step - 1) / step * step;

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
