namespace Tidemark.Jobs;

/// <summary>The statements of <see cref="PostgresJobStore"/>. Every table in them is reached by an index, whatever its size and statistics.</summary>
internal static class PostgresTexts
{
    /// <summary>J6: job first, in the order of ids. The statement after it sees what the holders before us did. $1 jobs.</summary>
    public const string LockJobs = "select 1 from open_job where job = any($1) order by job for update";

    /// <summary>
    /// J5. $1 jobs, $2 tasks, $3 epochs, $4 outputs (of one length), $5 node, $6 incarnation, $7 beat.
    /// Leases are reached by their keys: all of a node's, by the index of nodes, would be few only where none had to be kept for an old snapshot; hence "is true".
    /// Gives (job, epoch, null) for each result registered, and (null, lane, instant) for each lane where tasks became ready.
    /// </summary>
    /// <param name="now">An expression.</param>
    /// <param name="release">False where none of the tasks has children: nothing is looked up for them.</param>
    public static string Complete(string now, bool release) =>
        $"""
        with given as (
            select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) as g(job, task, epoch, output)
        ), gone as (
            delete from lease l using given g
            where l.job = g.job and l.task = g.task and l.epoch = g.epoch and (l.node = $5) is true and {LiveNode("$5", "$6", "$7")}
            returning l.job, l.task, l.epoch, l.attempt, l.fan, l.started_at, g.output
        ){(release ? Freed : "")}, tally as (
            select g.job, count(*) as done, {(release ? "(select count(*) from freed f where f.job = g.job)" : "0::bigint")} as freed from gone g group by g.job
        ), ended as (
            delete from open_job o using tally t where o.job = t.job and o.active = t.done - t.freed
            returning o.job, o.events, o.round, o.key, t.done, case when o.failed > 0 then 'failed' else 'done' end as state
        ), counted as (
            update open_job o set open = o.open - t.done, active = o.active - t.done + t.freed, events = o.events + t.done
            from tally t where o.job = t.job and o.active > t.done - t.freed
            returning o.job, o.events - t.done as events, o.round, t.done
        ), skipped as (
            delete from waiting w using ended e where w.job = e.job and e.state = 'failed'
        ), book as (
            select job, events, round, done, state from ended union all select job, events, round, done, null from counted
        ), numbered as (
            select g.*, b.events, b.round, b.done, b.state, row_number() over (partition by g.job order by g.task) as place
            from gone g join book b on b.job = g.job
        ), told as (
            insert into event (job, number, at, kind, round, task, attempt, incarnation, epoch, node, started_at, job_state, data)
            select job, events + place, {now}, 'done', round, task, attempt, $6, epoch, $5, started_at, case when place = done then state end, output from numbered
        ), keys as (
            delete from job_key k using ended e where e.key is not null and k.key = e.key and k.job = e.job and (k.held_until is null or k.held_until <= {now})
        ){(release ? Released(now) : "")}
        select job, epoch, null::timestamptz from gone{(release ? " union all select null::uuid, lane, min(at) from released group by lane" : "")}
        """;

    /// <summary>
    /// J2. $1 lanes, $2 instants, $3 jobs and $4 tasks of the floors, $5 how many of each (of one length, in order of preference), $6 node, $7 incarnation, $8 beat, $9 claim.
    /// Rows that another is taking are stepped over.
    /// </summary>
    /// <param name="now">An expression.</param>
    public static string Claim(string now) =>
        $"""
        with asked as (
            select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::bigint[], $5::bigint[]) with ordinality as a(lane, at, job, task, most, place) where {LiveNode("$6", "$7", "$8")}
        ), picked as materialized (
            select a.place, r.*, nextval('lease_epoch') as epoch
            from asked a cross join lateral (
                select ctid as tid, job, task, lane, at, fan, attempt from ready
                where lane = a.lane and (at, job, task) >= (a.at, a.job, a.task) and at <= {now} and (avoid is null or avoid <> $6 or at <= {now} - interval '30 seconds')
                order by at, job, task limit a.most for update skip locked
            ) r
        ), taken as (
            delete from ready where ctid = any(array(select tid from picked))
        ), leased as (
            insert into lease (job, task, epoch, node, lane, fan, attempt, claim, ready_at, started_at)
            select job, task, epoch, $6, lane, fan, attempt, $9, at, {now} from picked
        )
        select p.job, p.task, p.epoch, p.lane, p.fan, p.attempt, p.at, {now}, t.name, t.payload, t.parents, t.stall_ms, t.attempts
        from picked p join task t on t.job = p.job and t.task = p.task order by p.place, p.at, p.job, p.task
        """;

    // As JobStore.LiveNode has it, with parameters by position.
    private static string LiveNode(string node, string incarnation, string beat) =>
        $"exists (select 1 from node where id = {node} and incarnation = {incarnation} and beat >= {beat} and lost_at is null and left_at is null)";

    // Rows of 'waiting' are touched under their job's lock only.
    private const string Freed =
        """
        , hits as (
            select e.job, e.child, count(*) as done from gone g join edge e on e.job = g.job and e.parent = g.task where g.fan > 0 group by e.job, e.child
        ), freed as (
            delete from waiting w using hits h where w.job = h.job and w.task = h.child and w.remaining = h.done
            returning w.job, w.task, w.lane, w.fan, w.attempt
        )
        """;

    private static string Released(string now) =>
        $"""
        , lessened as (
            update waiting w set remaining = w.remaining - h.done from hits h join counted c on c.job = h.job where w.job = h.job and w.task = h.child and w.remaining > h.done
        ), released as (
            insert into ready (job, task, lane, at, fan, attempt) select job, task, lane, {now}, fan, attempt from freed returning lane, at
        )
        """;
}
