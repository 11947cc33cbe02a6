namespace Tidemark.Media;

/// <summary>What one run of a tool may use up. Input is hostile: every run has every limit (design/media.md, M1).</summary>
public sealed record ToolLimits
{
    /// <summary>The defaults: generous for a day's timelapse, a wall for a decompression bomb.</summary>
    public static ToolLimits Default { get; } = new();

    /// <summary>For looking at a file: probing, versions, one picture.</summary>
    public static ToolLimits Brief { get; } = new()
    {
        CpuTime = TimeSpan.FromMinutes(1),
        AddressSpaceBytes = 2L << 30,
        FileBytes = 1L << 30,
        Stall = TimeSpan.FromMinutes(1),
        WallTime = TimeSpan.FromMinutes(1),
    };

    /// <summary>Processor time over all threads, in whole seconds. Default 4 hours.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Virtual memory in bytes (RLIMIT_AS: counts what is reserved, not what is resident). Default 8 GiB.</summary>
    public long AddressSpaceBytes { get; init; } = 8L << 30;

    /// <summary>Size of any one file written, in bytes. Default 64 GiB.</summary>
    public long FileBytes { get; init; } = 64L << 30;

    /// <summary>How long nothing may move, neither by what it tells nor in the files that it writes, before the run counts as stalled. Default 1 minute.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the run may take in all. Default 6 hours.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromHours(6);
}
