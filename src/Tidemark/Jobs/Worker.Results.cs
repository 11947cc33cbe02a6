using System.Data.Common;
using Tidemark.Database;

namespace Tidemark.Jobs;

// Results until the database knows them, or is known not to want them. None is forgotten before.
public sealed partial class Worker
{
    private const int MostRefusals = 2;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim settling = new(8);
    private int exchangeFailures;

    private static bool IsOfTheResult(Exception error) => error is DbException database && DatabaseFailures.IsOfTheValues(database);

    private async Task LostAsync(List<TaskRun> batch, Exception? error)
    {
        var refusal = error is not null && IsOfTheResult(error);
        lock (gate)
        {
            openClaim = null;
            lookNow = true;
            foreach (var run in batch)
            {
                run.Unanswered += error is null ? 0 : 1;
                run.Refusals += refusal ? 1 : 0;
                unresolved.Add(run);
            }
        }

        if (error is not null && !closing.IsCancellationRequested)
        {
            Log.ExchangeUnanswered(logger, batch.Count, error.Message);
        }

        // The next step asks what became of it.
        await PauseAsync(refusal ? 0 : exchangeFailures++);
    }

    // Full jitter, so that a database that comes back is not run over.
    private async Task PauseAsync(int failures)
    {
        var most = Math.Min(LongestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(failures, 10)));
        Interlocked.Increment(ref pauses);
        await Task.Delay(TimeSpan.FromMilliseconds(1 + (most * Random.Shared.NextDouble())), time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref pauses);
    }

    // What became of results whose answer got lost (J5).
    private async Task ResolveAsync()
    {
        List<TaskRun> asked;
        lock (gate)
        {
            asked = [.. unresolved];
        }

        // Those that were never sent need not be asked for.
        var sent = asked.FindAll(run => run.Unanswered > 0);
        IReadOnlyList<LeaseState> states;
        try
        {
            states = sent.Count == 0 ? [] : await store.ResolveAsync(sent.ConvertAll(run => run.Lease), closing.Token);
        }
        catch (Exception error)
        {
            Log.ExchangeUnanswered(logger, sent.Count, error.Message);
            await PauseAsync(exchangeFailures++);
            return;
        }

        exchangeFailures = 0;
        var discarded = new List<TaskRun>();
        var landed = new List<TaskRun>();
        var failing = new List<TaskRun>();
        lock (gate)
        {
            unresolved.RemoveAll(asked.Contains);
            foreach (var run in asked)
            {
                var at = sent.IndexOf(run);
                var state = at < 0 ? LeaseState.Held : states[at];
                if (state == LeaseState.Registered)
                {
                    Forget(run);
                    landed.Add(run);
                }
                else if (state == LeaseState.Gone || session?.Id != run.Node.Id)
                {
                    Forget(run);
                    discarded.Add(run);
                }
                else
                {
                    (run.Refusals >= MostRefusals ? failing : finished).Add(run);
                }
            }
        }

        failing.ForEach(run => _ = Task.Run(() => SettleAsync(run)));
        foreach (var run in landed)
        {
            signals.Changed(run.Lease.Task.Job);
            await FollowUpAsync(run);
        }

        foreach (var run in discarded)
        {
            await DiscardAsync(run);
        }
    }

    // Failures, and results with rows of the handler's own: each in its own transaction, beside the exchanges.
    private async Task SettleAsync(TaskRun run)
    {
        var (keep, landed) = (false, false);
        for (var tries = 0; ; tries++)
        {
            await settling.WaitAsync(CancellationToken.None);
            try
            {
                if (run.Unanswered > 0 && await KnownAsync(run) is { } known)
                {
                    keep = landed = known == LeaseState.Registered;
                    break;
                }

                if (!await CountsAsync(run.Node))
                {
                    // What was sent before may be registered.
                    keep = run.Unanswered > 0;
                    break;
                }

                if (await HandOverAsync(run) is { } registered)
                {
                    keep = landed = registered;
                    break;
                }
            }
            catch (Exception error)
            {
                lock (gate)
                {
                    run.Unanswered++;
                    run.Refusals += IsOutside(error) && !IsOfTheResult(error) ? 0 : 1;
                }

                Log.ResultUnanswered(logger, run.Lease.Name, run.Lease.Task.Job, error.Message);
            }
            finally
            {
                settling.Release();
            }

            if (closing.IsCancellationRequested)
            {
                // It may be registered, so what it made stays.
                keep = true;
                break;
            }

            await PauseAsync(tries);
        }

        // Before it is forgotten: whoever waits for the worker to leave waits for this.
        if (landed)
        {
            await FollowUpAsync(run);
        }

        signals.Changed(run.Lease.Task.Job);
        lock (gate)
        {
            Forget(run);
        }

        if (!keep && !run.Abandoned)
        {
            await DiscardAsync(run);
        }

        exchangeBell.Ring();
    }

    // Null: it is held as before, hand it over again.
    private async Task<LeaseState?> KnownAsync(TaskRun run)
    {
        var state = (await store.ResolveAsync([run.Lease], closing.Token))[0];
        return state == LeaseState.Held ? null : state;
    }

    // Null: the answer must be looked for.
    private async Task<bool?> HandOverAsync(TaskRun run)
    {
        if (FailureOf(run) is { } failure)
        {
            var verdict = await store.FailAsync(run.Node, run.Lease, failure, closing.Token);
            Log.TaskFailed(logger, run.Lease.Name, run.Lease.Task.Job, failure.Kind, failure.Code, failure.Message, verdict.Outcome, verdict.NextAt);
            signals.Ready(verdict.Released);
            // What a failed try made is not wanted, whoever heard of it.
            return false;
        }

        lock (gate)
        {
            run.Sent = true;
        }

        var (registered, released) = await store.CompleteAsync(run.Node, new Completion(run.Lease, run.Result!.Output), run.Result.Rows!, closing.Token);
        signals.Ready(released);
        return registered ? true : run.Unanswered > 0 ? null : false;
    }

    private static TaskFailure? FailureOf(TaskRun run)
    {
        if (run.Fate == Fate.Stalled)
        {
            return TaskFailure.From(new Failure(FailureKind.Stalled, "stalled", $"Nothing moved for {run.Lease.Stall.TotalSeconds:0.#} seconds, so it was stopped.", "It is tried again where that may help."));
        }

        if (run.Refusals >= MostRefusals)
        {
            return TaskFailure.From(new Failure(FailureKind.Infrastructure, "result_refused", "The database does not take what this task made.", "See the node's log."));
        }

        // PostgreSQL's text knows no NUL, and what tools say may hold anything.
        return run.Result is null ? TaskFailure.From(new Failure(FailureKind.Infrastructure, "no_result", "It stopped without saying why."))
            : run.Result.Failure is { } failure ? TaskFailure.From(failure with { Message = Clean(failure.Message)! }, Clean(run.Result.Detail))
            : null;
    }

    private static string? Clean(string? text) => text?.Replace('\0', '\uFFFD');

    private static bool IsOutside(Exception error) => error is IOException or TimeoutException or System.Net.Sockets.SocketException or OperationCanceledException or DbException;
}
