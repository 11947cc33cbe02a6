using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>
/// What people ask about jobs. Reads only, takes no locks, and is bounded whatever the size of a job or of history: by
/// indexes, and by looking at no more than <see cref="Window"/> jobs for a page.
/// </summary>
/// <param name="clock">As the store's.</param>
/// <param name="here">What runs in this process: its progress is newer than what the database knows. Null: nothing does.</param>
public sealed partial class JobQueries(SqlDatabase database, TimeProvider time, JobClock clock = JobClock.Database, Func<IReadOnlyList<RunningTask>>? here = null)
{
    /// <summary>The most tasks of a job that are listed.</summary>
    public const int MostTasks = 1000;

    /// <summary>The most jobs looked at for one page of a filtered list; where fewer match, the page is short and says where to go on.</summary>
    public const int Window = 10_000;

    // Where a round began is looked for among its first events only: a start that shows later moves it by little.
    private const int FirstEvents = 100;

    /// <summary>How many are looked at at once. For tests.</summary>
    internal int Chunk { get; init; } = 1000;

    // Above every id.
    private static readonly Guid Last = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    private const string Odd = JobStore.Odd;

    private bool ByProvider => database.Dialect == Dialect.Sqlite || clock == JobClock.Provider;

    private string NowText => ByProvider ? "@now" : "clock_timestamp()";

    private (string, object?) Now => ("now", time.GetUtcNow());

    /// <summary>Jobs, newest first.</summary>
    /// <param name="filter">What to list.</param>
    /// <param name="before">Only those with lower ids; null: from the newest on.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The jobs, and what to give as <paramref name="before"/> for those that follow; null where there are none.</returns>
    public Task<(IReadOnlyList<JobSummary> Jobs, Guid? Next)> ListAsync(JobFilter filter, Guid? before, int limit, CancellationToken cancellation) =>
        database.ReadAsync<(IReadOnlyList<JobSummary>, Guid?)>(async session =>
        {
            var (ids, next) = await PageAsync(session, filter, before ?? Last, limit, cancellation);
            return (await SummariesAsync(session, ids, cancellation), next);
        }, cancellation);

    /// <summary>The jobs with these ids that there are, newest first.</summary>
    public Task<IReadOnlyList<JobSummary>> ByIdsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        database.ReadAsync(session => SummariesAsync(session, ids, cancellation), cancellation);

    /// <summary>How much is unfinished: jobs, and their tasks by state.</summary>
    public Task<(long Jobs, long Waiting, long Ready, long Running)> UnfinishedAsync(CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        "select (select count(*) from open_job), (select count(*) from waiting), (select count(*) from ready), (select count(*) from lease)",
        row => (row.Int(0), row.Int(1), row.Int(2), row.Int(3)), cancellation), cancellation);

    public async Task<Result<JobSummary>> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ByIdsAsync([id], cancellation)) is [var job] ? job : JobStore.NotFound(id);

    /// <summary>A job's track after an event.</summary>
    public async Task<Result<IReadOnlyList<JobEvent>>> TrackAsync(Guid job, int after, int limit, CancellationToken cancellation) => await database.ReadAsync<Result<IReadOnlyList<JobEvent>>>(async session =>
    {
        var events = await session.QueryAsync(
            """
            select e.number, e.at, e.kind, t.name, e.task, e.attempt, n.name, e.started_at, e.job_state, case when e.kind = 'failed' then e.data end, e.next_at
            from event e left join task t on t.job = e.job and t.task = e.task left join node n on n.id = e.node
            where e.job = @job and e.number > @after order by e.number limit @limit
            """, row => new JobEvent((int)row.Int(0), row.Time(1), row.Text(2), row.TextOrNull(3), (int?)row.IntOrNull(4), (int?)row.IntOrNull(5), row.TextOrNull(6), row.TimeOrNull(7), row.TextOrNull(8),
                row.TextOrNull(9) is { } failure ? JobsJson.ReadFailure(failure) : null, row.TimeOrNull(10)), cancellation, ("job", job), ("after", after), ("limit", limit));
        return events.Count > 0 || await session.FirstAsync("select 1 from job where job = @job", row => true, cancellation, ("job", job)) ? events : JobStore.NotFound(job);
    }, cancellation);

    /// <summary>Whether any attempt holds, or may still register a result, under this epoch.</summary>
    public Task<bool> IsLeasedAsync(TaskId task, long epoch, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        "select 1 from lease where job = @job and task = @task and epoch = @epoch", row => true, cancellation, ("job", task.Job), ("task", task.Number), ("epoch", epoch)), cancellation);

    private async Task<(List<Guid> Ids, Guid? Next)> PageAsync(Session session, JobFilter filter, Guid before, int limit, CancellationToken cancellation)
    {
        var ids = new List<Guid>(limit);
        for (var seen = 0; seen < Window;)
        {
            var most = filter == default ? limit + 1 : Chunk;
            var candidates = await session.QueryAsync(Candidates(filter.State), row => (Job: row.Id(0), Kind: row.Text(1), State: row.TextOrNull(2)), cancellation, ("before", before), ("most", most), Now);
            foreach (var (job, kind, state) in candidates)
            {
                if (ids.Count == limit)
                {
                    return (ids, ids[^1]);
                }

                if ((filter.Kind ?? kind) == kind && (filter.State ?? state) == state)
                {
                    ids.Add(job);
                }
            }

            if (candidates.Count < most)
            {
                return (ids, null);
            }

            seen += most;
            before = candidates[^1].Job;
        }

        return (ids, before);
    }

    // Job, once, with its kind, and the state where the text asked for one. Each reads by an index from @before downwards.
    private string Candidates(string? state) => state switch
    {
        null => "select job, kind, null from job where job < @before order by job desc limit @most",
        JobStates.Running =>
            """
            select o.job, j.kind, 'running' from (select distinct job from lease where job < @before) o join job j on j.job = o.job order by o.job desc limit @most
            """,
        JobStates.Waiting or JobStates.Ready =>
            $"""
            select o.job, j.kind, case when exists (select 1 from lease l where l.job = o.job) then 'running'
                when exists (select 1 from ready r where r.job = o.job and r.at <= {NowText}) then 'ready' else 'waiting' end
            from open_job o join job j on j.job = o.job where o.job < @before order by o.job desc limit @most
            """,
        // Few, and in an index of their own; a later end of the same job, or another round, makes an earlier one void.
        JobStates.Failed or JobStates.Cancelled =>
            $"""
            select e.job, j.kind, case when not exists (select 1 from open_job o where o.job = e.job) then (select x.job_state from event x where x.job = e.job order by x.number desc limit 1) end
            from (select distinct job from event where job_state in ('failed', 'cancelled') and job_state = '{state}' and job < @before order by job desc limit @most) e join job j on j.job = e.job order by e.job desc
            """,
        // Nearly all of them: looked for in the list itself.
        _ => "select j.job, j.kind, case when not exists (select 1 from open_job o where o.job = j.job) then (select e.job_state from event e where e.job = j.job order by e.number desc limit 1) end from job j where j.job < @before order by j.job desc limit @most",
    };

    private async Task<IReadOnlyList<JobSummary>> SummariesAsync(Session session, IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var heads = new List<Head>();
        foreach (var some in ids.Chunk(50))
        {
            heads.AddRange(await session.QueryAsync(HeadsOf(some.Length == 1 ? 1 : 50), ReadHead, cancellation, [.. Enumerable.Range(0, some.Length == 1 ? 1 : 50).Select(i => ($"j{i}", (object?)some[Math.Min(i, some.Length - 1)])), Now]));
        }

        var running = heads.Exists(head => head.Leases > 0) ? await RunningAsync(session, cancellation) : [];
        var troubled = heads.Exists(head => head.Ready > 0) ? await TroubledAsync(session, cancellation) : [];
        var jobs = new List<JobSummary>(heads.Count);
        foreach (var head in heads.OrderByDescending(head => head.Job))
        {
            jobs.Add(await SummaryAsync(session, head, running, troubled, cancellation));
        }

        return jobs;
    }

    // One text for one job and one for up to fifty, so that few are prepared.
    private string HeadsOf(int count) =>
        $"""
        select j.job, j.kind, j.title, j.tenant, j.priority, j.key, j.tasks, j.created_at, j.not_before, o.open, o.failed, o.round,
            (select count(*) from ready r where r.job = j.job), (select min(r.at) from ready r where r.job = j.job),
            (select count(*) from lease l where l.job = j.job), (select min(l.started_at) from lease l where l.job = j.job),
            (select min(f.started_at) from (select s.started_at from event s where s.job = j.job and s.number <= {FirstEvents}) f),
            e.at, e.round, e.job_state, {NowText}
        from job j left join open_job o on o.job = j.job
        left join event e on e.job = j.job and e.number = (select max(x.number) from event x where x.job = j.job)
        where j.job in ({string.Join(", ", Enumerable.Range(0, count).Select(i => $"@j{i}"))})
        """;

    private static Head ReadHead(Row row) => new()
    {
        Job = row.Id(0),
        Kind = row.Text(1),
        Title = row.Text(2),
        Tenant = row.Text(3),
        Priority = (int)row.Int(4),
        Key = row.TextOrNull(5),
        Total = row.Int(6),
        CreatedAt = row.Time(7),
        NotBefore = row.TimeOrNull(8),
        Open = row.IntOrNull(9),
        FailedNow = row.IntOrNull(10) ?? 0,
        Round = (int)(row.IntOrNull(11) ?? row.Int(18)),
        Ready = row.Int(12),
        ReadyAt = row.TimeOrNull(13),
        Leases = row.Int(14),
        LeasedAt = row.TimeOrNull(15),
        FirstStart = row.TimeOrNull(16),
        LastAt = row.Time(17),
        End = row.TextOrNull(19),
        Now = row.Time(20),
    };

    private static async Task<JobSummary> SummaryAsync(Session session, Head head, List<RunningTask> running, Dictionary<int, string> troubled, CancellationToken cancellation)
    {
        var odd = head.Round > 1 || head.FailedNow > 0 || (head.Open is null && head.End != JobStates.Done) ? await OddAsync(session, head, cancellation) : null;
        var counts = Count(head, odd);
        var state = head.Open is null ? head.End! : head.Leases > 0 ? JobStates.Running : head.ReadyAt <= head.Now ? JobStates.Ready : JobStates.Waiting;
        var started = odd is { Started: var again } && head.Round > 1 ? again : head.FirstStart;
        return new JobSummary
        {
            Id = head.Job,
            Kind = head.Kind,
            Title = head.Title,
            Tenant = head.Tenant,
            Priority = head.Priority,
            State = state,
            Key = head.Key,
            Round = head.Round,
            CreatedAt = head.CreatedAt,
            StartedAt = started < head.LeasedAt || head.LeasedAt is null ? started : head.LeasedAt,
            EndedAt = head.Open is null ? head.LastAt : null,
            NotBefore = head.NotBefore,
            Counts = counts,
            Progress = head.Open is null ? null : Progress(head, counts, running),
            Failure = odd?.Failure,
            Trouble = troubled.Count > 0 && head.Ready > 0 ? await TroubleAsync(session, head.Job, troubled, cancellation) : null,
            Now = head.Now,
        };
    }

    private static TaskCounts Count(Head head, OddCounts? odd)
    {
        if (head.Open is { } open)
        {
            var failed = Math.Min(head.FailedNow, head.Total - open);
            var done = odd is null ? head.Total - open : Math.Clamp(odd.Done, 0, head.Total - open - failed);
            return new TaskCounts(head.Total, Math.Max(0, open - head.Ready - head.Leases), head.Ready, head.Leases, done, failed, 0, head.Total - open - failed - done);
        }

        if (odd is null || head.End == JobStates.Done)
        {
            return new TaskCounts(head.Total, 0, 0, 0, head.Total, 0, 0, 0);
        }

        var rest = head.Total - odd.Done - odd.Failed;
        return new TaskCounts(head.Total, 0, 0, 0, odd.Done, odd.Failed, head.End == JobStates.Cancelled ? rest : 0, head.End == JobStates.Cancelled ? 0 : rest);
    }

    // What a job that went straight does not need: a task is done where it was done once more often than it was reset.
    private static async Task<OddCounts> OddAsync(Session session, Head head, CancellationToken cancellation)
    {
        var (done, failed, first, retried) = await session.FirstAsync(
            $"""
            select (select count(*) from event where job = @job and kind = 'done') - (select count(*) from event where job = @job and {Odd} and kind = 'retried' and task is not null),
                (select count(*) from event where job = @job and {Odd} and kind = 'failed' and next_at is null and round = @round),
                (select min(number) from event where job = @job and {Odd} and kind = 'failed' and next_at is null and round = @round),
                (select max(number) from event where job = @job and {Odd} and kind = 'retried' and task is null)
            """, row => (row.Int(0), row.Int(1), row.IntOrNull(2), row.IntOrNull(3)), cancellation, ("job", head.Job), ("round", head.Round));
        var failure = first is null ? null : await session.FirstAsync("select data from event where job = @job and number = @number", row => JobsJson.ReadFailure(row.Text(0)), cancellation, ("job", head.Job), ("number", first));
        var started = retried is null ? null : await session.FirstAsync($"select min(f.started_at) from (select started_at from event where job = @job and number > @after and started_at is not null order by number limit {FirstEvents}) f",
            row => row.TimeOrNull(0), cancellation, ("job", head.Job), ("after", retried));
        return new OddCounts(done, failed, failure, started);
    }

    private static TaskProgress? Progress(Head head, TaskCounts counts, List<RunningTask> running)
    {
        var parts = running.Where(task => task.Job == head.Job).Select(task => task.Progress).OfType<TaskProgress>().ToList();
        if (counts.Total == 1)
        {
            return parts is [var only, ..] ? only : null;
        }

        var ended = counts.Total - counts.Waiting - counts.Ready - counts.Running;
        return ended + counts.Running == 0 ? null
            : new TaskProgress(Math.Min(1, (ended + parts.Sum(part => part.Fraction ?? 0)) / counts.Total), null, null);
    }

    private async Task<List<RunningTask>> RunningAsync(Session session, CancellationToken cancellation)
    {
        var tasks = here?.Invoke().ToList() ?? [];
        var known = tasks.Select(task => (task.Job, task.Task)).ToHashSet();
        var texts = await session.QueryAsync("select running from node where lost_at is null and left_at is null and running <> '[]'", row => row.Text(0), cancellation);
        tasks.AddRange(texts.SelectMany(JobsJson.ReadRunning).Where(task => !known.Contains((task.Job, task.Task))));
        return tasks;
    }

    private static async Task<Dictionary<int, string>> TroubledAsync(Session session, CancellationToken cancellation) =>
        (await session.QueryAsync("select id, trouble from lane where trouble is not null", row => ((int)row.Int(0), row.Text(1)), cancellation)).ToDictionary();

    private static async Task<string?> TroubleAsync(Session session, Guid job, Dictionary<int, string> troubled, CancellationToken cancellation) =>
        (await session.QueryAsync("select distinct lane from ready where job = @job order by lane", row => (int)row.Int(0), cancellation, ("job", job))).Where(troubled.ContainsKey).Select(lane => troubled[lane]).FirstOrDefault();

    private sealed record OddCounts(long Done, long Failed, TaskFailure? Failure, DateTimeOffset? Started);

    private sealed record Head
    {
        public required Guid Job { get; init; }

        public required string Kind { get; init; }

        public required string Title { get; init; }

        public required string Tenant { get; init; }

        public required int Priority { get; init; }

        public required string? Key { get; init; }

        public required long Total { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public required DateTimeOffset? NotBefore { get; init; }

        /// <summary>Null: it has ended.</summary>
        public required long? Open { get; init; }

        public required long FailedNow { get; init; }

        public required int Round { get; init; }

        public required long Ready { get; init; }

        public required DateTimeOffset? ReadyAt { get; init; }

        public required long Leases { get; init; }

        public required DateTimeOffset? LeasedAt { get; init; }

        public required DateTimeOffset? FirstStart { get; init; }

        public required DateTimeOffset LastAt { get; init; }

        public required string? End { get; init; }

        public required DateTimeOffset Now { get; init; }
    }
}

/// <summary>Which jobs to list.</summary>
/// <param name="State">One of <see cref="JobStates.OfJobs"/>; null: any.</param>
/// <param name="Kind">Null: any.</param>
public readonly record struct JobFilter(string? State, string? Kind);
