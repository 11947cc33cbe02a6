using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;

namespace Tidemark.App.Api;

/// <summary>The node's part in sealing, copying and reading the archive.</summary>
internal static class NodeSealing
{
    public static void AddParts(IServiceCollection services, NodeConfig config)
    {
        services.AddSingleton<SealedSlots>().AddSingleton(parts => new SealOptions
        {
            After = config.Sealing.After,
            Tell = config.Sealing.Command.Count > 0,
            Slots = parts.GetRequiredService<SealedSlots>().OfAsync,
        });
        services.AddSingleton<DayStore>().AddSingleton<Sealer>().AddSingleton<Copier>().AddSingleton<Verifier>().AddSingleton<ArchiveCheck>().AddSingleton<Reindex>();
        services.AddSingleton(parts => ActivatorUtilities.CreateInstance<Scrub>(parts, config.Sealing.ScrubEvery));
        services.AddSingleton(new SecondCopy(config.Sealing.Copy is { } root ? new CopyPlace(config.Data, root) : null));
        services.AddSingleton(parts =>
        {
            var (disk, poller) = (parts.GetRequiredService<DiskWatch>(), parts.GetRequiredService<Poller>());
            return new SealRounds(
                config.Data, parts.GetRequiredService<DayStore>(), parts.GetRequiredService<Sealer>(), parts.GetRequiredService<Copier>(), parts.GetRequiredService<SecondCopy>().Place,
                config.Sealing.Command.Count == 0 ? null : ActivatorUtilities.CreateInstance<AfterSeal>(parts, config.Sealing.Command, config.Sealing.CommandWithin),
                parts.GetRequiredService<Scrub>(), parts.GetRequiredService<Duty>(), () => disk.State.Level > DiskLevel.Fine || poller.StartDelays.Pressed,
                parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<ILogger<SealRounds>>());
        });
        services.AddSingleton<ArchiveWork>().AddSingleton<ArchiveWorks>();
    }

    public static void Start(IServiceProvider parts, NodeConfig config)
    {
        // Those who put into the archive, and those who watch over the rest; a duty makes one of them at a time.
        if (config.Roles.HasFlag(NodeRoles.Capture) || config.Roles.HasFlag(NodeRoles.Dispatch))
        {
            parts.GetRequiredService<SealRounds>().Start();
        }
    }
}

/// <summary>The second copy, where one is configured.</summary>
public sealed record SecondCopy(CopyPlace? Place);
