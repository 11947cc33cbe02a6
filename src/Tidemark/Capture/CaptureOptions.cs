namespace Tidemark.Capture;

/// <summary>How capture treats the outside world.</summary>
public sealed record CaptureOptions
{
    /// <summary>Longest time without a byte from a source. Default 20 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Largest frame taken, in bytes. Default 64 MiB.</summary>
    public long MostFrameBytes { get; init; } = 64L << 20;

    /// <summary>How often to look which sources there are, where other nodes may add and remove some; null: nobody else does.</summary>
    public TimeSpan? Resync { get; init; }
}
