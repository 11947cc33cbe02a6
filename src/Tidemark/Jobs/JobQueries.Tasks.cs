using Tidemark.Database;

namespace Tidemark.Jobs;

// One job with its graph, and the nodes with what they hold.
public sealed partial class JobQueries
{
    private const int MostEdges = 10_000;

    // Of how many of the last events of a job that was called off it is looked up what they stopped.
    private const int MostStopped = 10_000;

    // Registrations that ended longer ago are history.
    private static readonly TimeSpan GoneFor = TimeSpan.FromDays(1);

    /// <summary>A job with its tasks and edges.</summary>
    public async Task<Result<JobDetail>> DetailAsync(Guid id, CancellationToken cancellation) => await database.ReadAsync<Result<JobDetail>>(async session =>
    {
        if (await SummariesAsync(session, [id], cancellation) is not [var job])
        {
            return JobStore.NotFound(id);
        }

        var places = await PlacesAsync(session, id, cancellation);
        var last = places.Count == 0 ? 0 : places[^1].Number;
        var marks = await MarksAsync(session, job, last, cancellation);
        var progress = (await RunningAsync(session, cancellation)).Where(task => task.Job == id).ToLookup(task => task.Task, task => task.Progress);
        var edges = await session.QueryAsync("select parent, child from edge where job = @job and parent <= @last and child <= @last order by parent, child limit @most", row => ((int)row.Int(0), (int)row.Int(1)), cancellation,
            ("job", id), ("last", last), ("most", MostEdges + 1));
        var truncated = job.Counts.Total > last || edges.Count > MostEdges;
        return new JobDetail(job, [.. places.Select(place => Settle(place, job, marks[place.Number], progress[place.Number].FirstOrDefault()))], truncated ? [.. edges.Take(MostEdges)] : edges, truncated);
    }, cancellation);

    /// <summary>The newest registration of each node: those that count, and those that have been gone for less than a day.</summary>
    public Task<IReadOnlyList<NodeSummary>> NodesAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<NodeSummary>>(async session =>
    {
        var nodes = await session.QueryAsync(
            $"""
            {JobStore.SelectNodes(NowText)}
            where not exists (select 1 from node m where m.home = n.home and m.id > n.id) order by n.name, n.id
            """, JobStore.ReadNode, cancellation, Now);
        var held = await session.QueryAsync(
            """
            select l.node, l.job, l.task, t.name, a.handler, l.started_at from lease l join task t on t.job = l.job and t.task = l.task join lane a on a.id = l.lane order by l.node, l.started_at limit @most
            """, row => (Node: row.Id(0), Task: new HeldTask(row.Id(1), (int)row.Int(2), row.Text(3), row.Text(4), row.Time(5), null)), cancellation, ("most", 10 * MostTasks));
        var reserved = nodes.Exists(node => node.ReservedLane is not null) ? await session.QueryAsync("select id, tenant, priority, handler, cpu, memory, disk, gpu, tags from lane l where exists (select 1 from node n where n.reserved_lane = l.id)", JobStore.ReadLane, cancellation) : [];
        var running = held.Count > 0 ? await RunningAsync(session, cancellation) : [];
        var holds = held.ToLookup(lease => lease.Node, lease => lease.Task);
        return [.. nodes.Where(node => node.Live || node.Now - (node.LostAt ?? node.LeftAt) < GoneFor).Select(node => Describe(node, holds[node.Id], reserved, running))];
    }, cancellation);

    private static NodeSummary Describe(NodeRecord node, IEnumerable<HeldTask> holds, List<Lane> reserved, List<RunningTask> running)
    {
        var progress = running.ToLookup(task => (task.Job, task.Task), task => task.Progress);
        var lane = reserved.Find(lane => lane.Id == node.ReservedLane);
        return new NodeSummary(node, [.. holds.Take(MostTasks).Select(task => task with { Progress = progress[(task.Job, task.Number)].FirstOrDefault() })],
            lane is null ? null : $"{lane.Handler} ({lane.Needs.Cpu / 1000.0:0.###} processors, {lane.Needs.Memory / 1048576:N0} MiB of memory)");
    }

    // One statement, so that a task that moves meanwhile is found in one place, or in none because it has ended.
    private static Task<List<Place>> PlacesAsync(Session session, Guid job, CancellationToken cancellation) => session.QueryAsync(
        """
        select t.task, t.name, a.id, a.tenant, a.priority, a.handler, a.cpu, a.memory, a.disk, a.gpu, a.tags, a.trouble,
            coalesce(w.attempt, r.attempt, l.attempt), case when w.job is not null then 'waiting' when r.job is not null then 'ready' when l.job is not null then 'running' end,
            coalesce(r.at, l.ready_at), l.started_at, n.name
        from task t join lane a on a.id = t.lane
        left join waiting w on w.job = t.job and w.task = t.task
        left join ready r on r.job = t.job and r.task = t.task
        left join lease l on l.job = t.job and l.task = t.task
        left join node n on n.id = l.node
        where t.job = @job order by t.task limit @most
        """, row => new Place((int)row.Int(0), row.Text(1), row.Text(5), new Needs
        {
            Cpu = (int)row.Int(6),
            Memory = row.Int(7),
            Disk = row.Int(8),
            Gpu = (int)row.Int(9),
            Tags = row.Text(10).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        }, row.TextOrNull(11), (int?)row.IntOrNull(12), row.TextOrNull(13), row.TimeOrNull(14), row.TimeOrNull(15), row.TextOrNull(16)), cancellation, ("job", job), ("most", MostTasks));

    private static async Task<ILookup<int, Mark>> MarksAsync(Session session, JobSummary job, int last, CancellationToken cancellation)
    {
        var marks = new List<Mark>();
        // What ran when the job was called off stands just before the end of its track.
        var stopped = $"kind = 'stopped' and e.round = {job.Round} and e.number > (select max(x.number) from event x where x.job = @job) - {MostStopped}";
        foreach (var kind in (string[])["kind = 'done'", $"{Odd} and e.kind <> 'lost'", .. job.State == JobStates.Cancelled ? [stopped] : (string[])[]])
        {
            marks.AddRange(await session.QueryAsync(
                $"""
                select e.task, e.number, e.kind, e.round, e.at, e.attempt, e.started_at, e.next_at, case when e.kind = 'failed' then e.data end, n.name
                from event e left join node n on n.id = e.node where e.job = @job and e.task <= @last and e.{kind}
                """, row => new Mark((int)row.Int(0), (int)row.Int(1), row.Text(2), (int)row.Int(3), row.Time(4), (int?)row.IntOrNull(5), row.TimeOrNull(6), row.TimeOrNull(7), row.TextOrNull(8), row.TextOrNull(9)), cancellation,
                ("job", job.Id), ("last", last)));
        }

        return marks.OrderBy(mark => mark.Number).ToLookup(mark => mark.Task);
    }

    // Where it stands decides; what stands nowhere has ended, and its last mark says how.
    private static TaskSummary Settle(Place place, JobSummary job, IEnumerable<Mark> marks, TaskProgress? progress)
    {
        var last = marks.LastOrDefault(mark => mark.Kind != "failed" || (mark.NextAt is null && mark.Round == job.Round));
        var failure = marks.LastOrDefault(mark => mark.Kind == "failed" && mark.Round == job.Round)?.Failure is { } text ? JobsJson.ReadFailure(text) : null;
        var task = new TaskSummary
        {
            Number = place.Number,
            Name = place.Name,
            Handler = place.Handler,
            Needs = place.Needs,
            State = place.State ?? "",
            Attempt = place.Attempt ?? marks.Max(mark => mark.Attempt) ?? 1,
            Failure = failure,
        };
        return (place.State, last?.Kind) switch
        {
            (JobStates.Running, _) => task with { Node = place.Node, ReadyAt = place.ReadyAt, StartedAt = place.StartedAt, Progress = progress },
            (JobStates.Ready, _) => task with { ReadyAt = place.ReadyAt, Trouble = place.Trouble },
            (JobStates.Waiting, _) => task,
            (_, "done") => task with { State = JobStates.Done, Node = last!.Node, StartedAt = last.StartedAt, EndedAt = last.At, Attempt = last.Attempt ?? task.Attempt, Failure = null },
            (_, "failed") => task with { State = JobStates.Failed, Node = last!.Node, StartedAt = last.StartedAt, EndedAt = last.At, Attempt = last.Attempt ?? task.Attempt },
            (_, "stopped") => task with { State = JobStates.Cancelled, Node = last!.Node, StartedAt = last.StartedAt, EndedAt = last.At, Attempt = last.Attempt ?? task.Attempt },
            _ => task with { State = job.State == JobStates.Cancelled ? JobStates.Cancelled : JobStates.Skipped },
        };
    }

    private sealed record Place(
        int Number, string Name, string Handler, Needs Needs, string? Trouble, int? Attempt, string? State, DateTimeOffset? ReadyAt, DateTimeOffset? StartedAt, string? Node);

    private sealed record Mark(int Task, int Number, string Kind, int Round, DateTimeOffset At, int? Attempt, DateTimeOffset? StartedAt, DateTimeOffset? NextAt, string? Failure, string? Node);
}
