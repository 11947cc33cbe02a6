using Tidemark.Database;

namespace Tidemark.Jobs;

// What people ask for: calling a job off, and trying it again.
public abstract partial class JobStore
{
    /// <summary>
    /// Ends a job at once. Its leases are gone with it: what is running is stopped as soon as its worker hears of it, and
    /// what it makes until then is refused.
    /// </summary>
    /// <returns>False where it had ended already.</returns>
    public async Task<Result<bool>> CancelAsync(Guid job, CancellationToken cancellation) => await Database.WriteAsync<Result<bool>>(async session =>
    {
        if (await LockAsync(session, job, cancellation) is not { } open)
        {
            return await ExistsAsync(session, job, cancellation) ? false : NotFound(job);
        }

        // In the order in which tasks move on: one that is claimed meanwhile is found in the next place.
        await session.ExecuteAsync("delete from waiting where job = @job", cancellation, ("job", job));
        await session.ExecuteAsync("delete from ready where job = @job", cancellation, ("job", job));
        // An attempt that has begun leaves its trace: its number is not given again.
        open.Events += await session.ExecuteAsync(Sql(
            """
            insert into event (job, number, at, kind, round, task, attempt, incarnation, epoch, node, started_at)
            select l.job, @events + row_number() over (order by l.task), {now}, 'stopped', @round, l.task, l.attempt, e.incarnation, l.epoch, l.node, l.started_at from lease l cross join engine e where l.job = @job
            """), cancellation, ("job", job), ("events", open.Events), ("round", open.Round), Now);
        await session.ExecuteAsync("delete from lease where job = @job", cancellation, ("job", job));
        (open.Open, open.Active) = (0, 0);
        await TellAsync(session, open, new Told("cancelled") { JobState = "cancelled" }, cancellation);
        return true;
    }, cancellation);

    /// <summary>Opens a job that has ended for another round: what is not done runs again, and from <paramref name="from"/> on also what is.</summary>
    /// <param name="job">It must have ended.</param>
    /// <param name="from">A task's name: it and everything behind it run again. Null: only what is not done.</param>
    /// <param name="cancellation">Stops before the transaction is committed, or not at all.</param>
    public async Task<Result<Submitted>> RetryAsync(Guid job, string? from, CancellationToken cancellation) => await Database.WriteAsync<Result<Submitted>>(async session =>
    {
        // Only one at a time opens a job again; so what its track says below is final.
        if (!await session.FirstAsync(Sql("select 1 from job where job = @job {lock}"), row => true, cancellation, ("job", job)))
        {
            return NotFound(job);
        }

        if (await session.FirstAsync("select 1 from open_job where job = @job", row => true, cancellation, ("job", job)))
        {
            return new Failure(FailureKind.Conflict, "job_not_ended", $"Job {job} has not ended yet.", "Wait for it, or cancel it first.");
        }

        var tasks = await session.QueryAsync("select task, name, lane, fan from task where job = @job order by task", row => new TaskRow((int)row.Int(0), row.Text(1), (int)row.Int(2), (int)row.Int(3)), cancellation, ("job", job));
        var first = from is null ? null : tasks.Find(task => task.Name == from);
        if (from is not null && first is null)
        {
            return new Failure(FailureKind.NotFound, "task_not_found", $"Job {job} has no task '{from}'.", "tidemark job show lists its tasks.");
        }

        var edges = await session.QueryAsync("select parent, child from edge where job = @job", row => (Parent: (int)row.Int(0), Child: (int)row.Int(1)), cancellation, ("job", job));
        var past = await session.QueryAsync("select task, kind, attempt from event where job = @job and task is not null and kind in ('done', 'failed', 'lost', 'returned', 'stopped', 'retried') order by number",
            row => (Task: (int)row.Int(0), Kind: row.Text(1), Attempt: row.IntOrNull(2)), cancellation, ("job", job));
        var done = new HashSet<int>();
        var attempts = new Dictionary<int, int>();
        foreach (var (task, kind, attempt) in past)
        {
            _ = kind == "done" ? done.Add(task) : kind == "retried" && done.Remove(task);
            attempts[task] = (int)Math.Max(attempt ?? 0, attempts.GetValueOrDefault(task));
        }

        var again = tasks.Where(task => !done.Contains(task.Number)).Select(task => task.Number).ToHashSet();
        Spread(first?.Number, edges, again);
        if (again.Count == 0)
        {
            return new Failure(FailureKind.Conflict, "job_done", $"Every task of job {job} is done.", "Name the task to begin from with --from.");
        }

        var remaining = edges.Where(edge => again.Contains(edge.Parent)).GroupBy(edge => edge.Child).ToDictionary(child => child.Key, child => child.Count());
        var unfinished = tasks.Where(task => again.Contains(task.Number))
            .Select(task => new Unfinished(task.Number, task.Lane, task.Fan, remaining.GetValueOrDefault(task.Number), attempts.GetValueOrDefault(task.Number) + 1)).ToList();
        var active = unfinished.Count(task => task.Remaining == 0);
        var (number, round) = await session.FirstAsync("select max(number), max(round) from event where job = @job", row => (row.Int(0), row.Int(1)), cancellation, ("job", job));
        var (key, notBefore) = await session.FirstAsync(Sql("select key, case when not_before > {now} then not_before end from job where job = @job"), row => (row.TextOrNull(0), row.TimeOrNull(1)), cancellation, ("job", job), Now);
        // The job first, then its key, as whoever ends it (J6).
        await session.ExecuteAsync("insert into open_job (job, open, active, failed, events, round, key) values (@job, @open, @active, 0, @events, @round, @key)", cancellation,
            ("job", job), ("open", again.Count), ("active", active), ("events", number), ("round", round + 1), ("key", key));
        if (key is not null && await HolderOfAsync(session, key, default, job, cancellation) is { } holder && holder != job)
        {
            await session.ExecuteAsync("delete from open_job where job = @job", cancellation, ("job", job));
            return new Failure(FailureKind.Conflict, "job_key_taken", $"Job {holder} holds the key '{key}' of job {job} now.", "Look at that one first.");
        }

        var open = new OpenJob(job, key) { Open = again.Count, Active = active, Events = number, Round = round + 1 };
        await TellAsync(session, open, new Told("retried") { Data = from }, cancellation);
        await ResetAsync(session, open, [.. done.Where(again.Contains).Order().Select(task => (long)task)], cancellation);

        return new Submitted(job, false, await InsertAsync(session, job, unfinished, notBefore, cancellation));
    }, cancellation);

    /// <summary>Writes tasks into their places; gives where some are ready, and from when on.</summary>
    /// <param name="at">When those are due that wait for no other; null: now.</param>
    private protected abstract Task<IReadOnlyList<LaneFloor>> InsertAsync(Session session, Guid job, IReadOnlyList<Unfinished> tasks, DateTimeOffset? at, CancellationToken cancellation);

    // One statement: a job's row that is changed for each of 100,000 tasks is found behind 100,000 dead ones.
    private async Task ResetAsync(Session session, OpenJob open, long[] tasks, CancellationToken cancellation)
    {
        if (tasks.Length == 0)
        {
            return;
        }

        var sqlite = Database.Dialect == Dialect.Sqlite;
        await session.ExecuteAsync(Sql(
            $"""
            insert into event (job, number, at, kind, round, task, incarnation)
            select @job, @events + r.place, {"{now}"}, 'retried', @round, r.task, engine.incarnation from {(sqlite ? "(select key + 1 as place, value as task from json_each(@tasks))" : "unnest(@tasks) with ordinality")} as r{(sqlite ? "" : "(task, place)")} cross join engine
            """), cancellation, ("job", open.Job), ("events", open.Events), ("round", open.Round), ("tasks", sqlite ? $"[{string.Join(',', tasks)}]" : tasks), Now);
        open.Events += tasks.Length;
        await session.ExecuteAsync("update open_job set events = @events where job = @job", cancellation, ("events", open.Events), ("job", open.Job));
    }

    internal static Failure NotFound(Guid job) => new(FailureKind.NotFound, "job_not_found", $"There is no job {job}.");

    private static async Task<bool> ExistsAsync(Session session, Guid job, CancellationToken cancellation) =>
        await session.FirstAsync("select 1 from job where job = @job", row => true, cancellation, ("job", job));

    private static void Spread(int? first, List<(int Parent, int Child)> edges, HashSet<int> again)
    {
        if (first is not { } start)
        {
            return;
        }

        var children = edges.ToLookup(edge => edge.Parent, edge => edge.Child);
        var front = new Queue<int>([start]);
        again.Add(start);
        var seen = new HashSet<int> { start };
        while (front.TryDequeue(out var parent))
        {
            foreach (var child in children[parent].Where(seen.Add))
            {
                again.Add(child);
                front.Enqueue(child);
            }
        }
    }

    private sealed record TaskRow(int Number, string Name, int Lane, int Fan);
}
