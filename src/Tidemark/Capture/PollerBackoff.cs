using Tidemark.Capture.FrameFeeds;

namespace Tidemark.Capture;

/// <summary>
/// When a source that fails again and again is asked less often: after a few failures in a row slots are answered without
/// asking, for longer and longer, up to ten minutes. A source that is polled less often than that is always asked. One
/// success ends it.
/// </summary>
/// <param name="every">From one slot to the next.</param>
internal sealed class PollerBackoff(TimeSpan every, TimeProvider time)
{
    private const int Patience = 3;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private int failed;
    private long since;
    private TimeSpan pause;

    /// <summary>The failures in a row that count.</summary>
    public int Failed => failed;

    /// <summary>How long nobody is asked; zero: the next slot is. By the steady clock, whatever is done to the other.</summary>
    public TimeSpan Left => pause - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <param name="began">The steady clock's when the poll began.</param>
    public void Ended(PollResult result, long began)
    {
        if (!IsItsFault(result))
        {
            (failed, pause) = (0, TimeSpan.Zero);
            return;
        }

        failed++;
        if (failed >= Patience && every < Longest)
        {
            // Two intervals, four, eight … from the slot that failed; half an interval less, so that the slot at its end is asked.
            var wanted = every * Math.Pow(2, Math.Min(failed - Patience + 1, 20));
            (since, pause) = (began, (wanted < Longest ? wanted : Longest) - (every / 2));
        }
    }

    // A full disk or a busy host is not the source's fault.
    private static bool IsItsFault(PollResult result) =>
        result.Outcome == Outcome.Failed && result.Failure?.Kind is not (FailureKind.Resource or FailureKind.Infrastructure or FailureKind.Cancelled);
}
