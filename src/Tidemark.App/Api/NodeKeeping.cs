using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>The node's part in living within a disk.</summary>
internal static class NodeKeeping
{
    public static void AddParts(IServiceCollection services, NodeConfig config)
    {
        services.AddSingleton(parts => ActivatorUtilities.CreateInstance<DiskWatch>(parts, config.Retention.Reserve));
        services.AddSingleton<Holds>().AddSingleton<Duty>().AddSingleton<Usage>().AddSingleton<Retention>().AddSingleton<KeepingRules>();
        services.AddSingleton(parts => ActivatorUtilities.CreateInstance<RetentionRounds>(parts, (Func<CancellationToken, Task<RetentionRules>>)parts.GetRequiredService<KeepingRules>().NowAsync));
        services.AddSingleton<Import>().AddSingleton<Imports>().AddSingleton<LiveDisk>();
        services.AddSingleton<CaptureCounts>().AddSingleton<JobEnds>().AddSingleton<MetricsEndpoint.NodeParts>().AddSingleton<Health>();
    }

    public static void Start(IServiceProvider parts, NodeConfig config)
    {
        _ = parts.GetRequiredService<LiveDisk>();
        _ = parts.GetRequiredService<CaptureCounts>();
        parts.GetRequiredService<DiskWatch>().Start();
        // Those who put into the archive, and those who watch over the rest; a duty makes one of them at a time.
        if (config.Roles.HasFlag(NodeRoles.Capture) || config.Roles.HasFlag(NodeRoles.Dispatch))
        {
            parts.GetRequiredService<RetentionRounds>().Start();
        }
    }
}

/// <summary>The rules by which days are let go, as they are now: those of the configuration and those of each source.</summary>
public sealed class KeepingRules(NodeConfig config, SourceStore sources)
{
    public async Task<RetentionRules> NowAsync(CancellationToken cancellation)
    {
        var all = await sources.ListAsync(cancellation);
        return new RetentionRules(config.Retention.Most, config.Retention.KeepFree, config.Retention.Copies ?? (config.Sealing.Copy is null ? 0 : 1),
            all.ToDictionary(source => source.Id, source => new SourceRetention(source.Config.KeepDays, source.Config.KeepBytes), StringComparer.Ordinal));
    }
}

/// <summary>Puts on the live feed what the disk's watch tells.</summary>
public sealed class LiveDisk : IDisposable
{
    public const string Topic = "disk";

    private readonly DiskWatch disk;
    private readonly LiveFeed feed;

    public LiveDisk(DiskWatch disk, LiveFeed feed)
    {
        (this.disk, this.feed) = (disk, feed);
        disk.Changed += Tell;
    }

    public void Dispose() => disk.Changed -= Tell;

    private void Tell(DiskState state) => feed.Publish(Topic, DiskLevelShape.Of(state), ApiJson.Default.DiskLevelShape);
}
