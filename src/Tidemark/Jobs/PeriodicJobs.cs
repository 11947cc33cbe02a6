using Microsoft.Extensions.Logging;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Jobs;

/// <summary>A job, with the rows that go into the transaction that submits it.</summary>
public sealed record SubmitJob(JobRequest Request, Func<Session, Guid, CancellationToken, Task>? Rows = null);

/// <summary>A job that comes again and again.</summary>
/// <param name="Name">Unique. It is part of the job's key.</param>
/// <param name="Due">Of an instant: for which it was due last and, at the end of the range, for which next.</param>
/// <param name="Request">Makes the request for an instant; its key is set by us.</param>
public sealed record PeriodicJob(string Name, Func<DateTimeOffset, TimeRange> Due, Func<DateTimeOffset, CancellationToken, Task<Result<SubmitJob>>> Request)
{
    /// <summary>Instants before this one are not due.</summary>
    public DateTimeOffset Since { get; init; } = DateTimeOffset.MinValue;

    /// <summary>One that is due at the multiples of a time since 1970, UTC.</summary>
    public static PeriodicJob At(string name, TimeSpan every, Func<DateTimeOffset, JobRequest> request)
    {
        var schedule = new Schedule(every);
        return new PeriodicJob(name, now => new TimeRange(schedule.Next(now)!.Value - every, schedule.Next(now)!.Value), (instant, _) => Task.FromResult<Result<SubmitJob>>(new SubmitJob(request(instant))));
    }

    internal JobRequest Keyed(JobRequest request, TimeRange due) => request with
    {
        Key = $"periodic:{Name}:{Rfc3339.Format(due.Start)}",
        // Until nobody takes this instant for the latest any more, with room for one who is slow to submit it.
        KeyHeld = (due.Length * 2) + TimeSpan.FromHours(1),
    };
}

/// <summary>
/// Submits periodic jobs, each instant once. Every node that dispatches does so, without asking who leads: the key makes
/// one of all their requests. After an outage or a restore the latest instant that was missed is made up for, and none before it. By
/// the database's clock.
/// </summary>
/// <param name="jobs">Which there are, asked again each time.</param>
public sealed class PeriodicJobs(JobStore store, JobSignals signals, Func<CancellationToken, Task<IReadOnlyList<PeriodicJob>>> jobs, TimeProvider time, ILogger<PeriodicJobs> logger) : IAsyncDisposable
{
    // A database's clock may be set, and a timer that long ahead would not notice.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // What was submitted, in one incarnation of the database: another may know nothing of it.
    private readonly Dictionary<string, DateTimeOffset> done = new(StringComparer.Ordinal);
    private long incarnation;
    private readonly CancellationTokenSource closing = new();
    private Task loop = Task.CompletedTask;

    public void Start() => loop = Task.Run(LoopAsync);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await loop;
        closing.Dispose();
    }

    private async Task LoopAsync()
    {
        var fails = false;
        while (!closing.IsCancellationRequested)
        {
            var wait = AfterFailure;
            try
            {
                wait = await SubmitDueAsync(closing.Token);
                fails = false;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                if (!fails && !closing.IsCancellationRequested)
                {
                    Log.PeriodicLate(logger, error.Message);
                }

                fails = true;
            }

            await Task.Delay(wait, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Gives how long until the next is due.
    private async Task<TimeSpan> SubmitDueAsync(CancellationToken cancellation)
    {
        var now = await store.NowAsync(cancellation);
        if (await store.IncarnationAsync(cancellation) is var current && current != incarnation)
        {
            incarnation = current;
            done.Clear();
        }

        var wait = LongestWait;
        Exception? broken = null;
        foreach (var job in await jobs(cancellation))
        {
            try
            {
                var due = job.Due(now);
                if (due.Start >= job.Since && (!done.TryGetValue(job.Name, out var last) || due.Start > last))
                {
                    await SubmitAsync(job, due, cancellation);
                    done[job.Name] = due.Start;
                }

                wait = due.End - now < wait ? due.End - now : wait;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                // One that cannot be made holds up none of the others.
                broken = error;
            }
        }

        return broken is null ? wait : throw broken;
    }

    private async Task SubmitAsync(PeriodicJob job, TimeRange due, CancellationToken cancellation)
    {
        if (!(await job.Request(due.Start, cancellation)).TryGet(out var asked, out var failure)
            || !(await store.SubmitAsync(job.Keyed(asked.Request, due), cancellation, asked.Rows)).TryGet(out var submitted, out failure))
        {
            Log.PeriodicRefused(logger, job.Name, due.Start, failure.ToString());
        }
        else if (!submitted.Existing)
        {
            Log.PeriodicSubmitted(logger, job.Name, due.Start, submitted.Job);
            signals.Ready(submitted.Lanes);
            signals.Changed(submitted.Job);
        }
    }
}
