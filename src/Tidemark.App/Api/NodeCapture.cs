using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Media;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>What a node captures with: the kinds of feeds, and the way of their pictures.</summary>
internal static class NodeCapture
{
    public static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<OutsideClients>().AddSingleton<Downloads>().AddSingleton<Markers>().AddSingleton<Takings>();
        services.AddSingleton<QuarantineStore>().AddSingleton<Quarantine>();
        services.AddSingleton<ConditionStore>().AddSingleton<Conditions>().AddSingleton<SourceWatch>();
        services.AddSingleton<IFrameFeed, FrameIndexFeed>().AddSingleton<IFrameFeed, FrameSnapshotFeed>().AddSingleton<IFrameFeed, FrameFolderFeed>();
        services.AddSingleton<JpegCropper>().AddSingleton<Crops>().AddSingleton<SourceTest>();
    }

    /// <summary>Makes up for what a crash left undone, beside all else.</summary>
    public static async Task StartAsync(IServiceProvider parts, CancellationToken cancellation)
    {
        var quarantine = parts.GetRequiredService<Quarantine>();
        var conditions = parts.GetRequiredService<Conditions>();
        parts.GetRequiredService<SourceStore>().Changed += (id, source) =>
        {
            if (source is null)
            {
                conditions.Forget(id);
            }
        };
        var crops = parts.GetRequiredService<Crops>();
        parts.GetRequiredService<Intake>().Captured += (frame, _) => crops.Captured(frame);
        await crops.StartAsync(cancellation);
        _ = Task.Run(() => quarantine.CatchUp(cancellation), cancellation);
    }
}
