using Tidemark.Jobs;

namespace Tidemark.App.Api;

/// <param name="State"><c>waiting</c> (every unfinished task waits, for others or for an instant), <c>ready</c>, <c>running</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Priority">1 (most urgent) to 4.</param>
/// <param name="Key">While a job holds its key, no other with the same is made.</param>
/// <param name="Round">1, and one more with each retry.</param>
/// <param name="Trouble">Why nobody takes what is ready, or null.</param>
public sealed record JobShape(
    Guid Id, string Kind, string Title, string Tenant, int Priority, string State, string? Key, int Round, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? NotBefore,
    JobCountsShape Counts, TaskProgressShape? Progress, JobFailureShape? Failure, string? Trouble);

/// <summary>A job's tasks by state.</summary>
public sealed record JobCountsShape(long Total, long Waiting, long Ready, long Running, long Done, long Failed, long Cancelled, long Skipped);

/// <param name="Fraction">0 to 1; null where that cannot be said.</param>
public sealed record TaskProgressShape(double? Fraction, string? Note, double? SecondsLeft);

/// <param name="Kind">As the glossary has it, in camelCase, or <c>workerLost</c>.</param>
/// <param name="Detail">What the tool said; null for tokens that may only read.</param>
public sealed record JobFailureShape(string Kind, string Code, string Message, string? Mend, string? Detail);

/// <param name="Next">For <c>before</c>, to list those that follow; null on the last page. A page may be short and have a next one.</param>
public sealed record JobListShape(IReadOnlyList<JobShape> Jobs, Guid? Next);

/// <param name="Tasks">The first thousand by number.</param>
/// <param name="Edges">Those among them.</param>
/// <param name="Truncated">True: there are more than are listed.</param>
/// <param name="Now">By the clock that all instants of jobs are given by, when this was read: measure against it, not against your own.</param>
public sealed record JobDetailShape(
    Guid Id, string Kind, string Title, string Tenant, int Priority, string State, string? Key, int Round, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? NotBefore,
    JobCountsShape Counts, TaskProgressShape? Progress, JobFailureShape? Failure, string? Trouble, IReadOnlyList<JobTaskShape> Tasks, IReadOnlyList<JobEdgeShape> Edges, bool Truncated, DateTimeOffset Now);

/// <param name="State">As a job's, or <c>skipped</c>: another that it waits for has failed.</param>
/// <param name="Attempt">The one under way or the next, from 1.</param>
/// <param name="ReadyAt">May lie in the future: it is tried again then.</param>
public sealed record JobTaskShape(
    int Number, string Name, string Handler, string State, int Attempt, string? Node, DateTimeOffset? ReadyAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TaskProgressShape? Progress, JobFailureShape? Failure, string? Trouble,
    NeedsShape Needs);

/// <param name="Cpu">Processors.</param>
public sealed record NeedsShape(double Cpu, long MemoryBytes, long DiskBytes, int Gpu, IReadOnlyList<string> Tags);

/// <summary>From task number to task number: the second waits for the first.</summary>
public sealed record JobEdgeShape(int From, int To);

/// <param name="Number">From 1, without gaps.</param>
/// <param name="Kind"><c>submitted</c>, <c>done</c>, <c>failed</c>, <c>lost</c>, <c>returned</c>, <c>stopped</c> (its job was called off), <c>cancelled</c> or <c>retried</c>.</param>
/// <param name="JobState">Not null: this ended the job, so.</param>
/// <param name="NextAt">When the task is tried again.</param>
public sealed record JobEventShape(
    int Number, DateTimeOffset At, string Kind, string? Task, int? TaskNumber, int? Attempt, string? Node, DateTimeOffset? StartedAt, string? JobState, JobFailureShape? Failure, DateTimeOffset? NextAt);

public sealed record JobTrackShape(IReadOnlyList<JobEventShape> Events);

/// <summary>For <c>job show --track --json</c>.</summary>
public sealed record JobWithTrackShape(JobDetailShape Job, IReadOnlyList<JobEventShape> Events);

/// <param name="From">A task's name: it and all behind it run again. Null: what is not done.</param>
public sealed record JobRetryRequest(string? From = null);

/// <param name="Roles">Of <c>api</c>, <c>capture</c>, <c>dispatch</c>, <c>work</c>.</param>
/// <param name="State"><c>live</c>, <c>draining</c>, <c>silent</c> (not heard for seconds), <c>lost</c> or <c>left</c>.</param>
/// <param name="Dispatcher">True: it holds the dispatcher's lease now.</param>
/// <param name="ReservedFor">The big task that it is kept for.</param>
public sealed record NodeMemberShape(
    Guid Id, string Name, IReadOnlyList<string> Roles, string Version, DateTimeOffset StartedAt, DateTimeOffset HeardAt, string State, bool Dispatcher, OfferShape? Offers, IReadOnlyList<HeldTaskShape> Holds, string? ReservedFor);

/// <param name="Cpu">Processors.</param>
public sealed record OfferShape(double Cpu, long MemoryBytes, long DiskBytes, int Gpu, IReadOnlyList<string> Tags, IReadOnlyList<string> Handlers);

public sealed record HeldTaskShape(Guid Job, string Task, string Handler, DateTimeOffset StartedAt, TaskProgressShape? Progress);

/// <param name="Now">By the clock that all instants of nodes are given by, when this was read: measure against it, not against your own.</param>
public sealed record NodeListShape(IReadOnlyList<NodeMemberShape> Nodes, DateTimeOffset Now);

/// <summary>Puts together what the API says of jobs and nodes.</summary>
public static class JobShapes
{
    /// <param name="admin">False: without what tools said.</param>
    public static JobShape Of(JobSummary job, bool admin) => new(
        job.Id, job.Kind, job.Title, job.Tenant, job.Priority, job.State, job.Key, job.Round, job.CreatedAt, job.StartedAt, job.EndedAt, job.NotBefore, Of(job.Counts), Of(job.Progress), Of(job.Failure, admin), job.Trouble);

    public static JobDetailShape Of(JobDetail detail, bool admin)
    {
        var job = detail.Job;
        return new JobDetailShape(
            job.Id, job.Kind, job.Title, job.Tenant, job.Priority, job.State, job.Key, job.Round, job.CreatedAt, job.StartedAt, job.EndedAt, job.NotBefore, Of(job.Counts), Of(job.Progress), Of(job.Failure, admin), job.Trouble,
            [.. detail.Tasks.Select(task => new JobTaskShape(task.Number, task.Name, task.Handler, task.State, task.Attempt, task.Node, task.ReadyAt, task.StartedAt, task.EndedAt, Of(task.Progress), Of(task.Failure, admin), task.Trouble,
                new NeedsShape(task.Needs.Cpu / 1000.0, task.Needs.Memory, task.Needs.Disk, task.Needs.Gpu, task.Needs.Tags)))],
            [.. detail.Edges.Select(edge => new JobEdgeShape(edge.From, edge.To))], detail.Truncated, job.Now);
    }

    public static JobEventShape Of(JobEvent one, bool admin) => new(
        one.Number, one.At, one.Kind, one.Task, one.TaskNumber, one.Attempt, one.Node, one.StartedAt, one.JobState, Of(one.Failure, admin), one.NextAt);

    public static NodeMemberShape Of(NodeSummary summary)
    {
        var node = summary.Node;
        return new NodeMemberShape(node.Id, node.Name, node.Roles, node.Version, node.StartedAt, node.HeardAt, summary.State, node.Dispatches,
            node.Offer is { } offer ? new OfferShape(offer.Cpu / 1000.0, offer.Memory, offer.Disk, offer.Gpu, offer.Tags, offer.Handlers) : null,
            [.. summary.Holds.Select(task => new HeldTaskShape(task.Job, task.Task, task.Handler, task.StartedAt, Of(task.Progress)))], summary.ReservedFor);
    }

    /// <param name="nodes">The node itself among them, but for moments.</param>
    /// <param name="otherwise">The time where there are none.</param>
    public static NodeListShape Of(IReadOnlyList<NodeSummary> nodes, DateTimeOffset otherwise) => new([.. nodes.Select(Of)], nodes is [var first, ..] ? first.Node.Now : otherwise);

    private static JobCountsShape Of(TaskCounts counts) => new(counts.Total, counts.Waiting, counts.Ready, counts.Running, counts.Done, counts.Failed, counts.Cancelled, counts.Skipped);

    private static TaskProgressShape? Of(TaskProgress? progress) => progress is null ? null : new TaskProgressShape(progress.Fraction, progress.Note, progress.SecondsLeft);

    private static JobFailureShape? Of(TaskFailure? failure, bool admin) => failure is null ? null : new JobFailureShape(failure.Kind, failure.Code, failure.Message, failure.Mend, admin ? failure.Detail : null);
}
