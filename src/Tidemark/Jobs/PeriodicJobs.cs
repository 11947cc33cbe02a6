using Microsoft.Extensions.Logging;
using Tidemark.Time;

namespace Tidemark.Jobs;

/// <summary>A job that comes again and again.</summary>
/// <param name="Name">Unique: a slug. It is part of the job's key.</param>
/// <param name="Every">It is due at the multiples of this since 1970, UTC.</param>
/// <param name="Request">Makes the request for an instant; its key is set by us.</param>
public sealed record PeriodicJob(string Name, TimeSpan Every, Func<DateTimeOffset, JobRequest> Request)
{
    /// <summary>The instant at which it was due last.</summary>
    internal DateTimeOffset Latest(DateTimeOffset now) => new Schedule(Every).Next(now)!.Value - Every;

    internal JobRequest For(DateTimeOffset instant) => Request(instant) with
    {
        Key = $"periodic:{Name}:{Rfc3339.Format(instant)}",
        // Until nobody takes this instant for the latest any more, with room for one who is slow to submit it.
        KeyHeld = (Every * 2) + TimeSpan.FromHours(1),
    };
}

/// <summary>
/// Submits periodic jobs, each instant once. Every node that dispatches does so, without asking who leads: the key makes
/// one of all their requests. After an outage the latest instant that was missed is made up for, and none before it. By
/// the database's clock.
/// </summary>
public sealed class PeriodicJobs(JobStore store, JobSignals signals, IReadOnlyList<PeriodicJob> jobs, TimeProvider time, ILogger<PeriodicJobs> logger) : IAsyncDisposable
{
    // A database's clock may be set, and a timer that long ahead would not notice.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DateTimeOffset> done = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private Task loop = Task.CompletedTask;

    public void Start()
    {
        if (jobs.Count > 0)
        {
            loop = Task.Run(LoopAsync);
        }
    }

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
        var wait = LongestWait;
        foreach (var job in jobs)
        {
            var instant = job.Latest(now);
            if (!done.TryGetValue(job.Name, out var last) || instant > last)
            {
                await SubmitAsync(job, instant, cancellation);
                done[job.Name] = instant;
            }

            var next = instant + job.Every - now;
            wait = next < wait ? next : wait;
        }

        return wait;
    }

    private async Task SubmitAsync(PeriodicJob job, DateTimeOffset instant, CancellationToken cancellation)
    {
        if (!(await store.SubmitAsync(job.For(instant), cancellation)).TryGet(out var submitted, out var failure))
        {
            Log.PeriodicRefused(logger, job.Name, instant, failure.ToString());
        }
        else if (!submitted.Existing)
        {
            Log.PeriodicSubmitted(logger, job.Name, instant, submitted.Job);
            signals.Ready(submitted.Lanes);
            signals.Changed(submitted.Job);
        }
    }
}
