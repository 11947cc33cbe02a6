namespace Tidemark.Timelapse;

/// <summary>Which instants pictures are of.</summary>
public enum TimelapsePace
{
    /// <summary>One picture for each frame of the source with most frames.</summary>
    Frames,

    /// <summary>Pictures at even distances in time, whatever frames there are.</summary>
    Even,
}

/// <summary>What is shown where a source has no frame near an instant.</summary>
public enum MissingFrames
{
    /// <summary>The last one before.</summary>
    Hold,

    /// <summary>Nothing: the picture is left out, as soon as one of its sources is missing.</summary>
    Skip,

    /// <summary>A dark grey field.</summary>
    Slate,
}

/// <summary>How a picture of another shape is brought to the size wanted.</summary>
public enum TimelapseFit
{
    /// <summary>Whole, with bars.</summary>
    Bars,

    /// <summary>Filling it; what is beyond is cut off, on both sides alike.</summary>
    Fill,

    /// <summary>Filling it, out of shape.</summary>
    Stretch,
}

/// <summary>The time that is burned in.</summary>
public enum TimelapseClock
{
    None,

    /// <summary><c>2026-11-22 08:15 UTC</c>.</summary>
    Utc,

    /// <summary>In the first source's zone.</summary>
    Local,
}

/// <summary>Instants at even distances: the one with number i lies <c>i × Span / Count</c> after the anchor.</summary>
/// <param name="Anchor">Number 0.</param>
/// <param name="Count">How many in a span, at least 1.</param>
internal sealed record PictureGrid(DateTimeOffset Anchor, TimeSpan Span, long Count)
{
    internal TimeSpan Step => Span / Count;

    internal IEnumerable<DateTimeOffset> In(DateTimeOffset start, DateTimeOffset end)
    {
        for (var number = (long)((Int128)(start - Anchor).Ticks * Count / Span.Ticks); ; number++)
        {
            var instant = Anchor.AddTicks((long)((Int128)number * Span.Ticks / Count));
            if (instant >= end)
            {
                yield break;
            }

            if (instant >= start)
            {
                yield return instant;
            }
        }
    }
}
