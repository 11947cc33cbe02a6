using Tidemark.App.Config;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.App.Api;

/// <summary>The node's part in the job engine: every node registers; those with the role work, or dispatch.</summary>
internal static class NodeWork
{
    // What runs on its own asks for its parts when it is made: the container refuses while it disposes them.
    public static void AddParts(IServiceCollection services, NodeConfig config, SqlDatabase database, TimeProvider time)
    {
        services.AddSingleton(JobStore.On(database, time)).AddSingleton<JobSignals>();
        // Tasks ask what there is to do, and the answer asks the worker that runs them: so it is not one of the parts that are asked for.
        Worker? made = null;
        services.AddSingleton(new JobQueries(database, time, here: () => made?.RunningNow ?? []));
        services.AddSingleton(parts => made = ActivatorUtilities.CreateInstance<Worker>(parts));
        // A job must fit its own node; for others, two processors are what any has.
        services.AddSingleton(new TimelapseNeeds(config.Data.ArchiveId, config.Roles.HasFlag(NodeRoles.Work) ? config.Work.Cpu : int.MaxValue));
        services.AddSingleton(new OutputFolders(config.TimelapseFolders)).AddSingleton(new OutputPlaces(config.Data, () => Mounts.Read())).AddSingleton<TimelapseSchedules>();
        services.AddSingleton<TimelapseStore>().AddSingleton<TimelapseRenderer>().AddSingleton<TimelapseOutputs>().AddSingleton<StretchFrames>().AddSingleton(new StretchCache(config.Data, config.KeepStretches, time));
        services.AddSingleton<ITaskHandler, PlanTask>().AddSingleton<ITaskHandler, StretchTask>().AddSingleton<ITaskHandler, JoinTask>().AddSingleton<ITaskHandler, PutTask>();
        services.AddSingleton(parts => ActivatorUtilities.CreateInstance<PeriodicJobs>(parts, (Func<CancellationToken, Task<IReadOnlyList<PeriodicJob>>>)parts.GetRequiredService<TimelapseSchedules>().PeriodicAsync));
        services.AddSingleton(parts => Options(config, parts.GetRequiredService<MediaTools>(), parts.GetServices<ITaskHandler>()));
        services.AddSingleton(parts =>
        {
            var worker = parts.GetRequiredService<Worker>();
            return ActivatorUtilities.CreateInstance<Dispatcher>(parts, (Func<NodeSession?>)(() => worker.Session), new DispatcherOptions { KeepHistory = config.KeepHistory });
        });
    }

    // While the database is away there is nothing to work at.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>Begins; where the database is away, once it answers, and nothing waits for that.</summary>
    /// <returns>Ends when it has begun.</returns>
    public static async Task<Task> StartAsync(IServiceProvider parts, NodeConfig config, bool away, CancellationToken cancellation)
    {
        parts.GetRequiredService<JobSignals>().Start();
        if (away || !await TryBeginAsync(parts, config, cancellation))
        {
            return BeginLaterAsync(parts, config, cancellation);
        }

        Begin(parts, config);
        return Task.CompletedTask;
    }

    private static async Task BeginLaterAsync(IServiceProvider parts, NodeConfig config, CancellationToken cancellation)
    {
        do
        {
            await Task.Delay(LookAgain, parts.GetRequiredService<TimeProvider>(), cancellation);
        }
        while (!await TryBeginAsync(parts, config, cancellation));
        Begin(parts, config);
    }

    private static void Begin(IServiceProvider parts, NodeConfig config)
    {
        parts.GetRequiredService<Worker>().Start();
        if (config.Roles.HasFlag(NodeRoles.Dispatch))
        {
            parts.GetRequiredService<Dispatcher>().Start();
            parts.GetRequiredService<PeriodicJobs>().Start();
        }
    }

    private static async Task<bool> TryBeginAsync(IServiceProvider parts, NodeConfig config, CancellationToken cancellation)
    {
        try
        {
            // What nodes of the release before did meanwhile.
            await parts.GetRequiredService<SourceStore>().CatchUpAsync(cancellation);
            await parts.GetRequiredService<TimelapseStore>().AdoptAsync(cancellation);
            if (config.Roles.HasFlag(NodeRoles.Work))
            {
                await parts.GetRequiredService<TimelapseOutputs>().SweepAsync(cancellation);
            }

            return true;
        }
        catch (Exception error) when (DatabaseFailures.IsAway(error) && config.Database.Dialect == Dialect.PostgreSql)
        {
            return false;
        }
    }

    private static WorkerOptions Options(NodeConfig config, MediaTools tools, IEnumerable<ITaskHandler> handlers) => new()
    {
        Introduction = new NodeIntroduction(config.Data.Home, config.Name, config.Roles.Names(), NodeEndpoints.Version, config.Roles.HasFlag(NodeRoles.Work) ? Offer(config, tools, handlers) : null),
        Most = config.Work.Most,
        DrainFor = config.Work.Drain,
    };

    private static Offer Offer(NodeConfig config, MediaTools tools, IEnumerable<ITaskHandler> handlers) => new()
    {
        Cpu = config.Work.Cpu,
        Memory = config.Work.Memory,
        Disk = config.Work.Disk ?? new DriveInfo(config.Data.Scratch).AvailableFreeSpace,
        Tags =
        [
            .. Enum.GetValues<MediaTool>().Where(tool => !tools.Find(tool).Failed(out _)).Select(tool => $"tool:{tool.ToString().ToLowerInvariant()}"),
            TimelapseNeeds.Mount(config.Data.ArchiveId),
            .. config.TimelapseFolders.Select(OutputFolders.Tag),
            .. config.Work.Tags,
        ],
        Handlers = [.. handlers.Select(handler => handler.Name)],
    };
}
