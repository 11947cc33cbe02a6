using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>Does tasks of one sort. It may run the same task more than once, on several machines at a time: its outputs lie under names that carry the fence until they are registered.</summary>
public interface ITaskHandler
{
    /// <summary>As in <see cref="TaskSpec.Handler"/>.</summary>
    string Name { get; }

    /// <summary>
    /// Does the task. Expected failures are returned; what is thrown counts as infrastructure. When the token is
    /// cancelled the result will not be wanted: stop at once and take away what was made.
    /// </summary>
    Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation);
}

/// <summary>How a task ended.</summary>
public sealed record TaskResult
{
    private TaskResult() { }

    public string? Output { get; private init; }

    /// <summary>Null: it is done.</summary>
    public Failure? Failure { get; private init; }

    /// <summary>For admins: what the tool said.</summary>
    public string? Detail { get; private init; }

    /// <summary>The handler's own rows, written in the transaction that registers the result, or not at all. May run more than once.</summary>
    public Func<Session, CancellationToken, Task>? Rows { get; private init; }

    /// <summary>Called when the result was not registered after all: take away what lies under the fence.</summary>
    public Func<Task>? Discard { get; private init; }

    /// <summary>Called when the result is known to be registered: take away what it took the place of. Where the process dies before, never.</summary>
    public Func<Task>? FollowUp { get; private init; }

    public static TaskResult Done(string? output = null, Func<Session, CancellationToken, Task>? rows = null, Func<Task>? discard = null, Func<Task>? followUp = null) =>
        new() { Output = output, Rows = rows, Discard = discard, FollowUp = followUp };

    public static TaskResult Failed(Failure failure, string? detail = null) => new() { Failure = failure, Detail = detail };
}
