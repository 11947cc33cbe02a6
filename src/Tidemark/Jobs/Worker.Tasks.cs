namespace Tidemark.Jobs;

// Running tasks: begun, watched, stopped, ended.
public sealed partial class Worker
{
    private long watchedAt;

    internal Task<IReadOnlyDictionary<string, string?>> InputsAsync(TaskRun run, CancellationToken cancellation) => store.InputsAsync(run.Lease.Task, cancellation);

    internal void Moved(TaskRun run)
    {
        run.Moved = time.GetTimestamp();
        signals.Changed(run.Lease.Task.Job);
    }

    // Under the lock.
    private void Begin(Exchange exchange, IReadOnlyList<Lease> claimed)
    {
        if (session?.Id != exchange.Node.Id)
        {
            // Marked meanwhile: whatever it claimed is released by the dispatcher.
            return;
        }

        lookedSinceEmpty &= claimed.Count == 0;
        var now = time.GetTimestamp();
        foreach (var lease in claimed)
        {
            var lane = book.Find(lease.Lane)!;
            var run = new TaskRun(this, exchange.Node, exchange.Claim, lease, lane, handlers[lane.Handler], logger, now);
            runs.Add(lease.Fence, run);
            if (returning)
            {
                (run.Ended, run.Fate) = (true, Fate.Returned);
                continue;
            }

            if (lease.Lane == reservedLane)
            {
                (served, reservedLane) = ((lease.Lane, now), null);
                kickBell.Ring();
            }

            free.Take(lane.Needs);
            run.Work = Task.Run(() => RunAsync(run));
        }
    }

    private async Task RunAsync(TaskRun run)
    {
        TaskResult? result = null;
        using (Log.TaskScope(logger, run.Lease.Task.Job, run.Lease.Name))
        {
            try
            {
                result = await run.Handler.RunAsync(run, run.Stop);
            }
            catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
            {
                // As it was told.
            }
            catch (Exception error)
            {
                Log.TaskBroke(logger, run.Lease.Name, run.Lease.Task.Job, error);
                result = TaskResult.Failed(new Failure(FailureKind.Infrastructure, "unexpected", $"It broke in a way that nobody foresaw: {error.Message}", "See the node's log."), error.ToString());
            }
        }

        End(run, result);
    }

    private void End(TaskRun run, TaskResult? result)
    {
        Task? settling = null;
        var discard = false;
        lock (gate)
        {
            (run.Ended, run.Result) = (true, result);
            free.Give(run.Lane.Needs);
            // Finished just in time counts as finished.
            run.Fate = run.Fate == Fate.Returned && result is { Failure: null } && !run.Abandoned ? Fate.None : run.Fate;
            if (run.Abandoned || run.Fate == Fate.Taken)
            {
                // Whoever gave up on it has said so to the database.
                discard = true;
                Forget(run);
            }
            else if (run.Fate == Fate.None && result is { Failure: null, Rows: null })
            {
                finished.Add(run);
            }
            else if (run.Fate != Fate.Returned)
            {
                settling = Task.Run(() => SettleAsync(run));
            }
        }

        _ = settling;
        if (discard)
        {
            _ = DiscardAsync(run);
        }

        signals.Changed(run.Lease.Task.Job);
        exchangeBell.Ring();
        settled.Ring();
    }

    // Under the lock.
    private void StopRun(TaskRun run, Fate fate)
    {
        run.Fate = fate;
        if (run.StoppedAt is null)
        {
            run.StoppedAt = time.GetTimestamp();
            run.Cancel();
        }
    }

    // Under the lock.
    private void Forget(TaskRun run)
    {
        runs.Remove(run.Lease.Fence);
        settled.Ring();
    }

    // Every second, by a timer: independent of the database, and of the loops.
    private void Watch()
    {
        kickBell.Ring();
        lock (gate)
        {
            // Nothing could move while the process was suspended.
            var now = time.GetTimestamp();
            var slept = watchedAt != 0 && time.GetElapsedTime(watchedAt, now) > options.KickEvery * 3;
            watchedAt = now;
            foreach (var run in runs.Values)
            {
                if (run.Ended)
                {
                    continue;
                }

                if (slept)
                {
                    run.Moved = now;
                }

                if (run.StoppedAt is { } stopped)
                {
                    if (!run.Abandoned && time.GetElapsedTime(stopped, now) > options.StopWithin)
                    {
                        Abandon(run);
                    }
                }
                else if (time.GetElapsedTime(run.Moved, now) >= run.Lease.Stall)
                {
                    Log.Stalled(logger, run.Lease.Name, run.Lease.Task.Job, run.Lease.Stall);
                    StopRun(run, Fate.Stalled);
                }
            }
        }
    }

    // It keeps its place here until its handler comes back, but the database need not wait for that.
    private void Abandon(TaskRun run)
    {
        Log.Abandoned(logger, run.Lease.Name, run.Lease.Task.Job);
        run.Abandoned = true;
        settled.Ring();
        if (run.Fate == Fate.Stalled)
        {
            _ = Task.Run(() => SettleAsync(run));
        }
        else if (run.Fate == Fate.Taken)
        {
            Forget(run);
        }
    }

    private async Task FollowUpAsync(TaskRun run)
    {
        try
        {
            if (run.Result?.FollowUp is { } followUp)
            {
                await followUp();
            }
        }
        catch (Exception error)
        {
            // Somebody else's code; the result counts whatever becomes of it.
            Log.FollowUpBroke(logger, run.Lease.Name, run.Lease.Task.Job, error);
        }
    }

    private async Task DiscardAsync(TaskRun run)
    {
        if (run.Result is not { Failure: null })
        {
            return;
        }

        Log.NotWanted(logger, run.Lease.Name, run.Lease.Task.Job);
        try
        {
            if (run.Result.Discard is { } discard)
            {
                await discard();
            }
        }
        catch (Exception error)
        {
            // Somebody else's code; what it leaves lies under a fence that nobody looks for.
            Log.DiscardBroke(logger, run.Lease.Name, run.Lease.Task.Job, error);
        }
    }
}
