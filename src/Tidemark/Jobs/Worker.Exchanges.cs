namespace Tidemark.Jobs;

// What is handed over and what is taken, in one transaction at a time.
public sealed partial class Worker
{
    private readonly Bell exchangeBell = new();
    private readonly List<TaskRun> finished = [];
    private readonly List<TaskRun> unresolved = [];

    // Where tasks became ready when one of this lane was done: as it was the last time.
    private readonly Dictionary<int, IReadOnlyList<LaneFloor>> children = [];
    private CancellationTokenSource exchangeStop = new();
    private ITimer? wake;
    private long lastClaim;
    private long? openClaim;

    private async Task ExchangeLoopAsync()
    {
        var failures = 0;
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await exchangeBell.WaitAsync();
                while (!closing.IsCancellationRequested && await StepAsync())
                {
                    failures = 0;
                }

                failures = 0;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                if (!closing.IsCancellationRequested)
                {
                    // A database that is away is no fault of ours, and is said once.
                    if (!IsOutside(error))
                    {
                        Log.LoopBroke(logger, "The exchange loop", error);
                    }
                    else if (failures == 0)
                    {
                        Log.LookUnanswered(logger, error.Message);
                    }

                    await PauseAsync(failures++);
                    exchangeBell.Ring();
                }
            }
        }
    }

    // False: there is nothing to do until the bell rings.
    private async Task<bool> StepAsync()
    {
        BeginBook();
        if (unresolved.Count > 0)
        {
            await ResolveAsync();
        }

        if (Session is not { } node)
        {
            return false;
        }

        if (Look() is { } look)
        {
            await LookAsync(look);
        }

        if (Prepare(node) is not { } prepared)
        {
            return false;
        }

        var (exchange, batch) = prepared;
        Exchanged? answer = null;
        Exception? lost = null;
        try
        {
            // A claim alone may go: the store takes it from no node that was marked.
            if (batch.Count == 0 || await CountsAsync(node))
            {
                answer = await store.ExchangeAsync(exchange, exchangeStop.Token);
            }
        }
        catch (Exception error)
        {
            // Whatever it was: the transaction may have happened or not.
            lost = error;
        }

        if (answer is not null)
        {
            await TakeAsync(exchange, batch, answer);
            return true;
        }

        await LostAsync(batch, lost);
        return true;
    }

    private (Exchange Exchange, List<TaskRun> Batch)? Prepare(NodeSession node)
    {
        lock (gate)
        {
            if (session?.Id != node.Id)
            {
                return null;
            }

            var batch = new List<TaskRun>(Math.Min(finished.Count, options.MostAtOnce));
            // What was refused once goes alone: it must not keep others from being registered.
            var alone = finished.Count > 0 && finished[0].Refusals > 0;
            while (batch.Count < (alone ? 1 : options.MostAtOnce) && batch.Count < finished.Count && (alone || finished[batch.Count].Refusals == 0))
            {
                batch.Add(finished[batch.Count]);
            }

            finished.RemoveRange(0, batch.Count);
            var wanted = draining || alone ? [] : Plan(batch);
            if (batch.Count == 0 && wanted.Count == 0)
            {
                SetWake();
                return null;
            }

            if (exchangeStop.IsCancellationRequested)
            {
                exchangeStop = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
            }

            var completed = new Completion[batch.Count];
            for (var i = 0; i < completed.Length; i++)
            {
                completed[i] = new Completion(batch[i].Lease, batch[i].Result!.Output);
            }

            openClaim = ++lastClaim;
            return (new Exchange(session.Value, lastClaim, completed, wanted), batch);
        }
    }

    // Under the lock. Where nothing else is there to take, children of what is handed over may become ready by it, and can be
    // taken in the same transaction: a chain costs one a step.
    private List<LaneClaim> Plan(List<TaskRun> batch)
    {
        var now = Now();
        var wanted = book.Plan(free, options.MostAtOnce, now, reservedLane);
        if (wanted.Count > 0 || batch.Count == 0 || reservedLane is not null)
        {
            return wanted;
        }

        foreach (var run in batch)
        {
            if (run.Lease.Fan > 0 && children.TryGetValue(run.Lease.Lane, out var lanes))
            {
                foreach (var (lane, _) in lanes)
                {
                    book.Suppose(lane, now);
                }
            }
        }

        return book.Plan(free, options.MostAtOnce, now, null);
    }

    private async Task TakeAsync(Exchange exchange, List<TaskRun> batch, Exchanged answer)
    {
        List<TaskRun>? refused = null;
        List<TaskRun>? landed = null;
        var released = answer.Released;
        lock (gate)
        {
            openClaim = null;
            for (var i = 0; i < batch.Count; i++)
            {
                if (answer.Registered[i])
                {
                    Forget(batch[i]);
                    if (batch[i].Result!.FollowUp is not null)
                    {
                        (landed ??= []).Add(batch[i]);
                    }
                }
                else if (batch[i].Unanswered > 0)
                {
                    // The one whose answer got lost may have registered it.
                    unresolved.Add(batch[i]);
                }
                else
                {
                    Forget(batch[i]);
                    (refused ??= []).Add(batch[i]);
                }
            }

            if (exchange.Wanted.Count > 0)
            {
                book.Took(exchange.Wanted, answer.Claimed);
                Begin(exchange, answer.Claimed);
            }

            if (released.Count > 0)
            {
                if (batch.Count == 1)
                {
                    children[batch[0].Lease.Lane] = released;
                }

                // What became ready and was all taken at once is news to nobody.
                released = [.. released.Where(floor => !exchange.Wanted.Any(claim => claim.Lane == floor.Lane && book.GaveLess(claim)))];
            }
        }

        Tell(released, batch, answer);
        foreach (var run in landed ?? [])
        {
            await FollowUpAsync(run);
        }

        foreach (var run in refused ?? [])
        {
            await DiscardAsync(run);
        }
    }

    private void Tell(IReadOnlyList<LaneFloor> released, List<TaskRun> batch, Exchanged answer)
    {
        signals.Ready(released);
        Guid last = default;
        // What is registered is news only now: whoever looked when the task ended saw it running still.
        foreach (var job in batch.Where((_, at) => answer.Registered[at]).Select(run => run.Lease.Task.Job).Concat(answer.Claimed.Select(lease => lease.Task.Job)))
        {
            if (job != last)
            {
                signals.Changed(last = job);
            }
        }
    }
}
