using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What the rounds are doing, or why something waits.</summary>
/// <param name="Doing">A few words; null: nothing now.</param>
/// <param name="CopyFailure">Why the second copy is behind; null: it is not.</param>
public sealed record SealState(string? Doing, DateTimeOffset? LastRoundAt, Failure? CopyFailure);

/// <summary>
/// Seals days as they end, copies them, tells the operator's command, and reads what is due: in the background, again and
/// again. What fails for one day holds up no other, and is tried at the next round.
/// </summary>
/// <param name="copy">Null: no second copy is made.</param>
/// <param name="after">Null: there is no command.</param>
/// <param name="busy">True while reading must wait for what is more important.</param>
public sealed class SealRounds(
    DataFolder folder, DayStore days, Sealer sealer, Copier copier, CopyPlace? copy, AfterSeal? after, Scrub scrub, Duty duty, Func<bool> busy, TimeProvider time, ILogger<SealRounds> logger) : IAsyncDisposable
{
    /// <summary>From the end of one round to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    // A node that starts has other things to do.
    private static readonly TimeSpan AtFirst = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LatestCopy = TimeSpan.FromDays(1);

    private const int PageSize = 200;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
    private Task loop = Task.CompletedTask;
    // Days that cannot be copied whole: reading them again and again mends nothing.
    private readonly Dictionary<(string, DateTimeOffset), (int Revision, DateTimeOffset Again, TimeSpan Wait, Failure Failure)> incomplete = [];
    private DateTimeOffset walked;

    public SealState State { get; private set; } = new(null, null, null);

    public CopyPlace? Copy => copy;

    public AfterSeal? After => after;

    public Scrub Scrub => scrub;

    /// <summary>Told after each round.</summary>
    public event Action? Changed;

    public void Start() => loop = Task.Run(() => RunAsync(stopping.Token));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    /// <summary>One round; nothing where another node is at it.</summary>
    public Task RoundAsync(CancellationToken cancellation) => duty.DoAsync("seal", async stop =>
    {
        try
        {
            await DoAsync(stop);
            return "done";
        }
        finally
        {
            State = State with { Doing = null };
        }
    }, cancellation);

    private async Task DoAsync(CancellationToken cancellation)
    {
        await GuardAsync("Sealing", () => SealAsync(cancellation));
        if (copy is not null)
        {
            await GuardAsync("Copying", () => CopyAsync(copy, cancellation));
        }

        if (after is not null)
        {
            State = State with { Doing = "telling" };
            await GuardAsync("Telling", () => after.RoundAsync(copy?.Id, cancellation));
        }

        State = State with { Doing = "reading" };
        await GuardAsync("Reading", () => scrub.RoundAsync(copy is not null && copy.Open().Failure is null ? copy : null, busy, cancellation));
        State = State with { Doing = null, LastRoundAt = time.GetUtcNow() };
        Changed?.Invoke();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        for (var wait = AtFirst; !cancellation.IsCancellationRequested; wait = Every)
        {
            try
            {
                await Task.Delay(wait, time, cancellation);
                await GuardAsync("Keeping the archive", () => RoundAsync(cancellation));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // A loop survives its body.
                Log.RoundFailed(logger, "Keeping the archive", "the database did not answer in time, or another node has taken this over; it goes on with the next round.");
            }
        }
    }

    private async Task SealAsync(CancellationToken cancellation)
    {
        var before = sealer.Before;
        foreach (var (source, day) in await days.OpenAsync(before, cancellation))
        {
            await SealAsync(source, day, cancellation);
        }

        // Files without any row: once a day, and at the start.
        if (time.GetUtcNow() - walked < TimeSpan.FromDays(1))
        {
            return;
        }

        foreach (var source in Directory.EnumerateDirectories(folder.Frames).Select(path => Path.GetFileName(path)!).Where(ArchiveCheck.IsSource).Order(StringComparer.Ordinal))
        {
            var known = await days.DaysAsync(source, cancellation);
            foreach (var day in DayFolder.DaysOf(folder.Archive, source).Where(day => day < before && !known.Contains(day)))
            {
                await SealAsync(source, day, cancellation);
            }
        }

        walked = time.GetUtcNow();
    }

    private async Task SealAsync(string source, DateTimeOffset day, CancellationToken cancellation)
    {
        State = State with { Doing = $"sealing {source} {Rfc3339.Day(day)}" };
        var result = await sealer.SealAsync(source, day, null, cancellation);
        if (result.Failed(out var failure))
        {
            Log.DayFailed(logger, "Sealing", source, Rfc3339.Day(day), failure.ToString());
        }
        else if (result.Value.New)
        {
            Log.Sealed(logger, source, Rfc3339.Day(day), result.Value.Revision);
        }
    }

    private async Task CopyAsync(CopyPlace place, CancellationToken cancellation)
    {
        if (!place.Open().TryGet(out var id, out var away))
        {
            Tell("copy", away);
            return;
        }

        Failure? last = null;
        (string, DateTimeOffset)? at = null;
        while (await days.UncopiedAsync(id, at, PageSize, cancellation) is { Count: > 0 } page)
        {
            foreach (var day in page)
            {
                if (incomplete.TryGetValue((day.Source, day.Day), out var before) && before.Revision == day.Revision && before.Again > time.GetUtcNow()
                    && (await days.DamageAsync(day.Source, day.Day, cancellation)).Exists(damage => damage.Place == DayStore.Archive))
                {
                    last = before.Failure;
                    continue;
                }

                incomplete.Remove((day.Source, day.Day));
                State = State with { Doing = $"copying {day.Source} {Rfc3339.Day(day.Day)}" };
                if (await copier.CopyAsync(place, day, null, cancellation) is { } failure)
                {
                    last = failure;
                    Log.DayFailed(logger, "Copying", day.Source, Rfc3339.Day(day.Day), failure.ToString());
                    if (failure.Kind != FailureKind.Verification)
                    {
                        // The place is full or away: the next day would fare no better.
                        Tell("copy", failure);
                        return;
                    }

                    var wait = before.Revision == day.Revision ? before.Wait * 2 : Every * 2;
                    wait = wait < LatestCopy ? wait : LatestCopy;
                    incomplete[(day.Source, day.Day)] = (day.Revision, time.GetUtcNow() + wait, wait, failure);
                }
            }

            at = (page[^1].Source, page[^1].Day);
        }

        Tell("copy", last);
    }

    // The same thing is said once, not every five minutes.
    private void Tell(string what, Failure? failure)
    {
        State = State with { CopyFailure = failure };
        if (failure is null)
        {
            told.Remove(what);
        }
        else if (told.GetValueOrDefault(what) != failure.Message)
        {
            told[what] = failure.Message;
            Log.RoundFailed(logger, "Copying", failure.ToString());
        }
    }

    private async Task GuardAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (DbException error)
        {
            Log.RoundFailed(logger, what, DatabaseFailures.Map(error).ToString());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.RoundFailed(logger, what, DiskFailures.Map(error, folder.Archive).ToString());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.RoundBroke(logger, what, error);
        }
    }
}
