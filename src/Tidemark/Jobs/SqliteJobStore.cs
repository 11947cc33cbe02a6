using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>The hot transitions on SQLite: one writer, prepared statements, row by row.</summary>
internal sealed class SqliteJobStore(SqlDatabase database, TimeProvider time) : JobStore(database, time, JobClock.Provider)
{
    private const int EpochsAtOnce = 10_000;

    // Epochs that this store has set aside for itself; what is not used up is skipped. Writing the counter down with every
    // claim would be a page more for each.
    private EpochBlock epochs = new(0, 0);

    public override async Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation)
    {
        var most = exchange.Wanted.Sum(wanted => wanted.Most);
        while (true)
        {
            if (await TryExchangeAsync(exchange, cancellation) is { } exchanged)
            {
                return exchanged;
            }

            // On its own: a number counts as set aside only once that is committed.
            var count = EpochsAtOnce + most;
            var last = await Database.WriteAsync(session => session.FirstAsync("update engine set epoch = epoch + @count returning epoch", row => row.Int(0), cancellation, ("count", count)), cancellation);
            Volatile.Write(ref epochs, new EpochBlock(last - count, last));
        }
    }

    public override async Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(
        NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation) =>
        await Database.WriteAsync<(bool, IReadOnlyList<LaneFloor>)>(async session =>
        {
            var released = new List<LaneFloor>();
            var registered = await CompleteAsync(session, node, [completion], Time.GetUtcNow(), released, cancellation);
            if (registered[0])
            {
                await rows(session, cancellation);
            }

            return (registered[0], Earliest(released));
        }, cancellation);

    private protected override async Task<IReadOnlyList<LaneFloor>?> InsertAsync(Session session, Opening open, CancellationToken cancellation)
    {
        var (request, graph, job, lanes, incarnation) = open;
        foreach (var (lane, task) in open.DistinctLanes())
        {
            if (!await session.FirstAsync($"select 1 from lane where id = @id and {SameLane}", row => true, cancellation, [("id", lane), .. LaneValues(request.Tenant, request.Priority, task)]))
            {
                return null;
            }
        }

        if (await session.ExecuteAsync("insert into open_job (job, open, active, failed, events, round, key) select @job, @open, @active, 0, 1, 1, @key from engine where incarnation = @incarnation", cancellation,
            ("job", job), ("open", lanes.Length), ("active", open.Active), ("key", request.Key), ("incarnation", incarnation)) == 0)
        {
            return null;
        }

        var now = Time.GetUtcNow();
        await session.ExecuteAsync(
            "insert into job (job, kind, title, tenant, priority, key, tasks, created_at, not_before) values (@job, @kind, @title, @tenant, @priority, @key, @tasks, @now, @not_before)", cancellation,
            ("job", job), ("kind", request.Kind), ("title", request.Title), ("tenant", request.Tenant), ("priority", request.Priority), ("key", request.Key), ("tasks", request.Tasks.Count), ("now", now), ("not_before", request.NotBefore));
        await session.ExecuteAsync("insert into event (job, number, at, kind, round) values (@job, 1, @now, 'submitted', 1)", cancellation, ("job", job), ("now", now));
        for (var i = 0; i < request.Tasks.Count; i++)
        {
            var task = request.Tasks[i];
            await session.ExecuteAsync(
                "insert into task (job, task, name, lane, payload, stall_ms, attempts, parents, fan) values (@job, @task, @name, @lane, @payload, @stall, @attempts, @parents, @fan)", cancellation,
                ("job", job), ("task", i + 1), ("name", task.Name), ("lane", lanes[i]), ("payload", task.Payload), ("stall", (long)task.Stall.TotalMilliseconds), ("attempts", task.Attempts),
                ("parents", graph.Parents[i]), ("fan", graph.Fan[i]));
        }

        foreach (var (parent, child) in graph.Edges)
        {
            await session.ExecuteAsync("insert into edge (job, parent, child) values (@job, @parent, @child)", cancellation, ("job", job), ("parent", parent), ("child", child));
        }

        var unfinished = Enumerable.Range(0, lanes.Length).Select(i => new Unfinished(i + 1, lanes[i], graph.Fan[i], graph.Parents[i], 1)).ToList();
        return await InsertAsync(session, job, unfinished, request.NotBefore, cancellation);
    }

    // Microseconds since 1970 outrun the leases given, so the fences of a history that a restore undid do not come again.
    private protected override Task RaiseEpochAsync(Session session, CancellationToken cancellation) => session.ExecuteAsync(
        "update engine set epoch = max(epoch, @now)", cancellation, ("now", Time.GetUtcNow()));

    // One process has the file, and what it held dies with it.
    private protected override Task<string> IdentityAsync(Session session, CancellationToken cancellation) => Task.FromResult("");

    private protected override async Task<IReadOnlyList<string>> SweepHistoryAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var gone = 0;
        while (true)
        {
            var jobs = await Database.ReadAsync(session => session.QueryAsync(
                // Whose event is the newest stays: the next one must stand behind it, or who follows all tracks misses it.
                """
                with old as (select job, tasks from job where job < @before and job <> (select job from event order by position desc limit 1) and not exists (select 1 from open_job o where o.job = job.job) order by job limit @most)
                select job from (select job, tasks, sum(tasks) over (order by job) as upto from old) where upto <= @tasks or upto = tasks
                """, row => row.Id(0), cancellation,
                ("before", History.FirstId(before)), ("most", History.AtOnce), ("tasks", History.TasksAtOnce)), cancellation);
            if (jobs.Count == 0)
            {
                return gone == 0 ? [] : [$"deleted the history of {gone} jobs"];
            }

            gone += await Database.WriteAsync(session => DeleteAsync(session, jobs, cancellation), cancellation);
        }
    }

    private static async Task<int> DeleteAsync(Session session, List<Guid> jobs, CancellationToken cancellation)
    {
        foreach (var table in History.Tables)
        {
            foreach (var job in jobs)
            {
                await session.ExecuteAsync($"delete from {table} where job = @job and not exists (select 1 from open_job o where o.job = @job)", cancellation, ("job", job));
            }
        }

        return jobs.Count;
    }

    // Null: there are too few epochs left for what is wanted.
    private async Task<Exchanged?> TryExchangeAsync(Exchange exchange, CancellationToken cancellation)
    {
        var block = Volatile.Read(ref epochs);
        if (!block.TryTake(exchange.Wanted.Sum(wanted => wanted.Most), out var epoch))
        {
            return null;
        }

        var now = Time.GetUtcNow();
        return await Database.WriteTogetherAsync(async session =>
        {
            var (released, claimed, next) = (new List<LaneFloor>(), new List<Lease>(), epoch);
            var registered = await CompleteAsync(session, exchange.Node, exchange.Completed, now, released, cancellation);
            foreach (var wanted in exchange.Wanted)
            {
                next = await ClaimAsync(session, exchange, wanted, now, next, claimed, cancellation);
            }

            return new Exchanged(registered, claimed, Earliest(released));
        }, cancellation);
    }

    private protected override async Task<IReadOnlyList<LaneFloor>> InsertAsync(Session session, Guid job, IReadOnlyList<Unfinished> tasks, DateTimeOffset? at, CancellationToken cancellation)
    {
        var due = at ?? Time.GetUtcNow();
        var released = new List<LaneFloor>();
        foreach (var task in tasks)
        {
            if (task.Remaining > 0)
            {
                await session.ExecuteAsync("insert into waiting (job, task, remaining, lane, fan, attempt) values (@job, @task, @remaining, @lane, @fan, @attempt)", cancellation,
                    ("job", job), ("task", task.Number), ("remaining", task.Remaining), ("lane", task.Lane), ("fan", task.Fan), ("attempt", task.Attempt));
            }
            else
            {
                await MakeReadyAsync(session, job, task.Number, task.Lane, task.Fan, task.Attempt, due, released, cancellation);
            }
        }

        return Earliest(released);
    }

    private static async Task MakeReadyAsync(Session session, Guid job, long task, long lane, long fan, long attempt, DateTimeOffset at, List<LaneFloor> released, CancellationToken cancellation)
    {
        await session.ExecuteAsync("insert into ready (job, task, lane, at, fan, attempt) values (@job, @task, @lane, @at, @fan, @attempt)", cancellation,
            ("job", job), ("task", task), ("lane", lane), ("at", at), ("fan", fan), ("attempt", attempt));
        released.Add(new LaneFloor((int)lane, at));
    }

    private static List<LaneFloor> Earliest(List<LaneFloor> released) =>
        released.Count < 2 ? released : [.. released.GroupBy(floor => floor.Lane).Select(lane => new LaneFloor(lane.Key, lane.Min(floor => floor.At)))];

    private static async Task<bool[]> CompleteAsync(Session session, NodeSession node, IReadOnlyList<Completion> completed, DateTimeOffset now, List<LaneFloor> released, CancellationToken cancellation)
    {
        var registered = new bool[completed.Count];
        if (completed.Count == 0 || !await session.FirstAsync($"select 1 where {LiveNode}", row => true, cancellation, ("node", node.Id), ("incarnation", node.Incarnation), ("beat", node.Beat)))
        {
            return registered;
        }

        var jobs = new Dictionary<Guid, List<Lease>>();
        var outputs = new Dictionary<TaskId, string?>();
        for (var i = 0; i < registered.Length; i++)
        {
            var lease = completed[i].Lease;
            registered[i] = await session.ExecuteAsync("delete from lease where job = @job and task = @task and epoch = @epoch and node = @node", cancellation,
                ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch), ("node", node.Id)) == 1;
            if (registered[i])
            {
                outputs[lease.Task] = completed[i].Output;
                (jobs.TryGetValue(lease.Task.Job, out var ended) ? ended : jobs[lease.Task.Job] = []).Add(lease);
            }
        }

        foreach (var (job, ended) in jobs)
        {
            var freed = 0;
            foreach (var lease in ended.Where(lease => lease.Fan > 0))
            {
                freed += await ReleaseChildrenAsync(session, job, lease.Task.Number, now, released, cancellation);
            }

            await RegisterAsync(session, node, job, ended, freed, outputs, now, cancellation);
        }

        return registered;
    }

    private static async Task RegisterAsync(Session session, NodeSession node, Guid job, List<Lease> ended, int freed, Dictionary<TaskId, string?> outputs, DateTimeOffset now, CancellationToken cancellation)
    {
        // Ended by these, or going on.
        var over = await session.FirstAsync<(long Failed, long Events, long Round, string? Key)?>("delete from open_job where job = @job and active = @left returning failed, events, round, key",
            row => (row.Int(0), row.Int(1), row.Int(2), row.TextOrNull(3)), cancellation, ("job", job), ("left", ended.Count - freed));
        var (events, round) = over is { } ends ? (ends.Events, ends.Round) : await session.FirstAsync(
            "update open_job set open = open - @ended, active = active - @ended + @freed, events = events + @ended where job = @job returning events - @ended, round",
            row => (row.Int(0), row.Int(1)), cancellation, ("job", job), ("ended", ended.Count), ("freed", freed));
        var state = over is null ? null : over is { Failed: > 0 } ? "failed" : "done";
        foreach (var lease in ended)
        {
            await session.ExecuteAsync(
                """
                insert into event (job, number, at, kind, round, task, attempt, incarnation, epoch, node, started_at, job_state, data)
                values (@job, @number, @now, 'done', @round, @task, @attempt, @incarnation, @epoch, @node, @started_at, @state, @data)
                """, cancellation, ("job", job), ("number", ++events), ("now", now), ("round", round), ("task", lease.Task.Number), ("attempt", lease.Attempt), ("incarnation", lease.Fence.Incarnation),
                ("epoch", lease.Fence.Epoch), ("node", node.Id), ("started_at", lease.StartedAt), ("state", ReferenceEquals(lease, ended[^1]) ? state : null), ("data", outputs[lease.Task]));
        }

        if (over is { Failed: > 0 })
        {
            await session.ExecuteAsync("delete from waiting where job = @job", cancellation, ("job", job));
        }

        if (over is { Key: { } key })
        {
            await session.ExecuteAsync("delete from job_key where key = @key and job = @job and (held_until is null or held_until <= @now)", cancellation, ("key", key), ("job", job), ("now", now));
        }
    }

    private static async Task<int> ReleaseChildrenAsync(Session session, Guid job, int task, DateTimeOffset now, List<LaneFloor> released, CancellationToken cancellation)
    {
        await session.ExecuteAsync("update waiting set remaining = remaining - 1 where job = @job and task in (select child from edge where job = @job and parent = @task)", cancellation, ("job", job), ("task", task));
        var freed = await session.QueryAsync(
            "delete from waiting where job = @job and task in (select child from edge where job = @job and parent = @task) and remaining = 0 returning task, lane, fan, attempt",
            row => (Task: row.Int(0), Lane: row.Int(1), Fan: row.Int(2), Attempt: row.Int(3)), cancellation, ("job", job), ("task", task));
        foreach (var child in freed)
        {
            await MakeReadyAsync(session, job, child.Task, child.Lane, child.Fan, child.Attempt, now, released, cancellation);
        }

        return freed.Count;
    }

    private static async Task<long> ClaimAsync(Session session, Exchange exchange, LaneClaim wanted, DateTimeOffset now, long epoch, List<Lease> claimed, CancellationToken cancellation)
    {
        var node = exchange.Node;
        var picked = await session.QueryAsync(
            $"""
            select r.job, r.task, 0, r.lane, r.fan, r.attempt, r.at, @now, t.name, t.payload, t.parents, t.stall_ms, t.attempts
            from ready r join task t on t.job = r.job and t.task = r.task
            where r.lane = @lane and r.at <= @now and (r.avoid is null or r.avoid <> @node or r.at <= @now - 30000000) and {LiveNode}
            order by r.at, r.job, r.task limit @most
            """, row => ReadLease(row, node.Incarnation), cancellation,
            ("lane", wanted.Lane), ("now", now), ("most", wanted.Most), ("node", node.Id), ("incarnation", node.Incarnation), ("beat", node.Beat));
        foreach (var ready in picked)
        {
            var lease = ready with { Fence = ready.Fence with { Epoch = epoch++ } };
            await session.ExecuteAsync("delete from ready where job = @job and task = @task", cancellation, ("job", lease.Task.Job), ("task", lease.Task.Number));
            await session.ExecuteAsync(
                "insert into lease (job, task, epoch, node, lane, fan, attempt, claim, ready_at, started_at) values (@job, @task, @epoch, @node, @lane, @fan, @attempt, @claim, @at, @now)", cancellation,
                ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch), ("node", node.Id), ("lane", lease.Lane), ("fan", lease.Fan), ("attempt", lease.Attempt), ("claim", exchange.Claim),
                ("at", lease.ReadyAt), ("now", now));
            claimed.Add(lease);
        }

        return epoch;
    }

    private sealed class EpochBlock(long first, long last)
    {
        private long taken = first;

        /// <param name="count">How many.</param>
        /// <param name="epoch">The first of them.</param>
        public bool TryTake(int count, out long epoch)
        {
            var end = Interlocked.Add(ref taken, count);
            epoch = end - count + 1;
            return end <= last;
        }
    }
}
