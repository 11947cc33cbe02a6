namespace Tidemark.Jobs;

// The heartbeat, and what its answer asks for (J3, J4).
public sealed partial class Worker
{
    private readonly Bell kickBell = new();
    private readonly HashSet<long> heldEpochs = [];
    private TaskCompletionSource kicked = NewSource();
    private long lastBeat;
    private long confirmedAt;
    private int? reservedLane;
    private (int Lane, long At)? served;
    private bool kicksFail;

    private async Task KickLoopAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await (Session is { } node ? KickAsync(node) : RegisterAsync());
                if (kicksFail)
                {
                    kicksFail = false;
                    Log.KickAnswered(logger);
                }
            }
            catch (Exception error)
            {
                // A loop survives its body. The next try comes with the next ring.
                if (!closing.IsCancellationRequested && !kicksFail)
                {
                    kicksFail = true;
                    Log.KickUnanswered(logger, error.Message);
                }
            }

            if (!closing.IsCancellationRequested)
            {
                await kickBell.WaitAsync();
            }
        }
    }

    private async Task RegisterAsync()
    {
        lock (gate)
        {
            if (draining)
            {
                return;
            }
        }

        var sent = time.GetTimestamp();
        var node = await store.RegisterAsync(options.Introduction, closing.Token);
        lock (gate)
        {
            otherLanes |= lanesOf != 0 && lanesOf != node.Incarnation;
            lanesOf = node.Incarnation;
            session = node;
            (lastBeat, confirmedAt, reservedLane, lookNow) = (node.Beat, sent, null, true);
            registered.TrySetResult();
        }

        Log.Registered(logger, node.Id, node.Incarnation);
        exchangeBell.Ring();
    }

    private async Task KickAsync(NodeSession node)
    {
        Kick kick;
        TaskRun[] before;
        long open;
        lock (gate)
        {
            kick = new Kick(node, ++lastBeat, Running(), draining);
            before = [.. runs.Values];
            open = openClaim ?? lastClaim + 1;
        }

        var sent = time.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Lease / 3, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing.Token);
        var answer = await store.KickAsync(kick, either.Token);
        if (answer.State != KickState.Live)
        {
            await StartOverAsync(node, answer.State);
            return;
        }

        List<HeldLease>? unknown;
        lock (gate)
        {
            session = node with { Beat = kick.Beat };
            confirmedAt = sent;
            unknown = Compare(node, before, answer.Held, open);
            Reserve(answer.ReservedLane);
        }

        ConfirmKick();
        if (unknown is not null)
        {
            Log.ReturnedUnknown(logger, unknown.Count);
            // A job that somebody else holds must not hold up the kicks: what is not handed back in time is with the next.
            signals.Ready(await store.ReturnAsync(node, unknown, either.Token));
        }
    }

    // What the database holds for us against what we run. A lease of a claim that was answered before the kick was sent,
    // and that we did not know then and do not know now, is one whose answer got lost.
    private List<HeldLease>? Compare(NodeSession node, TaskRun[] before, IReadOnlyList<HeldLease> held, long open)
    {
        heldEpochs.Clear();
        foreach (var lease in held)
        {
            heldEpochs.Add(lease.Epoch);
        }

        foreach (var run in before)
        {
            // Only of those whose result was never handed over is it certain that nobody but us had a reason to end the lease.
            if (!run.Ended && run.Fate != Fate.Taken && run.Node.Id == node.Id && !run.Abandoned && !heldEpochs.Contains(run.Lease.Fence.Epoch))
            {
                Log.TakenAway(logger, run.Lease.Name, run.Lease.Task.Job);
                StopRun(run, Fate.Taken);
            }
        }

        List<HeldLease>? unknown = null;
        foreach (var lease in held)
        {
            if (lease.Claim < open && !runs.ContainsKey(new Fence(node.Incarnation, lease.Epoch)) && !Array.Exists(before, run => run.Lease.Fence.Epoch == lease.Epoch))
            {
                (unknown ??= []).Add(lease);
            }
        }

        return unknown;
    }

    // A reservation that was served is over for us, whatever the next kicks still say, until the dispatcher had time to look again.
    private void Reserve(int? lane)
    {
        var over = served is { } last && last.Lane == lane && time.GetElapsedTime(last.At) < options.Lease;
        var now = over ? null : lane;
        if (now is { } kept && now != reservedLane)
        {
            Log.Reserved(logger, kept);
            lookNow = true;
            exchangeBell.Ring();
        }

        reservedLane = now;
    }

    // Marked as lost, or talking to another database than before: nothing that runs here counts any more.
    private async Task StartOverAsync(NodeSession node, KickState state)
    {
        List<TaskRun> running;
        List<TaskRun> ended = [];
        CancellationTokenSource under;
        lock (gate)
        {
            session = null;
            registered = registered.Task.IsCompleted ? NewSource() : registered;
            running = [.. runs.Values.Where(run => !run.Ended && !run.Abandoned)];
            foreach (var run in running)
            {
                StopRun(run, Fate.Taken);
            }

            foreach (var run in finished)
            {
                (run.Unanswered > 0 ? unresolved : ended).Add(run);
            }

            finished.Clear();
            ended.ForEach(Forget);
            under = exchangeStop;
        }

        Log.Marked(logger, state, node.Id, running.Count);
        await under.CancelAsync();
        ConfirmKick();
        await Task.WhenAll(ended.Select(DiscardAsync));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        var limit = Task.Delay(options.StopWithin, time, over.Token);
        await Task.WhenAny(Task.WhenAll(running.Select(run => run.Work)), limit);
        await over.CancelAsync();
        kickBell.Ring();
    }

    private void ConfirmKick()
    {
        TaskCompletionSource heard;
        lock (gate)
        {
            (heard, kicked) = (kicked, NewSource());
        }

        heard.TrySetResult();
    }

    // After a silence as long as a lease nothing is handed over before the database has said what it thinks of us: the
    // process may have been suspended. False: the node is not registered like that any more.
    private async ValueTask<bool> CountsAsync(NodeSession node)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (session?.Id != node.Id || closing.IsCancellationRequested)
                {
                    return false;
                }

                if (time.GetElapsedTime(confirmedAt) <= options.Lease)
                {
                    return true;
                }

                next = kicked.Task;
            }

            kickBell.Ring();
            await next;
        }
    }
}
