using Tidemark.Database;

namespace Tidemark.Jobs;

// Registrations of processes, and their heartbeats.
public abstract partial class JobStore
{
    /// <summary>
    /// Registers a process. Earlier registrations of the same home are lost from now on: the caller holds the lock that
    /// says that their process is gone. <see cref="ReleaseLostAsync"/> frees what they held.
    /// </summary>
    public async Task<NodeSession> RegisterAsync(NodeIntroduction node, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(Time.GetUtcNow());
        var incarnation = await Database.WriteAsync(async session =>
        {
            await NoticeCopyAsync(session, cancellation);
            await RaiseEpochAsync(session, cancellation);
            await session.ExecuteAsync(Sql("update node set lost_at = {now} where home = @home and lost_at is null and left_at is null"), cancellation, ("home", node.Home), Now);
            await session.ExecuteAsync(Sql(
                """
                insert into node (id, home, name, roles, version, incarnation, started_at, heard_at, beat, offer, running, draining)
                select @id, @home, @name, @roles, @version, incarnation, {now}, {now}, 1, @offer, '[]', @draining from engine
                """), cancellation, ("id", id), ("home", node.Home), ("name", node.Name), ("roles", string.Join(',', node.Roles)), ("version", node.Version),
                ("offer", node.Offer is null ? null : JobsJson.Write(node.Offer)), ("draining", false), Now);
            return await session.FirstAsync("select incarnation from engine", row => row.Int(0), cancellation);
        }, cancellation);
        return new NodeSession(id, incarnation, 1);
    }

    /// <summary>A heartbeat: one row updated. What the answer says of the node is binding (J3, J4).</summary>
    public async Task<KickAnswer> KickAsync(Kick kick, CancellationToken cancellation)
    {
        var node = kick.Node;
        return await Database.WriteAsync(async session =>
        {
            var beaten = await session.QueryAsync(Sql(
                """
                update node set beat = case when beat > @beat then beat else @beat end, heard_at = {now}, running = @running, draining = @draining
                where id = @id and incarnation = @incarnation and lost_at is null and left_at is null and beat >= @acknowledged
                returning reserved_lane
                """), row => row.IntOrNull(0), cancellation, ("beat", kick.Beat), ("running", JobsJson.Write(kick.Running)), ("draining", kick.Draining), ("id", node.Id),
                ("incarnation", node.Incarnation), ("acknowledged", node.Beat), Now);
            if (beaten.Count == 0)
            {
                return new KickAnswer(await WhyRefusedAsync(session, node, cancellation), [], null);
            }

            var held = await session.QueryAsync("select job, task, epoch, claim from lease where node = @id", row => new HeldLease(new TaskId(row.Id(0), (int)row.Int(1)), row.Int(2), row.Int(3)), cancellation, ("id", node.Id));
            return new KickAnswer(KickState.Live, held, (int?)beaten[0]);
        }, cancellation);
    }

    /// <summary>The node stops, and holds nothing any more; what it held after all is released as if it were lost, free of blame.</summary>
    public Task LeaveAsync(NodeSession node, CancellationToken cancellation) => Database.WriteAsync(
        session => session.ExecuteAsync(Sql("update node set left_at = {now}, reserved_lane = null where id = @id and left_at is null"), cancellation, ("id", node.Id), Now), cancellation);

    /// <summary>Begins a new incarnation: every node and every fence of the one before is void. It happens by itself where a copy of the database is noticed; for programs that know of one that cannot be. There is no command for it.</summary>
    /// <param name="seen">The incarnation that somebody knows of; the new one is above it and above the database's.</param>
    /// <param name="cancellation">Stops before the transaction is committed, or not at all.</param>
    public Task BeginIncarnationAsync(long seen, CancellationToken cancellation) => Database.WriteAsync(session => BeginIncarnationAsync(session, seen, cancellation), cancellation);

    /// <summary>Every node that registered in the last days, as it is or as it went, newest first; of those that were started again, the last start.</summary>
    public async Task<IReadOnlyList<NodeRecord>> NodesAsync(CancellationToken cancellation) => await Database.ReadAsync(
        session => session.QueryAsync(Sql($"{SelectNodes("{now}")} order by n.started_at desc, n.id desc"), ReadNode, cancellation, Now), cancellation);

    /// <summary>For <see cref="ReadNode"/>; a condition on <c>n</c> may follow.</summary>
    internal static string SelectNodes(string now) =>
        $"""
        select n.id, n.name, n.roles, n.version, n.started_at, n.heard_at, n.offer, n.running, n.draining, n.reserved_lane, n.lost_at, n.left_at,
            case when d.node = n.id and d.until > {now} then 1 else 0 end, {now}
        from node n cross join dispatcher d
        """;

    internal static NodeRecord ReadNode(Row row) => new()
    {
        Id = row.Id(0),
        Name = row.Text(1),
        Roles = row.Text(2).Split(',', StringSplitOptions.RemoveEmptyEntries),
        Version = row.Text(3),
        StartedAt = row.Time(4),
        HeardAt = row.Time(5),
        Offer = row.TextOrNull(6) is { } offer ? JobsJson.ReadOffer(offer) : null,
        Running = JobsJson.ReadRunning(row.Text(7)),
        Draining = row.Bool(8),
        ReservedLane = (int?)row.IntOrNull(9),
        LostAt = row.TimeOrNull(10),
        LeftAt = row.TimeOrNull(11),
        Dispatches = row.Int(12) == 1,
        Now = row.Time(13),
    };

    /// <summary>What tells this database from a copy of it; empty where that cannot be told.</summary>
    private protected abstract Task<string> IdentityAsync(Session session, CancellationToken cancellation);

    /// <summary>Where a copy cannot be told by its identity: takes the epochs to where no earlier history of this database can have been.</summary>
    private protected virtual Task RaiseEpochAsync(Session session, CancellationToken cancellation) => Task.CompletedTask;

    // A dump that was loaded again, a base backup, a promoted stand-by: each has another identity than the one that was noted.
    private async Task NoticeCopyAsync(Session session, CancellationToken cancellation)
    {
        var identity = await IdentityAsync(session, cancellation);
        if (await session.FirstAsync("select 1 from engine where identity = @identity", row => true, cancellation, ("identity", identity)))
        {
            return;
        }

        var (noted, incarnation) = await session.FirstAsync(Sql("select identity, incarnation from engine {lock}"), row => (row.Text(0), row.Int(1)), cancellation, ("none", 0));
        if (noted != identity)
        {
            if (noted!.Length > 0)
            {
                await BeginIncarnationAsync(session, incarnation, cancellation);
            }

            await session.ExecuteAsync("update engine set identity = @identity", cancellation, ("identity", identity));
        }
    }

    private async Task<KickState> WhyRefusedAsync(Session session, NodeSession node, CancellationToken cancellation)
    {
        var incarnation = await session.FirstAsync(Sql("select incarnation from engine where one = @one {lock}"), row => row.Int(0), cancellation, ("one", 1));
        var beat = await session.FirstAsync<long?>("select beat from node where id = @id", row => row.Int(0), cancellation, ("id", node.Id));
        var swept = beat is null && Time.GetUtcNow() - History.InstantOf(node.Id) > NodesKept / 2;
        if (incarnation == node.Incarnation && (beat >= node.Beat || swept))
        {
            return KickState.Lost;
        }

        // It has forgotten a registration or a beat that it had confirmed: it is a copy from before (J5).
        if (incarnation <= node.Incarnation)
        {
            await BeginIncarnationAsync(session, node.Incarnation, cancellation);
        }

        return KickState.NewIncarnation;
    }

    private async Task BeginIncarnationAsync(Session session, long seen, CancellationToken cancellation)
    {
        await session.ExecuteAsync("update engine set incarnation = (case when incarnation > @seen then incarnation else @seen end) + 1", cancellation, ("seen", seen));
        await session.ExecuteAsync(Sql("update node set lost_at = {now} where lost_at is null and left_at is null"), cancellation, Now);
        await session.ExecuteAsync(Sql("update dispatcher set node = null, epoch = epoch + 1, until = {now}"), cancellation, Now);
    }
}

/// <summary>A registration as the database knows it.</summary>
public sealed record NodeRecord
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset HeardAt { get; init; }

    public required Offer? Offer { get; init; }

    public required IReadOnlyList<RunningTask> Running { get; init; }

    public required bool Draining { get; init; }

    public required int? ReservedLane { get; init; }

    public required DateTimeOffset? LostAt { get; init; }

    public required DateTimeOffset? LeftAt { get; init; }

    /// <summary>True: it is the dispatcher now.</summary>
    public required bool Dispatches { get; init; }

    /// <summary>By the engine's clock, when this was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>It counts: neither lost nor gone.</summary>
    public bool Live => LostAt is null && LeftAt is null;
}
