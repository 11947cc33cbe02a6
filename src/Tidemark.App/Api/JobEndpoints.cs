using Tidemark.Jobs;

namespace Tidemark.App.Api;

/// <summary>Jobs: listed, shown with their graphs, followed, called off, tried again. And the nodes that do them.</summary>
public static class JobEndpoints
{
    private const int MostListed = 200;
    private const int MostEvents = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/jobs", ListAsync).Produces<JobListShape>().WithSummary("Jobs, newest first, by state and kind where asked");
        api.MapGet("/jobs/{id:guid}", (Guid id, JobQueries jobs, HttpContext context) => AnswerAsync(id, jobs, context))
            .Produces<JobDetailShape>().WithSummary("A job with its tasks and what waits for what");
        api.MapGet("/jobs/{id:guid}/track", TrackAsync).Produces<JobTrackShape>().WithSummary("Everything that happened to a job, in order, after an event's number");
        api.MapPost("/jobs/{id:guid}/cancel", CancelAsync).Produces<JobDetailShape>().WithSummary("Calls a job off; one that has ended stays as it is");
        api.MapPost("/jobs/{id:guid}/retry", RetryAsync).Produces<JobDetailShape>().WithSummary("Tries again what is not done of a job that has ended, or all from a task on");
    }

    public static void MapNodes(RouteGroupBuilder api) =>
        api.MapGet("/nodes", async (JobQueries jobs, TimeProvider time, CancellationToken cancellation) =>
                Results.Json(JobShapes.Of(await jobs.NodesAsync(cancellation), time.GetUtcNow()), ApiJson.Default.NodeListShape))
            .Produces<NodeListShape>().WithSummary("Every node: what it offers, what it holds, when it was last heard");

    private static async Task<IResult> ListAsync(string? state, string? kind, int? limit, Guid? before, JobQueries jobs, HttpContext context)
    {
        var faults = new List<(string, Failure)>();
        if (state is not null && !JobStates.OfJobs.Contains(state))
        {
            faults.Add(("state", new Failure(FailureKind.BadInput, "job_state", $"There is no state '{state}'.", $"Use one of {string.Join(", ", JobStates.OfJobs)}.")));
        }

        if (limit is < 1 or > MostListed)
        {
            faults.Add(("limit", new Failure(FailureKind.BadInput, "limit", $"{limit} jobs cannot be listed at once.", $"Ask for 1 to {MostListed}.")));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        var (listed, next) = await jobs.ListAsync(new JobFilter(state, kind), before, limit ?? 50, context.RequestAborted);
        return Results.Json(new JobListShape([.. listed.Select(job => JobShapes.Of(job, Guard.IsAdmin(context)))], next), ApiJson.Default.JobListShape);
    }

    private static async Task<IResult> AnswerAsync(Guid id, JobQueries jobs, HttpContext context) =>
        (await jobs.DetailAsync(id, context.RequestAborted)).TryGet(out var detail, out var failure) ? Results.Json(JobShapes.Of(detail, Guard.IsAdmin(context)), ApiJson.Default.JobDetailShape) : Problems.From(failure);

    private static async Task<IResult> TrackAsync(Guid id, int? after, int? limit, JobQueries jobs, HttpContext context)
    {
        if (limit is < 1 or > MostEvents)
        {
            return Problems.From([("limit", new Failure(FailureKind.BadInput, "limit", $"{limit} events cannot be listed at once.", $"Ask for 1 to {MostEvents}."))]);
        }

        return (await jobs.TrackAsync(id, after ?? 0, limit ?? 200, context.RequestAborted)).TryGet(out var events, out var failure)
            ? Results.Json(new JobTrackShape([.. events.Select(one => JobShapes.Of(one, Guard.IsAdmin(context)))]), ApiJson.Default.JobTrackShape)
            : Problems.From(failure);
    }

    private static async Task<IResult> CancelAsync(Guid id, JobStore store, JobSignals signals, JobQueries jobs, HttpContext context)
    {
        if (!(await store.CancelAsync(id, context.RequestAborted)).TryGet(out var cancelled, out var failure))
        {
            return Problems.From(failure);
        }

        if (cancelled)
        {
            signals.Changed(id);
            signals.Kick();
        }

        return await AnswerAsync(id, jobs, context);
    }

    private static async Task<IResult> RetryAsync(Guid id, JobRetryRequest? request, JobStore store, JobSignals signals, JobQueries jobs, HttpContext context)
    {
        if (!(await store.RetryAsync(id, request?.From, context.RequestAborted)).TryGet(out var submitted, out var failure))
        {
            return Problems.From(failure);
        }

        signals.Ready(submitted.Lanes);
        signals.Changed(id);
        return await AnswerAsync(id, jobs, context);
    }
}
