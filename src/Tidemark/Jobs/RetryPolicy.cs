namespace Tidemark.Jobs;

/// <summary>Whether a failed task is tried again, and when (J8). A pure function of what happened in this round.</summary>
public static class RetryPolicy
{
    /// <summary>The first wait at most; each further one twice as long.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Lost with its worker this often while the worker's other tasks lived on elsewhere: the task itself is suspect.</summary>
    public const int Losses = 3;

    /// <summary>Lost so often in whatever company: two tasks that take their worker down together would never be told apart.</summary>
    public const int MostLosses = 10;

    /// <summary>How long to wait before the next try; null: it has failed for good.</summary>
    /// <param name="failure">How it failed this time.</param>
    /// <param name="before">The kinds of its earlier failures in this round, losses of workers left out.</param>
    /// <param name="attempts">How often it is tried at most.</param>
    /// <param name="chance">0 to 1: the part of the wait that is taken (full jitter: Brooker, "Exponential Backoff And Jitter", 2015).</param>
    public static TimeSpan? WaitAfter(TaskFailure failure, IReadOnlyList<string> before, int attempts, double chance)
    {
        if (before.Count + 1 >= attempts)
        {
            return null;
        }

        return failure.Kind switch
        {
            "badInput" or "notFound" or "conflict" or "cancelled" => null,
            // Once more: the second time it is the input's.
            _ when Elsewhere(failure.Kind) => before.Contains(failure.Kind) ? null : TimeSpan.Zero,
            "stalled" => before.Count(kind => kind == failure.Kind) >= 2 ? null : TimeSpan.Zero,
            _ => Longest.Min(First * Math.Pow(2, Math.Min(before.Count, 30))) * chance,
        };
    }

    /// <summary>The machine may be at fault, so another worker is to try, if there is one.</summary>
    public static bool Elsewhere(string kind) => kind is "toolCrash" or "verification";

    private static TimeSpan Min(this TimeSpan one, TimeSpan other) => one < other ? one : other;
}
