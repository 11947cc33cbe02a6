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
    public DateTimeOffset? Next(DateTimeOffset after) => Following(after)?.Slot;

    /// <summary>The slot whose interval an instant lies in; null where that is not open.</summary>
    public DateTimeOffset? Current(DateTimeOffset at) => Last(at) is var slot && Open(slot) is { } open && open.Contains(slot) ? slot : null;

    /// <summary>The slots in a range, in order.</summary>
    public IEnumerable<DateTimeOffset> Slots(TimeRange range)
    {
        for (var following = Following(range.Start.AddTicks(-1)); following is { } next && next.Slot < range.End; following = Following(next.Open.End.AddTicks(-1)))
        {
            // One look at the sun and the hours for each stretch, not for each slot.
            var end = next.Open.End < range.End ? next.Open.End : range.End;
            for (var slot = next.Slot; slot < end; slot += every)
            {
                yield return slot;
            }

            if (next.Open.End >= range.End)
            {
                yield break;
            }
        }
    }

    // The first slot after an instant, with the stretch that it is in.
    private (DateTimeOffset Slot, TimeRange Open)? Following(DateTimeOffset after)
    {
        var slot = Last(after) + every;
        while (slot - after <= Furthest && Open(slot) is { } open)
        {
            if (open.Start > slot)
            {
                slot = Last(open.Start.AddTicks(-1)) + every;
            }

            if (slot < open.End)
            {
                return (slot, open);
            }
        }

        return null;
    }

    // On the clock, at or before an instant, open or not.
    private DateTimeOffset Last(DateTimeOffset at)
    {
        var into = (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - offset.Ticks) % every.Ticks;
        return new DateTimeOffset(at.UtcTicks - (into < 0 ? into + every.Ticks : into), TimeSpan.Zero);
    }

    // The next stretch that is in the hours and by day; null where none begins within a year.
    private TimeRange? Open(DateTimeOffset from)
    {
        var furthest = from + Furthest;
        while (from <= furthest)
        {
            var hours = windows?.Open(from) ?? new TimeRange(from, DateTimeOffset.MaxValue);
            if (daylight is null)
            {
                return hours;
            }

            if (daylight.Open(hours.Start) is not { } day)
            {
                return null;
            }

            if (day.Start < hours.End)
            {
                return new TimeRange(day.Start, day.End < hours.End ? day.End : hours.End);
            }

            from = hours.End;
        }

        return null;
    }
}
