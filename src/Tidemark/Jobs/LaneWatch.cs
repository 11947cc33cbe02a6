using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

/// <summary>The dispatcher's look at the queues: what nobody can run is said, and what is overtaken for too long gets a worker kept for it (J2).</summary>
internal sealed class LaneWatch(JobStore store, JobSignals signals, DispatcherOptions options, TimeProvider time, ILogger logger)
{
    // Since when nobody could serve a lane, by our own clock.
    private readonly Dictionary<int, long> stuckSince = [];

    public async Task LookAsync(DispatcherTerm term, CancellationToken cancellation)
    {
        var queues = await store.QueuesAsync(cancellation);
        var nodes = (await store.NodesAsync(cancellation)).Where(node => node.Live).ToList();
        var workers = nodes.Where(node => node.Offer is { Handlers.Count: > 0 } && !node.Draining).ToList();
        await NameTroublesAsync(term, queues, workers, cancellation);
        await KeepWorkersAsync(term, queues, nodes, workers, cancellation);
    }

    public void Forget() => stuckSince.Clear();

    /// <summary>What is missing for a lane, in words.</summary>
    internal static string Trouble(Lane lane, IReadOnlyList<NodeRecord> workers)
    {
        if (workers.Count == 0)
        {
            return $"No worker is running that takes tasks. Start one with the role 'work' that offers {lane.Handler}.";
        }

        var (nearest, lacks) = workers.Select(worker => (Worker: worker, Lacks: worker.Offer!.Lacks(lane)!)).MinBy(one => Distance(one.Worker.Offer!, lane));
        return $"No running node can do this. The nearest is {nearest.Name}: it lacks {lacks}.";
    }

    // In the order in which somebody would have to change the node: a bigger machine is nearer than another tool, that than another program.
    private static (int, int) Distance(Offer offer, Lane lane)
    {
        var tags = lane.Needs.Tags.Except(offer.Tags, StringComparer.Ordinal).Count();
        return !offer.Handlers.Contains(lane.Handler, StringComparer.Ordinal) ? (2, tags) : tags > 0 ? (1, tags) : (0, 0);
    }

    private async Task NameTroublesAsync(DispatcherTerm term, IReadOnlyList<LaneQueue> queues, List<NodeRecord> workers, CancellationToken cancellation)
    {
        var stuck = queues.Where(queue => !workers.Exists(worker => worker.Offer!.Lacks(queue.Lane) is null)).ToDictionary(queue => queue.Lane.Id);
        foreach (var lane in stuckSince.Keys.Where(lane => !stuck.ContainsKey(lane)).ToList())
        {
            stuckSince.Remove(lane);
        }

        var changed = false;
        var now = time.GetTimestamp();
        foreach (var (lane, queue) in stuck)
        {
            stuckSince.TryAdd(lane, now);
            var trouble = Trouble(queue.Lane, workers);
            if (trouble != queue.Trouble && time.GetElapsedTime(stuckSince[lane], now) >= options.TroubleAfter && await store.SetTroubleAsync(term, lane, trouble, cancellation))
            {
                Log.Troubled(logger, lane, queue.Lane.Handler, trouble);
                changed = true;
            }
        }

        foreach (var lane in (await store.TroubledAsync(cancellation)).Where(lane => !stuck.ContainsKey(lane)))
        {
            if (await store.SetTroubleAsync(term, lane, null, cancellation))
            {
                Log.TroubleOver(logger, lane);
                changed = true;
            }
        }

        if (changed)
        {
            // A lane's jobs are many, and nobody here knows which.
            signals.Changed(null);
        }
    }

    private async Task KeepWorkersAsync(DispatcherTerm term, IReadOnlyList<LaneQueue> queues, List<NodeRecord> nodes, List<NodeRecord> workers, CancellationToken cancellation)
    {
        var waiting = queues.Where(queue => queue.Now - queue.Head > options.ReserveAfter).ToDictionary(queue => queue.Lane.Id);
        var changed = false;
        foreach (var kept in nodes.Where(node => node.ReservedLane is { } lane && !waiting.ContainsKey(lane)))
        {
            if (await store.ReserveAsync(term, kept.Id, null, cancellation))
            {
                Log.Unreserves(logger, kept.Name, kept.ReservedLane);
                changed = true;
            }
        }

        var busy = nodes.Where(node => node.ReservedLane is { } lane && waiting.ContainsKey(lane)).ToDictionary(node => node.Id, node => node.ReservedLane);
        // The most urgent first, then the oldest: there may be fewer workers than lanes that want one.
        foreach (var queue in waiting.Values.Where(queue => !busy.ContainsValue(queue.Lane.Id)).OrderBy(queue => queue.Lane.Priority).ThenBy(queue => queue.Head))
        {
            var able = workers.Where(worker => worker.Offer!.Lacks(queue.Lane) is null).ToList();
            if (able.Where(worker => !busy.ContainsKey(worker.Id)).MinBy(worker => worker.Running.Count) is { } best
                && await store.IsOvertakenAsync(queue, [.. able.Select(worker => worker.Id)], cancellation)
                && await store.ReserveAsync(term, best.Id, queue.Lane.Id, cancellation))
            {
                busy.Add(best.Id, queue.Lane.Id);
                Log.Reserves(logger, best.Name, queue.Lane.Id, queue.Lane.Handler, queue.Head);
                changed = true;
            }
        }

        if (changed)
        {
            signals.Kick();
        }
    }
}
