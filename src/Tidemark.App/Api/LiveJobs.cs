using System.Threading.Channels;
using Tidemark.Jobs;
using Tidemark.Timelapse;

namespace Tidemark.App.Api;

/// <summary>
/// Hears which jobs changed, here and on other nodes, and puts them and their timelapses on the live feed; looks at the
/// nodes every two seconds. Changes are gathered while others are told, so that thousands a second cost no more than a few
/// looks at the database; while nobody listens, none.
/// </summary>
public sealed class LiveJobs : IAsyncDisposable
{
    private const int AtOnce = 100;

    // More than can be told while they are still news: who listens fetches everything anew.
    private const int MostWaiting = 2000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NodesEvery = TimeSpan.FromSeconds(2);

    private readonly LiveFeed feed;
    private readonly JobSignals signals;
    private readonly JobQueries jobs;
    private readonly TimelapseStore timelapses;
    private readonly TimelapseShapes shapes;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Channel<bool> rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<Guid, NodeMemberShape> told = [];
    private readonly Task telling;
    private readonly Task watching;
    private HashSet<Guid> changed = [];
    private bool many;
    private bool look;

    public LiveJobs(LiveFeed feed, JobSignals signals, JobQueries jobs, TimelapseStore timelapses, TimelapseShapes shapes, TimeProvider time, ILogger<LiveJobs> logger)
    {
        (this.feed, this.signals, this.jobs, this.timelapses, this.shapes, this.time, this.logger) = (feed, signals, jobs, timelapses, shapes, time, logger);
        signals.JobChanged += OnChanged;
        signals.Resynced += OnResynced;
        telling = Task.Run(TellJobsAsync);
        watching = Task.Run(WatchNodesAsync);
    }

    public async ValueTask DisposeAsync()
    {
        signals.JobChanged -= OnChanged;
        signals.Resynced -= OnResynced;
        await stopping.CancelAsync();
        await Task.WhenAll(telling, watching);
    }

    // Something may not have been heard of: what is newest is told again.
    private void OnResynced()
    {
        lock (gate)
        {
            look = true;
        }

        rung.Writer.TryWrite(true);
    }

    private void OnChanged(Guid? job)
    {
        lock (gate)
        {
            many |= job is null || changed.Count >= MostWaiting;
            if (!many)
            {
                changed.Add(job!.Value);
            }
        }

        rung.Writer.TryWrite(true);
    }

    private async Task TellJobsAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await rung.Reader.ReadAsync(stopping.Token);
                await TellAsync(Take(out var missed, out var newest), missed, newest);
                await Task.Delay(Pause, time, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body. What was not told cannot be known any more.
                Log.TellingBroke(logger, error);
                feed.Break();
                await Task.Delay(NodesEvery, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private List<Guid> Take(out bool missed, out bool newest)
    {
        lock (gate)
        {
            (missed, newest) = (many, look);
            (many, look) = (false, false);
            if (missed)
            {
                changed = [];
                return [];
            }

            List<Guid> some = [.. changed.Take(AtOnce)];
            changed.ExceptWith(some);
            if (changed.Count > 0)
            {
                rung.Writer.TryWrite(true);
            }

            return some;
        }
    }

    private async Task TellAsync(List<Guid> some, bool missed, bool newest)
    {
        if (missed)
        {
            feed.Break();
        }

        if ((some.Count == 0 && !newest) || feed.Skip())
        {
            return;
        }

        var summaries = await jobs.ByIdsAsync(some, stopping.Token);
        if (newest)
        {
            summaries = [.. summaries.UnionBy((await jobs.ListAsync(default, null, AtOnce, stopping.Token)).Jobs, job => job.Id).OrderByDescending(job => job.Id)];
        }

        foreach (var job in summaries.Reverse())
        {
            // Whoever listens may be one who only reads.
            feed.Publish("jobs", JobShapes.Of(job, admin: false), ApiJson.Default.JobShape);
        }

        foreach (var run in await timelapses.ByIdsAsync([.. summaries.Where(job => job.Kind == TimelapseStore.Kind).Select(job => job.Id)], stopping.Token))
        {
            feed.Publish("timelapses", await shapes.OfAsync(run, stopping.Token), ApiJson.Default.TimelapseShape);
        }
    }

    private async Task WatchNodesAsync()
    {
        using var timer = new PeriodicTimer(NodesEvery, time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stopping.Token))
                {
                    return;
                }

                if (feed.HasListeners)
                {
                    await TellNodesAsync();
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                Log.TellingBroke(logger, error);
            }
        }
    }

    private async Task TellNodesAsync()
    {
        var nodes = (await jobs.NodesAsync(stopping.Token)).Select(JobShapes.Of).ToList();
        foreach (var node in nodes)
        {
            // Each kick is a change; one that is gone changes no more.
            if (!told.TryGetValue(node.Id, out var before) || (before.HeardAt, before.State, before.Dispatcher, before.ReservedFor) != (node.HeardAt, node.State, node.Dispatcher, node.ReservedFor))
            {
                feed.Publish("nodes", node, ApiJson.Default.NodeMemberShape);
                told[node.Id] = node;
            }
        }

        foreach (var gone in told.Keys.Except(nodes.Select(node => node.Id)).ToList())
        {
            told.Remove(gone);
        }
    }
}
