namespace Tidemark.Sources;

/// <summary>Kinds of sources.</summary>
public static class SourceKind
{
    /// <summary>A web API that answers with a JSON list of frames, each with its time and the address of its image.</summary>
    public const string FrameIndex = "frames.index";

    /// <summary>An address that answers with the newest picture.</summary>
    public const string FrameSnapshot = "frames.snapshot";

    /// <summary>A folder into which a camera uploads its pictures.</summary>
    public const string FrameFolder = "frames.folder";

    public static IReadOnlyList<string> All { get; } = [FrameIndex, FrameSnapshot, FrameFolder];
}

/// <summary>Where a snapshot's time comes from (design/time.md T8).</summary>
public static class SnapshotTime
{
    /// <summary>What the origin says, where it can be believed, else when it was received.</summary>
    public const string Auto = "auto";

    /// <summary>What the origin says, always; an answer that says nothing cannot be used.</summary>
    public const string LastModified = "lastModified";

    /// <summary>When the answer began.</summary>
    public const string Received = "received";

    public static IReadOnlyList<string> All { get; } = [Auto, LastModified, Received];
}
