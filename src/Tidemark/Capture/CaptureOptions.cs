namespace Tidemark.Capture;

/// <summary>How capture treats the outside world, and what it keeps of what it did.</summary>
public sealed record CaptureOptions
{
    /// <summary>Longest time without a byte from a source, or with next to none where it is more than a minute. Default 20 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Largest frame taken, in bytes. Default 64 MiB.</summary>
    public long MostFrameBytes { get; init; } = 64L << 20;

    /// <summary>Most requests at a time to one host, 1 to 100,000. Default 4.</summary>
    public int PerHost { get; init; } = 4;

    /// <summary>How long the journal is kept after it was shipped. Default 8 days.</summary>
    public TimeSpan KeepJournal { get; init; } = TimeSpan.FromDays(8);

    /// <summary>Most bytes of shipped journal that are kept, however young. Default 1 GiB.</summary>
    public long MostJournalBytes { get; init; } = 1L << 30;

    /// <summary>Bytes after which the journal begins another file; what is there at a start is read. Default 8 MiB.</summary>
    public long JournalSegmentBytes { get; init; } = 8L << 20;

    /// <summary>How often slots are shipped; frames are at once. Default a minute: the bound on loss when this disk dies.</summary>
    public TimeSpan ShipSlotsEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long frames are gathered before they are shipped in one transaction. Default 50 ms.</summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often to look which sources there are, where other nodes may add and remove some; null: nobody else does.</summary>
    public TimeSpan? Resync { get; init; }
}
