using System.Data.Common;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>
/// Requests for timelapses and what became of them. Each is a job of one task; its row keeps what was asked for and the
/// video. The only place with SQL about timelapses.
/// </summary>
public sealed class TimelapseStore(SqlDatabase database, JobStore jobs, JobQueries queries, JobSignals signals, FrameIndex frames, TimelapseNeeds needs)
{
    /// <summary>The jobs' kind.</summary>
    public const string Kind = "timelapse";

    // What may pass by itself is tried again, but somebody watches a progress bar meanwhile.
    private const int Attempts = 3;

    public async Task<Result<TimelapseRun>> AddAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var asked = await JobOfAsync(request, cancellation);
        if (!(await jobs.SubmitAsync(asked, cancellation, (session, id, token) => InsertAsync(session, id, request, token))).TryGet(out var submitted, out var failure))
        {
            return failure;
        }

        signals.Ready(submitted.Lanes);
        signals.Changed(submitted.Job);
        return await FindAsync(submitted.Job, cancellation);
    }

    public async Task<Result<TimelapseRun>> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ByIdsAsync([id], cancellation)) is [var run] ? run : new Failure(FailureKind.NotFound, "timelapse_not_found", $"There is no timelapse {id}.");

    /// <summary>Those of these that there are, newest first.</summary>
    public async Task<IReadOnlyList<TimelapseRun>> ByIdsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        var rows = new List<Asked>();
        foreach (var id in ids)
        {
            rows.AddRange(await database.ReadAsync(session => session.QueryAsync($"{Rows} where a.id = @id", Read, cancellation, ("id", id)), cancellation));
        }

        return await RunsAsync(rows, cancellation);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<TimelapseRun>> ListAsync(int limit, CancellationToken cancellation) => await RunsAsync(
        await database.ReadAsync(session => session.QueryAsync($"{Rows} order by a.id desc limit @limit", Read, cancellation, ("limit", limit)), cancellation), cancellation);

    /// <summary>Calls one off, waiting or running. What has ended stays as it is.</summary>
    public async Task<Result<TimelapseRun>> CancelAsync(Guid id, CancellationToken cancellation)
    {
        if ((await FindAsync(id, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        if ((await jobs.CancelAsync(id, cancellation)).TryGet(out var cancelled, out _) && cancelled)
        {
            signals.Changed(id);
            signals.Kick();
        }

        return await FindAsync(id, cancellation);
    }

    /// <summary>Makes jobs of what the release before left unfinished. Whoever does so, and how often, makes no difference.</summary>
    public async Task AdoptAsync(CancellationToken cancellation)
    {
        var left = await database.ReadAsync(session => session.QueryAsync("select id, recipe from timelapse where state in ('queued', 'running') order by id", row => (Id: row.Id(0), Recipe: row.Text(1)), cancellation), cancellation);
        foreach (var (id, recipe) in left)
        {
            var request = TimelapseRequest.FromJson(recipe);
            try
            {
                var adopted = await jobs.SubmitAsync(await JobOfAsync(request, cancellation) with { Id = id }, cancellation, async (session, job, token) =>
                {
                    await InsertAsync(session, job, request, token);
                    // Its state is the job's from now on; the release before takes it for one that was called off.
                    await session.ExecuteAsync("update timelapse set state = 'cancelled' where id = @id", token, ("id", id));
                });
                if (adopted.TryGet(out var submitted, out _))
                {
                    signals.Ready(submitted.Lanes);
                    signals.Changed(id);
                }
            }
            catch (DbException) when (!cancellation.IsCancellationRequested)
            {
                // Two of one id cannot be: where another node was quicker, it is no longer left.
                if (await IsLeftAsync(id, cancellation))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>In the transaction that registers the video, which has the id of its job.</summary>
    internal static Task MadeAsync(Session session, Guid id, CancellationToken cancellation) =>
        session.ExecuteAsync("update timelapse_job set asset = @id where id = @id", cancellation, ("id", id));

    // Those of the release before keep their states, but for the adopted.
    private const string Rows =
        """
        select a.id, a.recipe, a.created_at, a.asset, a.state, a.started_at, a.ended_at, a.failure from (
            select id, recipe, created_at, asset, null as state, null as started_at, null as ended_at, null as failure from timelapse_job
            union all
            select id, recipe, created_at, asset, state, started_at, ended_at, failure from timelapse t where not exists (select 1 from timelapse_job j where j.id = t.id)) a
        """;

    private static Asked Read(Row row) => new(row.Id(0), TimelapseRequest.FromJson(row.Text(1)), row.Time(2), row.IdOrNull(3), row.TextOrNull(4), row.TimeOrNull(5), row.TimeOrNull(6),
        row.TextOrNull(7) is { } failure ? TaskFailure.From(JsonSerializer.Deserialize(failure, TimelapseJson.Default.Failure)!) : null);

    private static Task<int> InsertAsync(Session session, Guid id, TimelapseRequest request, CancellationToken cancellation) => session.ExecuteAsync(
        "insert into timelapse_job (id, recipe, created_at) select job, @recipe, created_at from job where job = @id", cancellation, ("id", id), ("recipe", request.ToJson()));

    private Task<bool> IsLeftAsync(Guid id, CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select 1 from timelapse where id = @id and state in ('queued', 'running')", row => true, cancellation, ("id", id)), cancellation);

    private async Task<JobRequest> JobOfAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var pixels = 0L;
        foreach (var source in request.Sources)
        {
            var newest = (await frames.TotalsAsync(source, cancellation)).Newest;
            pixels += (long)(newest?.Width ?? 0) * (newest?.Height ?? 0);
        }

        return new JobRequest(Kind, $"Timelapse of {string.Join(", ", request.Sources)}", [new TaskSpec("render", TimelapseTask.Handler, request.ToJson()) { Needs = needs.For(pixels), Attempts = Attempts }]);
    }

    private async Task<IReadOnlyList<TimelapseRun>> RunsAsync(List<Asked> rows, CancellationToken cancellation)
    {
        var states = (await queries.ByIdsAsync([.. rows.Where(row => row.State is null).Select(row => row.Id)], cancellation)).ToDictionary(job => job.Id);
        return [.. rows.Select(row => row.State is not null
            ? new TimelapseRun(row.Id, row.Request, row.State, row.CreatedAt, row.StartedAt, row.EndedAt, null, row.Asset, row.Failure)
            : states.TryGetValue(row.Id, out var job) ? Of(row, job) : Forgotten(row))];
    }

    // The row was read before the job: one that was done in between has its video, whose id is the job's.
    private static TimelapseRun Of(Asked row, JobSummary job) => new(
        row.Id, row.Request, job.State is JobStates.Waiting or JobStates.Ready ? "queued" : job.State, row.CreatedAt, job.StartedAt, job.EndedAt,
        job.State == JobStates.Running ? TimelapseProgress.Read(job.Progress) : null, job.State == JobStates.Done ? row.Asset ?? row.Id : row.Asset, job.Failure);

    // Its job is older than history is kept.
    private static TimelapseRun Forgotten(Asked row) => new(row.Id, row.Request, row.Asset is null ? "failed" : "done", row.CreatedAt, null, row.CreatedAt, null, row.Asset,
        row.Asset is null ? new TaskFailure("notFound", "history_gone", "How it ended is not kept any more.", "Ask for it again.") : null);

    private sealed record Asked(Guid Id, TimelapseRequest Request, DateTimeOffset CreatedAt, Guid? Asset, string? State, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TaskFailure? Failure);
}
