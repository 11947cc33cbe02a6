namespace Tidemark.Jobs;

/// <summary>The states of jobs and tasks, as they are told.</summary>
public static class JobStates
{
    public const string Waiting = "waiting", Ready = "ready", Running = "running", Done = "done", Failed = "failed", Cancelled = "cancelled";

    /// <summary>Of tasks only: another that it waits for has failed.</summary>
    public const string Skipped = "skipped";

    /// <summary>Those of jobs.</summary>
    public static IReadOnlyList<string> OfJobs { get; } = [Waiting, Ready, Running, Done, Failed, Cancelled];
}

/// <summary>A job as it stands.</summary>
public sealed record JobSummary
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Tenant { get; init; }

    public required int Priority { get; init; }

    /// <summary>One of <see cref="JobStates.OfJobs"/>. Waiting: every unfinished task waits, for others or for an instant.</summary>
    public required string State { get; init; }

    public required string? Key { get; init; }

    /// <summary>1, and one more with each retry.</summary>
    public required int Round { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its first task of this round began.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>Null while it is unfinished.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    public required DateTimeOffset? NotBefore { get; init; }

    public required TaskCounts Counts { get; init; }

    /// <summary>Over all tasks; null before the first has begun and after the end.</summary>
    public required TaskProgress? Progress { get; init; }

    /// <summary>The first task that failed for good in this round.</summary>
    public required TaskFailure? Failure { get; init; }

    /// <summary>Why nobody takes what is ready; null: nothing is known to be wrong.</summary>
    public required string? Trouble { get; init; }

    /// <summary>By the engine's clock, when this was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>False once it is done, failed or cancelled.</summary>
    public bool Unfinished => State is JobStates.Waiting or JobStates.Ready or JobStates.Running;
}

/// <summary>A job's tasks by state.</summary>
public sealed record TaskCounts(long Total, long Waiting, long Ready, long Running, long Done, long Failed, long Cancelled, long Skipped);

/// <summary>One job with its graph.</summary>
/// <param name="Tasks">The first <see cref="JobQueries.MostTasks"/> by number.</param>
/// <param name="Edges">Those among them, from task to task.</param>
/// <param name="Truncated">True: there are more tasks, or more edges among these, than are listed.</param>
public sealed record JobDetail(JobSummary Job, IReadOnlyList<TaskSummary> Tasks, IReadOnlyList<(int From, int To)> Edges, bool Truncated);

/// <summary>A task as it stands.</summary>
public sealed record TaskSummary
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    public required string Handler { get; init; }

    public required Needs Needs { get; init; }

    public required string State { get; init; }

    /// <summary>From 1, over all rounds; the one under way, or the next.</summary>
    public required int Attempt { get; init; }

    /// <summary>The name of the node that does it, or did.</summary>
    public string? Node { get; init; }

    /// <summary>Since when it may be begun; an instant to come: it is tried again then. Null where it is not ready and does not run.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public TaskProgress? Progress { get; init; }

    /// <summary>How it failed last in this round, unless it is done.</summary>
    public TaskFailure? Failure { get; init; }

    /// <summary>Why nobody takes it.</summary>
    public string? Trouble { get; init; }
}

/// <summary>An entry of a job's track.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Kind"><c>submitted</c>, <c>done</c>, <c>failed</c>, <c>lost</c>, <c>returned</c>, <c>stopped</c> (its job was called off), <c>cancelled</c> or <c>retried</c>.</param>
/// <param name="Task">Its name; null: it is about the whole job.</param>
/// <param name="Node">The node's name.</param>
/// <param name="StartedAt">When the attempt that ended here began.</param>
/// <param name="JobState">Not null: the job ended with this, so.</param>
/// <param name="NextAt">When the task is tried again.</param>
public sealed record JobEvent(
    int Number, DateTimeOffset At, string Kind, string? Task, int? TaskNumber, int? Attempt, string? Node, DateTimeOffset? StartedAt, string? JobState, TaskFailure? Failure, DateTimeOffset? NextAt);

/// <summary>A node, and what it holds.</summary>
/// <param name="Holds">The first <see cref="JobQueries.MostTasks"/> of its leases.</param>
/// <param name="ReservedFor">The handler of the big task that it is kept for, with what that needs.</param>
public sealed record NodeSummary(NodeRecord Node, IReadOnlyList<HeldTask> Holds, string? ReservedFor)
{
    /// <summary>Kicks come every second; a node that misses three is worth a word long before it is judged.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3.5);

    /// <summary><c>live</c>, <c>draining</c>, <c>silent</c>, <c>lost</c> or <c>left</c>.</summary>
    public string State =>
        Node.LeftAt is not null ? "left"
        : Node.LostAt is not null ? "lost"
        : Node.Now - Node.HeardAt > Silence ? "silent"
        : Node.Draining ? "draining"
        : "live";
}

/// <summary>A task that a node holds a lease for.</summary>
public sealed record HeldTask(Guid Job, int Number, string Task, string Handler, DateTimeOffset StartedAt, TaskProgress? Progress);
