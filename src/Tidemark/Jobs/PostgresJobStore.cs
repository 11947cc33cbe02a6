using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>The hot transitions on PostgreSQL: set-based, one round trip and one commit each. Read committed; each statement of a batch sees what was committed before it began.</summary>
internal sealed partial class PostgresJobStore : JobStore
{
    private static readonly Action<Row> Ignore = _ => { };
    private readonly string lockJobs;
    private readonly string complete;
    private readonly string completeAndRelease;
    private readonly string claim;

    public PostgresJobStore(SqlDatabase database, TimeProvider time, JobClock clock) : base(database, time, clock)
    {
        // The simulated clock comes as the last parameter.
        lockJobs = PostgresTexts.LockJobs;
        complete = PostgresTexts.Complete(ByDatabaseClock ? "statement_timestamp()" : "$8", release: false);
        completeAndRelease = PostgresTexts.Complete(ByDatabaseClock ? "statement_timestamp()" : "$8", release: true);
        claim = PostgresTexts.Claim(ByDatabaseClock ? "statement_timestamp()" : "$10");
    }

    public override async Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation)
    {
        var (gone, claimed, released) = (new HashSet<long>(), new List<Lease>(), new List<LaneFloor>());
        var statements = new List<Statement>(3);
        if (exchange.Completed.Count > 0)
        {
            AddCompletion(statements, exchange.Node, exchange.Completed, gone, released);
        }

        if (exchange.Wanted.Count > 0)
        {
            statements.Add(Claim(exchange, claimed));
        }

        await Database.CommitAsync(statements, () =>
        {
            gone.Clear();
            claimed.Clear();
            released.Clear();
        }, cancellation);
        var registered = new bool[exchange.Completed.Count];
        for (var i = 0; i < registered.Length; i++)
        {
            registered[i] = gone.Contains(exchange.Completed[i].Lease.Fence.Epoch);
        }

        return new Exchanged(registered, claimed, released);
    }

    public override async Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(
        NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation) =>
        await Database.WriteAsync<(bool, IReadOnlyList<LaneFloor>)>(async session =>
        {
            var (gone, released) = (new HashSet<long>(), new List<LaneFloor>());
            var statements = new List<Statement>(2);
            AddCompletion(statements, node, [completion], gone, released);
            await session.RunAsync(statements, cancellation);
            if (gone.Count == 1)
            {
                await rows(session, cancellation);
            }

            return (gone.Count == 1, released);
        }, cancellation);

    // One round trip: nobody waits for a job longer than for its commit.
    private protected override async Task<Submitted?> OpenAloneAsync(Opening open, CancellationToken cancellation)
    {
        var opened = new Opened();
        await Database.CommitAsync(Insertions(open, opened), opened.Again, cancellation);
        return opened.Done ? new Submitted(open.Id, false, opened.Released) : null;
    }

    private protected override async Task<IReadOnlyList<LaneFloor>?> InsertAsync(Session session, Opening open, CancellationToken cancellation)
    {
        var opened = new Opened();
        await session.RunAsync(Insertions(open, opened), cancellation);
        return opened.Done ? opened.Released : null;
    }

    // The first opens the job, unless the lanes are another copy's; the others write nothing where it did not.
    private List<Statement> Insertions(Opening open, Opened opened)
    {
        var (request, graph, job, lanes, incarnation) = open;
        var tasks = request.Tasks;
        var now = Time.GetUtcNow();
        var distinct = open.DistinctLanes().Select(lane => (lane.Lane, Values: LaneValues(request.Tenant, request.Priority, lane.Task))).ToList();
        const string Opened = "exists (select 1 from open_job where job = $1)";
        var statements = new List<Statement>
        {
            new("""
                insert into open_job (job, open, active, failed, events, round, key) select $1, $2, $3, 0, 1, 1, $4::text from engine where incarnation = $5 and not exists (
                    select 1 from unnest($6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[]) as a(id, handler, cpu, memory, disk, gpu, tags)
                    where not exists (select 1 from lane l where l.id = a.id and l.tenant = $13 and l.priority = $14 and l.handler = a.handler
                        and l.cpu = a.cpu and l.memory = a.memory and l.disk = a.disk and l.gpu = a.gpu and l.tags = a.tags))
                returning 1
                """,
                [
                    job, tasks.Count, open.Active, request.Key, incarnation, Numbers(distinct.Count, i => distinct[i].Lane), Texts("handler"), Counts("cpu"), Counts("memory"), Counts("disk"), Counts("gpu"), Texts("tags"),
                    request.Tenant, request.Priority,
                ], _ => opened.Done = true),
            new($"insert into job (job, kind, title, tenant, priority, key, tasks, not_before, created_at) select $1, $2, $3, $4, $5, $6::text, $7, $8::timestamptz, {(ByDatabaseClock ? "statement_timestamp()" : "$9")} where {Opened}",
                Clocked(job, request.Kind, request.Title, request.Tenant, request.Priority, request.Key, tasks.Count, request.NotBefore)),
            new($"insert into event (job, number, at, kind, round) select $1, 1, {(ByDatabaseClock ? "statement_timestamp()" : "$2")}, 'submitted', 1 where {Opened}", Clocked(job)),
            new($"insert into task (job, task, name, lane, payload, stall_ms, attempts, parents, fan) select $1, t.* from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) t where {Opened}",
            [
                job, Numbers(tasks.Count, i => i + 1), tasks.Select(task => task.Name).ToArray(), Numbers(tasks.Count, i => lanes[i]), tasks.Select(task => task.Payload).ToArray(),
                Numbers(tasks.Count, i => (long)tasks[i].Stall.TotalMilliseconds), Numbers(tasks.Count, i => tasks[i].Attempts), Numbers(tasks.Count, i => graph.Parents[i]), Numbers(tasks.Count, i => graph.Fan[i]),
            ]),
        };
        if (graph.Edges.Count > 0)
        {
            statements.Add(new($"insert into edge (job, parent, child) select $1, e.* from unnest($2::bigint[], $3::bigint[]) e where {Opened}",
                [job, Numbers(graph.Edges.Count, i => graph.Edges[i].Parent), Numbers(graph.Edges.Count, i => graph.Edges[i].Child)]));
        }

        var unfinished = Enumerable.Range(0, tasks.Count).Select(i => new Unfinished(i + 1, lanes[i], graph.Fan[i], graph.Parents[i], 1)).ToList();
        statements.AddRange(InsertUnfinished(job, unfinished, request.NotBefore ?? (ByDatabaseClock ? null : now), opened.Released));
        return statements;

        object?[] Clocked(params object?[] values) => ByDatabaseClock ? values : [.. values, now];
        string[] Texts(string name) => [.. distinct.Select(lane => (string)Array.Find(lane.Values, value => value.Name == name).Value!)];
        long[] Counts(string name) => [.. distinct.Select(lane => Convert.ToInt64(Array.Find(lane.Values, value => value.Name == name).Value, System.Globalization.CultureInfo.InvariantCulture))];
    }

    private protected override async Task<IReadOnlyList<LaneFloor>> InsertAsync(Session session, Guid job, IReadOnlyList<Unfinished> tasks, DateTimeOffset? at, CancellationToken cancellation)
    {
        var released = new List<LaneFloor>();
        await session.RunAsync(InsertUnfinished(job, tasks, at ?? (ByDatabaseClock ? null : Time.GetUtcNow()), released), cancellation);
        return released;
    }

    private protected override async Task<string> IdentityAsync(Session session, CancellationToken cancellation) =>
        // The cluster, its timeline (new with every promotion and recovery to a point in time), the database (new with every copy of one), and the table (new with every load of a dump).
        (await session.FirstAsync("select (select system_identifier from pg_control_system()) || ':' || (case when pg_is_in_recovery() then '' else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end) || ':' || (select oid from pg_database where datname = current_database()) || ':' || 'engine'::regclass::oid",
            row => row.Text(0), cancellation))!;

    private static List<Statement> InsertUnfinished(Guid job, IReadOnlyList<Unfinished> tasks, DateTimeOffset? at, List<LaneFloor> released)
    {
        var statements = new List<Statement>(2);
        if (tasks.Where(task => task.Remaining > 0).ToList() is { Count: > 0 } waiting)
        {
            statements.Add(new("insert into waiting (job, task, remaining, lane, fan, attempt) select $1, w.* from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) w where exists (select 1 from open_job where job = $1)",
                [job, Numbers(waiting.Count, i => waiting[i].Number), Numbers(waiting.Count, i => waiting[i].Remaining), Numbers(waiting.Count, i => waiting[i].Lane), Numbers(waiting.Count, i => waiting[i].Fan), Numbers(waiting.Count, i => waiting[i].Attempt)]));
        }

        if (tasks.Where(task => task.Remaining == 0).ToList() is { Count: > 0 } ready)
        {
            statements.Add(new(
                """
                with added as (insert into ready (job, task, lane, fan, attempt, at)
                    select $1, r.*, coalesce($6::timestamptz, statement_timestamp()) from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) r where exists (select 1 from open_job where job = $1) returning lane, at)
                select lane, min(at) from added group by lane
                """,
                [job, Numbers(ready.Count, i => ready[i].Number), Numbers(ready.Count, i => ready[i].Lane), Numbers(ready.Count, i => ready[i].Fan), Numbers(ready.Count, i => ready[i].Attempt), at],
                row => released.Add(new LaneFloor((int)row.Int(0), row.Time(1)))));
        }

        return statements;
    }

    private static long[] Numbers(int count, Func<int, long> number)
    {
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = number(i);
        }

        return numbers;
    }

    private void AddCompletion(List<Statement> statements, NodeSession node, IReadOnlyList<Completion> completed, HashSet<long> gone, List<LaneFloor> released)
    {
        var count = completed.Count;
        var (jobs, tasks, epochs, outputs) = (new Guid[count], new long[count], new long[count], new string?[count]);
        var release = false;
        for (var i = 0; i < count; i++)
        {
            var lease = completed[i].Lease;
            (jobs[i], tasks[i], epochs[i], outputs[i]) = (lease.Task.Job, lease.Task.Number, lease.Fence.Epoch, completed[i].Output);
            release |= lease.Fan > 0;
        }

        statements.Add(new Statement(lockJobs, [jobs], Ignore));
        statements.Add(new Statement(release ? completeAndRelease : complete,
            ByDatabaseClock ? [jobs, tasks, epochs, outputs, node.Id, node.Incarnation, node.Beat] : [jobs, tasks, epochs, outputs, node.Id, node.Incarnation, node.Beat, Time.GetUtcNow()],
            row =>
            {
                if (row.IsNull(0))
                {
                    released.Add(new LaneFloor((int)row.Int(1), row.Time(2)));
                }
                else
                {
                    gone.Add(row.Int(1));
                }
            }));
    }

    private Statement Claim(Exchange exchange, List<Lease> claimed)
    {
        var count = exchange.Wanted.Count;
        var (lanes, instants, jobs, tasks, most) = (new long[count], new DateTimeOffset[count], new Guid[count], new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var (lane, floor, wanted) = exchange.Wanted[i];
            (lanes[i], instants[i], jobs[i], tasks[i], most[i]) = (lane, floor.At, floor.Task.Job, floor.Task.Number, wanted);
        }

        var node = exchange.Node;
        return new Statement(claim,
            ByDatabaseClock ? [lanes, instants, jobs, tasks, most, node.Id, node.Incarnation, node.Beat, exchange.Claim] : [lanes, instants, jobs, tasks, most, node.Id, node.Incarnation, node.Beat, exchange.Claim, Time.GetUtcNow()],
            row => claimed.Add(ReadLease(row, node.Incarnation)));
    }

    /// <summary>What came of the statements that open a job.</summary>
    private sealed class Opened
    {
        public bool Done { get; set; }

        public List<LaneFloor> Released { get; } = [];

        public void Again()
        {
            Done = false;
            Released.Clear();
        }
    }
}
