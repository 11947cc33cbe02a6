namespace Tidemark.Time;

/// <summary>
/// When the slots of a source are: a pure function of its settings (design/time.md T1 to T4). Slots lie at multiples of
/// the interval since 1970, moved by an offset; windows and daylight take some away and move none.
/// </summary>
/// <param name="every">From one slot to the next; more than zero.</param>
/// <param name="offset">By how much all slots are moved; less than the interval.</param>
/// <param name="windows">Only in these hours; null: in all.</param>
/// <param name="daylight">Only by day; null: at night too.</param>
public sealed class Schedule(TimeSpan every, TimeSpan offset = default, DayWindows? windows = null, Daylight? daylight = null)
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(366);

    /// <summary>From one slot to the next.</summary>
    public TimeSpan Every => every;

    /// <summary>The first slot after an instant; null where there is none within a year.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var slot = Last(after) + every;
        while (slot - after <= Furthest)
        {
            if (OpensAt(slot) is not { } open)
            {
                return null;
            }

            if (open == slot)
            {
                return slot;
            }

            slot = Last(open);
            slot = slot < open ? slot + every : slot;
        }

        return null;
    }

    /// <summary>The slot whose interval an instant lies in; null where that is not open.</summary>
    public DateTimeOffset? Current(DateTimeOffset at) => Last(at) is var slot && OpensAt(slot) == slot ? slot : null;

    /// <summary>The slots in a range, in order.</summary>
    public IEnumerable<DateTimeOffset> Slots(TimeRange range)
    {
        for (var slot = Next(range.Start.AddTicks(-1)); slot < range.End; slot = Next(slot.Value))
        {
            yield return slot.Value;
        }
    }

    // On the clock, at or before an instant, open or not.
    private DateTimeOffset Last(DateTimeOffset at)
    {
        var into = (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - offset.Ticks) % every.Ticks;
        return new DateTimeOffset(at.UtcTicks - (into < 0 ? into + every.Ticks : into), TimeSpan.Zero);
    }

    private DateTimeOffset? OpensAt(DateTimeOffset instant)
    {
        while (true)
        {
            var open = windows?.OpensAt(instant) ?? instant;
            var day = daylight is null ? open : daylight.OpensAt(open);
            if (day is null || day == instant)
            {
                return day;
            }

            instant = day.Value;
        }
    }
}
