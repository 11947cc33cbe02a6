using System.Data.Common;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>
/// Requests for timelapses and what became of them. Each is a job (design/timelapse.md); its row keeps what was asked for and the
/// video. The only place with SQL about timelapses.
/// </summary>
public sealed class TimelapseStore(SqlDatabase database, JobStore jobs, JobQueries queries, JobSignals signals, FrameIndex frames, AssetStore assets, AssetLinks links, TimelapseNeeds needs, TimeProvider time)
{
    /// <summary>The jobs' kind.</summary>
    public const string Kind = "timelapse";

    /// <summary>Names of tasks, beside those of the stretches.</summary>
    public const string Plan = "plan", Join = "join", Put = "put";

    /// <summary>The number of the task that makes the video.</summary>
    public const int JoinNumber = 1;

    // More than ten years of days.
    private const int MostStretches = 4000;

    private const int MostTold = 20;

    // Encoding is nearly all of it.
    private const double JoinShare = 0.05;

    // What may pass by itself is tried again, but somebody watches a progress bar meanwhile.
    private const int Attempts = 3;

    // A mount that is away comes back; with the waits between them these are about four hours.
    private const int PutAttempts = 20;

    public async Task<Result<TimelapseRun>> AddAsync(TimelapseRequest request, CancellationToken cancellation) =>
        (await JobOfAsync(request, cancellation)).TryGet(out var asked, out var failure) ? await AddAsync(new SubmitJob(asked, (session, id, token) => InsertAsync(session, id, request, null, token)), cancellation) : failure;

    /// <summary>What a schedule wants at an instant.</summary>
    public async Task<Result<TimelapseRun>> AddAsync(TimelapseSchedule schedule, DateTimeOffset due, CancellationToken cancellation) =>
        (await JobOfAsync(schedule, due, cancellation)).TryGet(out var asked, out var failure) ? await AddAsync(asked, cancellation) : failure;

    /// <summary>What a schedule wants at an instant, to be submitted by somebody else.</summary>
    internal async Task<Result<SubmitJob>> JobOfAsync(TimelapseSchedule schedule, DateTimeOffset due, CancellationToken cancellation)
    {
        var request = schedule.At(due);
        if (!(await JobOfAsync(request, cancellation)).TryGet(out var asked, out var failure))
        {
            return failure;
        }

        if (schedule.Folder is { } folder)
        {
            var put = new PutWork(folder, schedule.FileName(due), schedule.Name, schedule.Days is not null);
            var there = needs.Light with { Tags = [TimelapseNeeds.Mount(needs.Archive), OutputFolders.Tag(folder)] };
            asked = asked with { Tasks = [.. asked.Tasks, new TaskSpec(Put, PutTask.Handler, put.ToJson()) { After = [Join], Needs = there, Attempts = PutAttempts }] };
        }

        return new SubmitJob(asked, (session, id, token) => InsertAsync(session, id, request, (schedule, due), token));
    }

    private async Task<Result<TimelapseRun>> AddAsync(SubmitJob asked, CancellationToken cancellation)
    {
        if (!(await jobs.SubmitAsync(asked.Request, cancellation, asked.Rows)).TryGet(out var submitted, out var failure))
        {
            return failure;
        }

        signals.Ready(submitted.Lanes);
        signals.Changed(submitted.Job);
        return await FindAsync(submitted.Job, cancellation);
    }

    public async Task<Result<TimelapseRun>> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ByIdsAsync([id], cancellation)) is [var run] ? run with { LeftOut = await LeftOutAsync(id, cancellation) } : new Failure(FailureKind.NotFound, "timelapse_not_found", $"There is no timelapse {id}.");

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

    /// <summary>The newest that each schedule has asked for, by the schedule's name.</summary>
    public async Task<IReadOnlyDictionary<string, TimelapseRun>> LastOfSchedulesAsync(CancellationToken cancellation)
    {
        var newest = await database.ReadAsync(session => session.QueryAsync(
            "select schedule, id from (select schedule, id, row_number() over (partition by schedule order by id desc) as place from timelapse_job where schedule is not null) a where place = 1",
            row => (Schedule: row.Text(0), Id: row.Id(1)), cancellation), cancellation);
        var runs = (await ByIdsAsync([.. newest.Select(one => one.Id)], cancellation)).ToDictionary(run => run.Id);
        return newest.Where(one => runs.ContainsKey(one.Id)).ToDictionary(one => one.Schedule, one => runs[one.Id], StringComparer.Ordinal);
    }

    /// <summary>Whether what is kept current under a schedule's name, and so has one file, has a later video than this one.</summary>
    internal Task<bool> IsSupersededAsync(string schedule, Guid job, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        """
        select 1 from timelapse_job later join timelapse_job this on this.id = @job
        where later.schedule = @schedule and later.current_of is not null and later.asset is not null and (later.due > this.due or (later.due = this.due and later.id > this.id))
        """,
        row => true, cancellation, ("schedule", schedule), ("job", job)), cancellation);

    /// <summary>
    /// Of what this very schedule keeps current only the newest video stays, and the links to earlier ones lead to it. What was
    /// made for a period, or by another schedule that had the name, stays. Whatever interrupts this, the next time finishes it:
    /// the file goes before the row that knows of it.
    /// </summary>
    /// <param name="before">Only videos of turns before this instant are looked at.</param>
    internal async Task RetireAsync(TimelapseSchedule schedule, DateTimeOffset before, CancellationToken cancellation)
    {
        var made = await database.ReadAsync(session => session.QueryAsync(
            "select asset from timelapse_job where schedule = @schedule and current_of = @created and due < @before and asset is not null order by due desc, id desc",
            row => row.Id(0), cancellation, ("schedule", schedule.Name), ("created", schedule.CreatedAt), ("before", before)), cancellation);
        foreach (var older in made.Skip(1))
        {
            await links.MoveAsync(older, made[0], cancellation);
            if ((await assets.FindAsync(older, cancellation)).TryGet(out var asset, out _))
            {
                File.Delete(assets.PathOf(asset));
                await assets.RemoveAsync(asset, cancellation);
            }

            await database.WriteAsync(session => session.ExecuteAsync("update timelapse_job set asset = null where asset = @asset", cancellation, ("asset", older)), cancellation);
        }
    }

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
                if (!(await JobOfAsync(request, cancellation)).TryGet(out var asked, out _))
                {
                    continue;
                }

                var adopted = await jobs.SubmitAsync(asked with { Id = id }, cancellation, async (session, job, token) =>
                {
                    await InsertAsync(session, job, request, null, token);
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

    private static Task<int> InsertAsync(Session session, Guid id, TimelapseRequest request, (TimelapseSchedule Of, DateTimeOffset Due)? turn, CancellationToken cancellation) => session.ExecuteAsync(
        "insert into timelapse_job (id, recipe, created_at, schedule, due, current_of) select job, @recipe, created_at, @schedule, @due, @current from job where job = @id", cancellation,
        ("id", id), ("recipe", request.ToJson()), ("schedule", turn?.Of.Name), ("due", turn?.Due), ("current", turn?.Of is { Days: not null } keeper ? keeper.CreatedAt : null));

    private Task<bool> IsLeftAsync(Guid id, CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select 1 from timelapse where id = @id and state in ('queued', 'running')", row => true, cancellation, ("id", id)), cancellation);

    private async Task<Result<JobRequest>> JobOfAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var (now, last, pixels, days) = (time.GetUtcNow(), DateTimeOffset.MinValue, new List<long>(), new SortedSet<DateOnly>());
        foreach (var source in request.Sources)
        {
            var newest = (await frames.TotalsAsync(source, cancellation)).Newest;
            pixels.Add((long)(newest?.Width ?? 0) * (newest?.Height ?? 0));
            last = Later(last, newest?.Time ?? last);
            days.UnionWith((await frames.DaysAsync(source, cancellation)).Select(day => day.Day));
        }

        // Frames may come until the job begins. Even pictures need none, and of what is to come there are none: they end now, or with the newest frame where a camera's clock is ahead.
        days.Add(DateOnly.FromDateTime(now.UtcDateTime));
        var even = request.Pace == TimelapsePace.Even;
        var end = even ? Earlier(request.To, Later(now, last.AddMicroseconds(1))) : request.To;
        var shown = even ? Between(days, request) : days;
        var stretches = shown.Select(day => new Stretch(Later(Start(day), request.From), Earlier(Start(day.AddDays(1)), end))).Where(stretch => stretch.Start < stretch.End).ToList();
        if (stretches.Count > MostStretches)
        {
            return new Failure(FailureKind.BadInput, "range", $"The range has {stretches.Count} days with frames; a timelapse shows at most {MostStretches}.", "Choose a shorter range.");
        }

        // The join is named first, so that it has the same number in every timelapse.
        return new JobRequest(Kind, $"Timelapse of {string.Join(", ", request.Sources)}",
        [
            new TaskSpec(Join, JoinTask.Handler, "{}") { After = [Plan, .. stretches.Select(stretch => stretch.Name)], Needs = needs.Light, Attempts = Attempts },
            new TaskSpec(Plan, PlanTask.Handler, new PlanWork(request, stretches).ToJson()) { Needs = needs.Light, Attempts = Attempts },
            .. stretches.Select(stretch => new TaskSpec(stretch.Name, StretchTask.Handler, stretch.ToJson()) { After = [Plan], Needs = needs.For(Pixels(request, pixels)), Attempts = Attempts }),
        ]);
    }

    // Of all that is decoded, or of the whole picture that is encoded: the larger.
    private static long Pixels(TimelapseRequest request, List<long> sources)
    {
        var (columns, rows) = request.Layout.Cells();
        var cell = request.Recipe(request.Fps).Size is { } size ? (long)size.Width * size.Height : sources[0];
        return Math.Max(sources.Sum(), cell * columns * rows);
    }

    // Even pictures are of days without frames too, from the first that has some to today.
    private static IEnumerable<DateOnly> Between(SortedSet<DateOnly> days, TimelapseRequest request)
    {
        var last = DateOnly.FromDateTime(Earlier(request.To, Start(days.Max)).UtcDateTime);
        for (var day = DateOnly.FromDateTime(Later(request.From, Start(days.Min)).UtcDateTime); day <= last; day = day.AddDays(1))
        {
            yield return day;
        }
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private async Task<IReadOnlyList<TimelapseRun>> RunsAsync(List<Asked> rows, CancellationToken cancellation)
    {
        var states = (await queries.ByIdsAsync([.. rows.Where(row => row.State is null).Select(row => row.Id)], cancellation)).ToDictionary(job => job.Id);
        var runs = new List<TimelapseRun>();
        foreach (var row in rows)
        {
            runs.Add(row.State is not null ? new TimelapseRun(row.Id, row.Request, row.State, row.CreatedAt, row.StartedAt, row.EndedAt, null, row.Asset, row.Failure)
                : states.TryGetValue(row.Id, out var job) ? Of(row, job, job.Unfinished ? await ProgressAsync(job, cancellation) : null)
                : Forgotten(row));
        }

        return runs;
    }

    private async Task<IReadOnlyList<string>> LeftOutAsync(Guid id, CancellationToken cancellation) =>
        // What is left out of all of it comes first.
        [.. (await jobs.InputsAsync(new TaskId(id, JoinNumber), cancellation)).Where(input => input.Value is not null).OrderBy(input => input.Key != Plan).ThenBy(input => input.Key, StringComparer.Ordinal)
            .SelectMany(input => input.Key == Plan ? Outline.FromJson(input.Value!).LeftOut ?? [] : MadeStretch.FromJson(input.Value!).LeftOut).Distinct(StringComparer.Ordinal).Take(MostTold)];

    // Between two tasks nothing runs, and yet it is under way. The row was read before the job: one that was done in between has its video, whose id is the job's.
    private static TimelapseRun Of(Asked row, JobSummary job, TimelapseProgress? progress) => new(
        row.Id, row.Request, job.State is JobStates.Waiting or JobStates.Ready ? progress is null ? "queued" : "running" : job.State, row.CreatedAt, job.StartedAt, job.EndedAt,
        progress, job.State == JobStates.Done ? row.Asset ?? row.Id : row.Asset, job.Failure);

    // Null until the first stretch has begun. What was found encoded already took no time, and says nothing of what is left.
    private async Task<TimelapseProgress?> ProgressAsync(JobSummary job, CancellationToken cancellation)
    {
        var inputs = await jobs.InputsAsync(new TaskId(job.Id, JoinNumber), cancellation);
        if (inputs.GetValueOrDefault(Plan) is not { } planned || !(await queries.DetailAsync(job.Id, cancellation)).TryGet(out var detail, out _))
        {
            return null;
        }

        var outline = Outline.FromJson(planned);
        var (running, frames) = (0.0, 0);
        var done = inputs.Where(input => input.Key != Plan && input.Value is not null).Select(input => MadeStretch.FromJson(input.Value!)).ToList();
        var made = done.Sum(stretch => stretch.Frames);
        var reused = done.Where(stretch => stretch.Reused).Sum(stretch => stretch.Frames);
        var working = detail.Tasks.Where(task => task is { State: JobStates.Running, Handler: StretchTask.Handler }).ToList();
        foreach (var progress in working.Select(task => TimelapseProgress.Read(task.Progress)).OfType<TimelapseProgress>())
        {
            running += progress.Fraction * progress.Total;
            frames += progress.Stage == TimelapseStage.Verifying ? progress.Total : progress.Frames;
        }

        if (done.Count == 0 && working.Count == 0)
        {
            return null;
        }

        var join = detail.Tasks.FirstOrDefault(task => task.Number == JoinNumber);
        var total = Math.Max(outline.Total, made + frames);
        var fraction = total == 0 ? 0 : Math.Min(1, (((made + running) / total) * (1 - JoinShare)) + ((join?.Progress?.Fraction ?? 0) * JoinShare));
        var (worked, left) = (made + running - reused, total - made - running);
        var elapsed = job.StartedAt is { } started ? (time.GetUtcNow() - started).TotalSeconds : 0;
        return new TimelapseProgress(join?.State == JobStates.Running ? TimelapseStage.Verifying : TimelapseStage.Encoding, made + frames, total, fraction,
            worked > 0 && elapsed > 0 ? Math.Round(elapsed * left / worked, 1) : null);
    }

    // Its job is older than history is kept.
    private static TimelapseRun Forgotten(Asked row) => new(row.Id, row.Request, row.Asset is null ? "failed" : "done", row.CreatedAt, null, row.CreatedAt, null, row.Asset,
        row.Asset is null ? new TaskFailure("notFound", "history_gone", "How it ended is not kept any more.", "Ask for it again.") : null);

    private sealed record Asked(Guid Id, TimelapseRequest Request, DateTimeOffset CreatedAt, Guid? Asset, string? State, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TaskFailure? Failure);
}
