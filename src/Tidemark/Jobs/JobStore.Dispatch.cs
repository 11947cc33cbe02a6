using System.Data.Common;
using Tidemark.Database;

namespace Tidemark.Jobs;

// What the dispatcher does. It decides nothing that is not checked against the database in the same transaction: what it
// judges or says, against its term; what it releases or clears up, against what was marked or has ended, whoever asks.
public abstract partial class JobStore
{
    // Of locked jobs so many are waited for in one go.
    private const int MostHeld = 10;

    /// <summary>How long a registration is kept that does not count any more.</summary>
    private static readonly TimeSpan NodesKept = TimeSpan.FromDays(180);

    /// <summary>The term still runs.</summary>
    private const string InOffice = "exists (select 1 from dispatcher d where d.node = @node and d.epoch = @epoch and d.until > {now})";

    /// <summary>Takes the dispatcher's lease, or renews it, by the database's clock. A term that ends later than any can was given by a clock that was ahead, and is void.</summary>
    /// <param name="node">Must count.</param>
    /// <param name="term">How long it lasts. The same on every node.</param>
    /// <param name="cancellation">Stops before the transaction is committed, or not at all.</param>
    /// <returns>Null while another holds it.</returns>
    public async Task<DispatcherTerm?> ElectAsync(NodeSession node, TimeSpan term, CancellationToken cancellation) => await Database.WriteAsync(async session =>
    {
        // Every second: a copy that forgot no confirmed heartbeat, because it is so young, is known by its identity alone.
        await NoticeCopyAsync(session, cancellation);
        var (before, until) = await session.FirstAsync("select epoch, until from dispatcher where one = @one", row => (row.Int(0), row.Time(1)), cancellation, ("one", 1));
        var elected = await session.FirstAsync<DispatcherTerm>(Sql(
            """
            update dispatcher set epoch = case when node = @node and until > {now} and until <= {now+wait} then epoch else epoch + 1 end, node = @node, until = {now+wait}
            where (node = @node or node is null or until <= {now} or until > {now+wait}) and exists (select 1 from node n where n.id = @node and n.incarnation = @incarnation and n.lost_at is null and n.left_at is null)
            returning epoch, {now}
            """), row => new DispatcherTerm(node.Id, row.Int(0), row.Time(1)), cancellation, ("node", node.Id), ("incarnation", node.Incarnation), Wait(term), Now);
        return elected is not null && elected.Epoch != before ? elected with { Due = await GoBackAsync(session, until, cancellation) } : elected;
    }, cancellation);

    /// <summary>Gives the dispatcher's lease back.</summary>
    public Task ResignAsync(DispatcherTerm term, CancellationToken cancellation) => Database.WriteAsync(session => session.ExecuteAsync(Sql(
        "update dispatcher set node = null, until = {now} where node = @node and epoch = @epoch"), cancellation, ("node", term.Node), ("epoch", term.Epoch), Now), cancellation);

    /// <summary>Marks nodes that were silent for longer than <paramref name="lease"/>; they read it with their next kick (J4). Nothing, where the term is over.</summary>
    public async Task<IReadOnlyList<NodeRecord>> MarkSilentAsync(DispatcherTerm term, TimeSpan lease, CancellationToken cancellation)
    {
        var marked = await Database.WriteAsync(session => session.QueryAsync(Sql(
            $"update node set lost_at = {{now}} where lost_at is null and left_at is null and heard_at < {{now-wait}} and {InOffice} returning id"), row => row.Id(0), cancellation, ("node", term.Node), ("epoch", term.Epoch), Wait(lease), Now), cancellation);
        return marked.Count == 0 ? [] : [.. (await NodesAsync(cancellation)).Where(node => marked.Contains(node.Id))];
    }

    /// <summary>
    /// Releases what nodes hold that do not count any more; a task that takes its workers down is quarantined (J8). One
    /// transaction a task; whoever calls it, and how often, makes no difference. A job that somebody else keeps locked waits
    /// for the next call, and holds up none of the others.
    /// </summary>
    /// <param name="locked">Jobs that were found locked before: they come last.</param>
    public async Task<Release> ReleaseLostAsync(IReadOnlyCollection<Guid> locked, CancellationToken cancellation)
    {
        var orphans = await Database.ReadAsync(session => session.QueryAsync(
            """
            select l.job, l.task, l.epoch, l.node, case when n.lost_at is not null and n.incarnation = e.incarnation and n.left_at is null then 'lost' else 'returned' end
            from lease l cross join engine e left join node n on n.id = l.node
            where n.id is null or n.lost_at is not null or n.left_at is not null or n.incarnation <> e.incarnation order by l.job, l.task limit 10000
            """, row => (Task: new TaskId(row.Id(0), (int)row.Int(1)), Epoch: row.Int(2), Node: row.Id(3), Kind: row.Text(4)), cancellation), cancellation);
        var (lanes, released, held) = (new List<LaneFloor>(), new HashSet<Guid>(), new HashSet<Guid>());
        var before = locked.Intersect(orphans.Select(orphan => orphan.Task.Job)).ToHashSet();
        foreach (var orphan in orphans.OrderBy(orphan => before.Contains(orphan.Task.Job)).Where(orphan => !held.Contains(orphan.Task.Job)))
        {
            // Patience for one: all that are held must not take longer together than a term.
            var patience = held.Count == 0 && !before.Contains(orphan.Task.Job) ? TimeSpan.FromSeconds(2) : TimeSpan.FromMilliseconds(100);
            try
            {
                lanes.AddRange(await Database.WriteAsync(async session =>
                {
                    await session.WaitForLocksAsync(patience, cancellation);
                    return await PutBackAsync(session, orphan.Task, orphan.Epoch, orphan.Node, orphan.Kind, cancellation);
                }, cancellation));
                released.Add(orphan.Task.Job);
                before.Remove(orphan.Task.Job);
            }
            catch (DbException error) when (DatabaseFailures.IsLocked(error))
            {
                if (held.Add(orphan.Task.Job) && held.Count == MostHeld)
                {
                    break;
                }
            }
        }

        return new Release([.. released.Except(held)], [.. held.Union(before)], lanes);
    }

    /// <summary>Every lane with tasks that are due.</summary>
    public async Task<IReadOnlyList<LaneQueue>> QueuesAsync(CancellationToken cancellation) => await Database.ReadAsync(session => session.QueryAsync(Sql(
        """
        select l.id, l.tenant, l.priority, l.handler, l.cpu, l.memory, l.disk, l.gpu, l.tags, l.trouble, (select min(r.at) from ready r where r.lane = l.id), {now}
        from lane l where exists (select 1 from ready r where r.lane = l.id and r.at <= {now})
        """), row => new LaneQueue(ReadLane(row), row.TextOrNull(9), row.Time(10), row.Time(11)), cancellation, Now), cancellation);

    /// <summary>Whether a task that is no more urgent and came later was started by one of these nodes while this lane's first task waited.</summary>
    public async Task<bool> IsOvertakenAsync(LaneQueue queue, IReadOnlyList<Guid> nodes, CancellationToken cancellation)
    {
        var started = await Database.ReadAsync(session => session.QueryAsync(
            "select s.node from lease s join lane l on l.id = s.lane where s.lane <> @lane and l.priority >= @priority and s.ready_at > @head", row => row.Id(0), cancellation,
            ("lane", queue.Lane.Id), ("priority", queue.Lane.Priority), ("head", queue.Head)), cancellation);
        return started.Exists(nodes.Contains);
    }

    /// <summary>Says of a lane why nobody takes its tasks; null: all is well. Nothing, where the term is over.</summary>
    /// <returns>Whether it was said.</returns>
    public async Task<bool> SetTroubleAsync(DispatcherTerm term, int lane, string? trouble, CancellationToken cancellation) => await Database.WriteAsync(session => session.ExecuteAsync(Sql(
        $"update lane set trouble = @trouble, trouble_since = case when cast(@trouble as text) is null then null else coalesce(trouble_since, {{now}}) end where id = @lane and {InOffice}"), cancellation,
        ("lane", lane), ("trouble", trouble), ("node", term.Node), ("epoch", term.Epoch), Now), cancellation) == 1;

    /// <summary>Lanes that something was said of.</summary>
    public async Task<IReadOnlyList<int>> TroubledAsync(CancellationToken cancellation) =>
        await Database.ReadAsync(session => session.QueryAsync("select id from lane where trouble is not null", row => (int)row.Int(0), cancellation), cancellation);

    /// <summary>Keeps a worker for a lane's next task; null: for nobody. Nothing, where the term is over.</summary>
    /// <returns>Whether it is kept.</returns>
    public async Task<bool> ReserveAsync(DispatcherTerm term, Guid worker, int? lane, CancellationToken cancellation) => await Database.WriteAsync(session => session.ExecuteAsync(Sql(
        $"update node set reserved_lane = @lane where id = @worker and {InOffice}"), cancellation, ("lane", lane), ("worker", worker), ("node", term.Node), ("epoch", term.Epoch), Now), cancellation) == 1;

    /// <summary>Lets go of keys whose time is over, of nodes that are long gone, and of history older than <paramref name="keep"/>: whole partitions on PostgreSQL, where no unfinished job has its rows in them.</summary>
    /// <returns>What it did, a line each; for the log.</returns>
    public async Task<IReadOnlyList<string>> SweepAsync(TimeSpan keep, CancellationToken cancellation)
    {
        var keys = await Database.WriteAsync(async session =>
        {
            // Their locks first: a job that takes its key again meanwhile is seen by the statement after.
            await session.QueryAsync(Sql("select key from job_key where held_until <= {now} {lock}"), row => true, cancellation, Now);
            return await session.ExecuteAsync(Sql("delete from job_key where held_until <= {now} and not exists (select 1 from open_job o where o.job = job_key.job)"), cancellation, Now);
        }, cancellation);
        var nodes = await Database.WriteAsync(session => session.ExecuteAsync(Sql(
            "delete from node where coalesce(lost_at, left_at) < {now-wait} and not exists (select 1 from lease where lease.node = node.id)"), cancellation, Wait(NodesKept), Now), cancellation);
        var done = new List<string>();
        if (keys + nodes > 0)
        {
            done.Add($"let go of {keys} keys and {nodes} registrations of nodes");
        }

        done.AddRange(await SweepHistoryAsync(await NowAsync(cancellation) - keep, cancellation));
        return done;
    }

    // With every change of hands, because the clock may have been set back. Who was heard after now is heard now; what had been
    // called due by the end of the last term is due, and so is what lies further ahead than any try is put off. What its job
    // wants at an instant waits for that.
    private async Task<IReadOnlyList<LaneFloor>> GoBackAsync(Session session, DateTimeOffset ahead, CancellationToken cancellation)
    {
        await session.ExecuteAsync(Sql("update node set heard_at = {now} where heard_at > {now} and lost_at is null and left_at is null"), cancellation, Now);
        return [.. (await session.QueryAsync(Sql(
            """
            update ready set at = {now} where at > {now} and (at <= @ahead or at > {now+wait}) and not exists (select 1 from job j where j.job = ready.job and j.not_before >= ready.at)
            returning lane, at
            """), row => new LaneFloor((int)row.Int(0), row.Time(1)), cancellation, ("ahead", ahead), Wait(RetryPolicy.Longest), Now)).DistinctBy(floor => floor.Lane)];
    }

    /// <summary>Makes the partitions of this month and the next, where there are partitions: before the first job of a month is written.</summary>
    private protected virtual Task<List<string>> MakeRoomAsync(CancellationToken cancellation) => Task.FromResult(new List<string>());

    /// <summary>Drops history of jobs submitted before <paramref name="before"/> that have ended, and makes room for what comes.</summary>
    private protected abstract Task<IReadOnlyList<string>> SweepHistoryAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>A dispatcher's term of office.</summary>
/// <param name="Node">Whose.</param>
/// <param name="Epoch">Another with every change of hands.</param>
/// <param name="Now">The engine's clock when it was last renewed.</param>
public sealed record DispatcherTerm(Guid Node, long Epoch, DateTimeOffset Now)
{
    /// <summary>Where tasks are due at once because the clock was found to have been set back.</summary>
    public IReadOnlyList<LaneFloor> Due { get; init; } = [];
}

/// <summary>What came of a release of lost tasks.</summary>
/// <param name="Jobs">Those concerned.</param>
/// <param name="Held">Those that somebody else keeps locked: of them nothing was released.</param>
/// <param name="Lanes">Where tasks are ready again.</param>
public sealed record Release(IReadOnlyList<Guid> Jobs, IReadOnlyList<Guid> Held, IReadOnlyList<LaneFloor> Lanes);

/// <summary>A lane in which tasks are due.</summary>
/// <param name="Lane">See there.</param>
/// <param name="Trouble">What is said of it already.</param>
/// <param name="Head">When its first task became ready.</param>
/// <param name="Now">The engine's clock.</param>
public sealed record LaneQueue(Lane Lane, string? Trouble, DateTimeOffset Head, DateTimeOffset Now);
