using System.Net;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Media;

namespace Tidemark.App.Config;

/// <summary>A node's whole configuration, checked. <see cref="Setting.All"/> says what each option means.</summary>
public sealed record NodeConfig
{
    public required DataFolder Data { get; init; }

    public NodeRoles Roles { get; init; } = NodeRoles.All;

    /// <summary>What people call this node.</summary>
    public string Name { get; init; } = Environment.MachineName;

    public WorkConfig Work { get; init; } = new();

    public RetentionConfig Retention { get; init; } = new();

    public SealingConfig Sealing { get; init; } = new();

    /// <summary>How long what became of jobs is kept.</summary>
    public TimeSpan KeepHistory { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The most bytes of encoded stretches of timelapses that are kept to be used again.</summary>
    public long KeepStretches { get; init; } = 10L << 30;

    /// <summary>Where timelapses may be put as files: whole paths.</summary>
    public IReadOnlyList<string> TimelapseFolders { get; init; } = [];

    public required IPEndPoint Listen { get; init; }

    public required IReadOnlyList<string> Hosts { get; init; }

    public required bool BehindProxy { get; init; }

    /// <summary>Null: plain HTTP.</summary>
    public required TlsCertificate? Tls { get; init; }

    public required DatabaseAddress Database { get; init; }

    public required CaptureOptions Capture { get; init; }

    public required ToolPaths Tools { get; init; }

    public required LogLevel LogLevel { get; init; }
}

/// <summary>What this node offers for tasks.</summary>
public sealed record WorkConfig
{
    /// <summary>Thousandths of a processor.</summary>
    public int Cpu { get; init; } = Environment.ProcessorCount * 1000;

    /// <summary>Bytes.</summary>
    public long Memory { get; init; } = Machine.Memory / 5 * 4;

    /// <summary>Bytes of scratch space; null: what is free when the node starts.</summary>
    public long? Disk { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The most tasks at a time; null: as many as fit.</summary>
    public int? Most { get; init; }

    /// <summary>How long running tasks may go on when the node stops.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How days are sealed, copied and read again.</summary>
public sealed record SealingConfig
{
    /// <summary>How long after midnight UTC.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Root of the second copy; null: none.</summary>
    public string? Copy { get; init; }

    /// <summary>The operator's command and its arguments; empty: none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public TimeSpan CommandWithin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a round of reading everything takes.</summary>
    public TimeSpan ScrubEvery { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>How the archive lives within its disk; each source has rules of its own too.</summary>
public sealed record RetentionConfig
{
    /// <summary>The most bytes of all frames; null: no bound.</summary>
    public long? Most { get; init; }

    /// <summary>Bytes to be kept free on the archive's file system; null: none.</summary>
    public long? KeepFree { get; init; }

    /// <summary>Verified copies that must remain of what is let go; null: one where a second copy is made, else none.</summary>
    public int? Copies { get; init; }

    /// <summary>Bytes that are kept taken for a full disk.</summary>
    public long Reserve { get; init; } = 64L << 20;
}
