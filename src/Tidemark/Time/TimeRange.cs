namespace Tidemark.Time;

/// <summary>A half-open range of instants <c>[start, end)</c> in UTC: the start is in it, the end is not.</summary>
public readonly record struct TimeRange
{
    /// <exception cref="ArgumentException">The end lies before the start.</exception>
    public TimeRange(DateTimeOffset start, DateTimeOffset end)
    {
        if (end < start)
        {
            throw new ArgumentException($"A time range ends at or after its start; got {Rfc3339.Format(start)} to {Rfc3339.Format(end)}.", nameof(end));
        }

        Start = start.ToUniversalTime();
        End = end.ToUniversalTime();
    }

    public DateTimeOffset Start { get; }

    public DateTimeOffset End { get; }

    public TimeSpan Length => End - Start;

    public bool IsEmpty => Start == End;

    public bool Contains(DateTimeOffset instant) => instant >= Start && instant < End;

    /// <summary>The UTC day that the instant lies in.</summary>
    public static TimeRange Day(DateTimeOffset instant)
    {
        var start = new DateTimeOffset(instant.UtcDateTime.Date, TimeSpan.Zero);
        return new TimeRange(start, start.AddDays(1));
    }

    /// <summary>As ISO 8601 writes intervals: <c>start/end</c>.</summary>
    public override string ToString() => $"{Rfc3339.Format(Start)}/{Rfc3339.Format(End)}";
}
