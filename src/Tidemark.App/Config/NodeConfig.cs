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
