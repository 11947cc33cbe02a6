using System.Data.Common;
using Tidemark.Archive;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Database;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// One source's slots, one after another. It goes by the clock on the wall, and looks at it again and again: should it be
/// set, no slot is polled twice and each that passed has its reason. It survives whatever a poll does.
/// </summary>
internal sealed class PollerLoop
{
    // The clock may be set while nobody looks: that is noticed within this time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    // Less than this is a clock that is being kept right.
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(2);

    private readonly PollerParts parts;
    private readonly Source source;
    private readonly PollerBeginning beginning;
    private readonly Schedule schedule;
    private readonly OutsideClient client;
    private readonly PollerBackoff backoff;
    private readonly SlotLedger ledger;
    private readonly CancellationTokenSource stop;
    private readonly Task running;
    private volatile bool changed;
    private volatile bool asked;
    private volatile TaskCompletionSource? sleeping;
    private int failures;

    // In ticks, so that it is read whole; 0: none is under way.
    private long polling;

    // Slots up to here are dealt with.
    private DateTimeOffset seen;
    private DateTimeOffset looked;
    private long lookedStamp;

    public PollerLoop(PollerParts parts, Source source, PollerBeginning beginning, CancellationToken stopping)
    {
        (this.parts, this.source, this.beginning, failures) = (parts, source, beginning, beginning.Failures);
        schedule = source.Config.Schedule(source.Id);
        client = parts.Clients.Of(source);
        backoff = new PollerBackoff(schedule.Every, parts.Time);
        ledger = new SlotLedger(parts.Journal, source, parts.Logger);
        stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        NextAt = looked = parts.Time.GetUtcNow();
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    public int Revision => source.Revision;

    public DateTimeOffset NextAt { get; private set; }

    public SourceStatus? Status { get; private set; }

    /// <summary>The slot of the poll that is under way, or when that began: what becomes of slots from here on nobody knows yet. Null: none is.</summary>
    public DateTimeOffset? Polling => Volatile.Read(ref polling) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Wake()
    {
        Interlocked.Exchange(ref asked, true);
        sleeping?.TrySetResult();
    }

    /// <param name="changed">True: the slot under way is not taken up again by a later start.</param>
    public async Task StopAsync(bool changed = false)
    {
        this.changed = changed;
        await stop.CancelAsync();
        await running;
        client.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        await beginning.After.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        seen = looked = parts.Time.GetUtcNow();
        lookedStamp = parts.Time.GetTimestamp();
        var begun = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!begun)
                {
                    begun = true;
                    await PollAsync(beginning.Open, cancellation);
                }

                var due = await DueAsync(cancellation);
                if (due is { } slot)
                {
                    parts.Delays.Began(parts.Time.GetUtcNow() - slot);
                }

                await PollAsync(due, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body, and does not run hot.
                Log.PollBroke(parts.Logger, source.Id, error);
                seen = parts.Time.GetUtcNow();
                Volatile.Write(ref polling, 0);
            }
        }
    }

    // The slot that is due, once it is; null where somebody asked for a poll before.
    private async Task<DateTimeOffset?> DueAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var (now, ahead) = Look();
            if (schedule.Next(seen) is not { } next)
            {
                NextAt = DateTimeOffset.MaxValue;
                if (await SleepAsync(LookAgain, cancellation))
                {
                    return null;
                }

                continue;
            }

            NextAt = Asked(next, now);
            if (next > now)
            {
                if (await SleepAsync(next - now < LookAgain ? next - now : LookAgain, cancellation))
                {
                    return null;
                }

                continue;
            }

            if (now - next < schedule.Every)
            {
                return next;
            }

            // Whole slots went by: the clock was set forward, or the machine slept.
            var current = schedule.Current(now) is { } lasting && lasting > next ? lasting : (DateTimeOffset?)null;
            await ledger.MissedAsync(next, current ?? now, ahead ? "clock_forward" : "held_up", now);
            seen = current?.AddTicks(-1) ?? now;
            if (current is not null)
            {
                return current;
            }
        }
    }

    // True where more time went by on the wall than by the steady clock.
    private (DateTimeOffset Now, bool Ahead) Look()
    {
        var (now, stamp) = (parts.Time.GetUtcNow(), parts.Time.GetTimestamp());
        var (wall, steady) = (now - looked, parts.Time.GetElapsedTime(lookedStamp, stamp));
        (looked, lookedStamp) = (now, stamp);
        if (wall < steady - Jump && now < seen)
        {
            // Set back: its slots come again, and have their outcomes.
            seen = now;
        }

        return (now, wall > steady + Jump);
    }

    private async Task PollAsync(DateTimeOffset? slot, CancellationToken cancellation)
    {
        var (began, stamp) = (parts.Time.GetUtcNow(), parts.Time.GetTimestamp());
        Volatile.Write(ref polling, (slot ?? began).UtcTicks);
        var full = parts.Disk?.Refusal(DiskLevel.Full);
        var silent = slot is not null && backoff.Left > TimeSpan.Zero;
        var result = full is not null ? new PollResult(Outcome.Missed, 0, full) : silent ? BackingOff(began) : await AskedAsync(slot, began, cancellation);
        if (full is null && !silent)
        {
            backoff.Ended(result, stamp);
            NoteCertificate(result);
            failures = result.Outcome is Outcome.Ok or Outcome.Unchanged ? 0 : result.Outcome is Outcome.Skipped ? failures : failures + 1;
        }

        seen = slot > seen ? slot.Value : seen;
        var (ended, ahead) = Look();
        await ledger.EndedAsync(slot, result, began, ended);
        if (schedule.Next(seen) is { } next && next <= ended)
        {
            // It was under way when they came.
            await ledger.MissedAsync(next, ended.AddTicks(1), ahead ? "clock_forward" : "overrun", ended);
            seen = ended;
        }

        Volatile.Write(ref polling, 0);
        NextAt = Asked(schedule.Next(seen > ended ? seen : ended), ended);
        Tell(result, ended);
    }

    // A poll that got no answer for another reason saw no certificate.
    private void NoteCertificate(PollResult result)
    {
        if (result.Failure is { Code: ConditionCode.Certificate } changed)
        {
            parts.Conditions?.Say(source.Id, ConditionCode.Certificate, changed.ToString());
        }
        else if (result.Outcome is Outcome.Ok or Outcome.Unchanged or Outcome.Stale or Outcome.Invalid)
        {
            parts.Conditions?.Say(source.Id, ConditionCode.Certificate, null);
        }
    }

    private void Tell(PollResult result, DateTimeOffset at)
    {
        if (result.Failure is not null)
        {
            Log.PollFailed(parts.Logger, source.Id, result.Outcome.Word(), failures, result.Failure.ToString());
        }

        Status = new SourceStatus(at, result.Outcome.Word(), result.Failure?.ToString(), failures);
        parts.Tell(source.Id, Status);
    }

    // A change of the source calls a poll off for good; a stop of the node does not.
    private async Task<PollResult> AskedAsync(DateTimeOffset? slot, DateTimeOffset began, CancellationToken cancellation)
    {
        try
        {
            var result = await AskAsync(cancellation);
            if (result.Failure is not null)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            return result;
        }
        catch (OperationCanceledException) when (changed && slot is not null)
        {
            var failure = new Failure(FailureKind.Cancelled, "called_off", "The source was changed while it was polled.");
            await ledger.EndedAsync(slot, new PollResult(Outcome.Failed, 0, failure), began, parts.Time.GetUtcNow());
            throw;
        }
    }

    private async Task<PollResult> AskAsync(CancellationToken cancellation)
    {
        try
        {
            return parts.Feeds.TryGetValue(source.Config.Kind, out var feed)
                ? await feed.PollAsync(source, client, cancellation)
                : new PollResult(Outcome.Failed, 0, new Failure(FailureKind.BadInput, "source_kind", $"This release does not know the kind '{source.Config.Kind}'.", "Use the release that the source was added with, or remove it."));
        }
        catch (DbException error)
        {
            return new PollResult(Outcome.Failed, 0, DatabaseFailures.Map(error));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A bug, or an input that nobody thought of: the source must not look as if it had not been polled.
            Log.PollBroke(parts.Logger, source.Id, error);
            return new PollResult(Outcome.Failed, 0, new Failure(FailureKind.Infrastructure, "unexpected", $"The poll broke in a way that nobody foresaw: {error.Message}", "See the node's log."));
        }
    }

    private PollResult BackingOff(DateTimeOffset now) => new(Outcome.Failed, 0, new Failure(FailureKind.Unreachable, "backing_off",
        $"It failed {backoff.Failed} times in a row and was not asked; it is asked again at {Rfc3339.Format(Asked(schedule.Next(now), now))}.", "To ask it now, poll it."));

    // The first slot, from this one on, that is not answered without asking.
    private DateTimeOffset Asked(DateTimeOffset? next, DateTimeOffset now)
    {
        var until = now + backoff.Left;
        return next is { } slot && slot < until ? schedule.Next(until.AddTicks(-1)) ?? DateTimeOffset.MaxValue : next ?? DateTimeOffset.MaxValue;
    }

    // True where somebody asked for a poll. Nothing is thrown where it is not cancelled: thousands of loops sleep again and again.
    private async Task<bool> SleepAsync(TimeSpan length, CancellationToken cancellation)
    {
        var asleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Exchanged, not written: one of the two sees what the other did.
        Interlocked.Exchange(ref sleeping, asleep);
        if (!asked)
        {
            await using var timer = parts.Time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), asleep, length, Timeout.InfiniteTimeSpan);
            await using var called = cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), asleep);
            await asleep.Task;
        }

        cancellation.ThrowIfCancellationRequested();
        return Interlocked.Exchange(ref asked, false);
    }
}
