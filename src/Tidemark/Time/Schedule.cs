namespace Tidemark.Time;

/// <summary>
/// When the slots of a source are: a pure function of its settings (design/time.md T1 to T4). Slots lie at multiples of
/// the interval since 1970, moved by an offset.
/// </summary>
public sealed class Schedule
{
    private readonly TimeSpan every;
    private readonly TimeSpan offset;

    /// <param name="every">From one slot to the next; more than zero.</param>
    /// <param name="offset">By how much all slots are moved; less than the interval.</param>
    public Schedule(TimeSpan every, TimeSpan offset = default) => (this.every, this.offset) = (every, offset);

    /// <summary>The first slot after an instant; null where there is none within a year.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var since = after.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - offset.Ticks;
        var into = since % every.Ticks;
        return new DateTimeOffset(after.UtcTicks - (into < 0 ? into + every.Ticks : into) + every.Ticks, TimeSpan.Zero);
    }

    /// <summary>The slots in a range, in order.</summary>
    public IEnumerable<DateTimeOffset> Slots(TimeRange range)
    {
        for (var slot = Next(range.Start.AddTicks(-1)); slot < range.End; slot = Next(slot.Value))
        {
            yield return slot.Value;
        }
    }
}
