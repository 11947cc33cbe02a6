namespace Tidemark.Archive;

/// <summary>A still of a source at an instant.</summary>
/// <param name="Source">The source's id.</param>
/// <param name="Time">When it shows the world, to the millisecond: with the source, what names it.</param>
/// <param name="Name">What the origin called it, or null.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Sha256">Of the whole file, 32 bytes.</param>
/// <param name="ReceivedAt">When it was on our disk, by our clock.</param>
/// <param name="Note">Why it has that instant, where that needs saying: <c>received</c>, <c>lastModified</c>, <c>ambiguous</c> …; else null.</param>
public sealed record Frame(string Source, DateTimeOffset Time, string? Name, long Bytes, int Width, int Height, ReadOnlyMemory<byte> Sha256, DateTimeOffset ReceivedAt, string? Note = null)
{
    /// <summary>Frames are named to the millisecond; finer parts are cut off.</summary>
    public static DateTimeOffset Instant(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}

/// <summary>A UTC day of a source.</summary>
public sealed record FrameDay(DateOnly Day, long Frames, long Bytes, DateTimeOffset First, DateTimeOffset Last);

/// <summary>A source's frames in all.</summary>
public sealed record FrameTotals(long Frames, long Bytes, Frame? Newest)
{
    public static FrameTotals None { get; } = new(0, 0, null);
}
