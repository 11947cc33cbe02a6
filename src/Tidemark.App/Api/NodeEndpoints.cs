using System.Reflection;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Media;

namespace Tidemark.App.Api;

/// <summary>The node itself.</summary>
public static class NodeEndpoints
{
    /// <summary>The release, <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(NodeEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/health", HealthAsync).Produces<string>(200, "text/plain").WithSummary("Answers 'ok' while the node is well, else 503 with the reasons; needs no token");
        api.MapGet("/node", DescribeAsync).Produces<NodeShape>().WithSummary("Version, clock, disk and tools of this node");
    }

    private static async Task<IResult> HealthAsync(Health health, CancellationToken cancellation) =>
        await health.AilingAsync(cancellation) is { Count: > 0 } reasons ? Problems.Ailing(reasons) : Results.Text("ok");

    private static async Task<IResult> DescribeAsync(NodeConfig config, DiskWatch watch, MediaTools tools, FrameIndex frames, PageFiles page, NodeStart start, TimeProvider time, CancellationToken cancellation)
    {
        var versions = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var tool in Enum.GetValues<MediaTool>())
        {
            versions[tool.ToString().ToLowerInvariant()] = (await tools.VersionAsync(tool, cancellation)).TryGet(out var version, out _) ? version : null;
        }

        var disk = new DriveInfo(config.Data.Root);
        return Results.Json(new NodeShape(Version, start.Address, start.At, time.GetUtcNow(), page.Present,
            new DiskShape(disk.AvailableFreeSpace, disk.TotalSize, await frames.BytesAsync(cancellation)), versions, DiskLevelShape.Of(watch.State), WarningShape.Of(config)), ApiJson.Default.NodeShape);
    }
}

/// <summary>When this node began, and where its page is (known once it listens).</summary>
public sealed class NodeStart(DateTimeOffset at)
{
    public DateTimeOffset At => at;

    public string Address { get; set; } = "";
}
