using System.Collections.Concurrent;
using Tidemark.Database;

namespace Tidemark.Jobs;

// Submitting jobs, and the lanes that their tasks wait in.
public abstract partial class JobStore
{
    private protected const string SameLane = "tenant = @tenant and priority = @priority and handler = @handler and cpu = @cpu and memory = @memory and disk = @disk and gpu = @gpu and tags = @tags";

    // Null: none were read yet.
    private LaneIds? laneIds;

    /// <summary>Writes a job down, whole or not at all; from then on it is done whatever happens.</summary>
    /// <param name="request">Its id may be given; where it is empty one is made.</param>
    /// <param name="rows">The caller's own rows, written in the same transaction. May run more than once.</param>
    /// <param name="cancellation">Stops before the transaction is committed, or not at all.</param>
    public async Task<Result<Submitted>> SubmitAsync(JobRequest request, CancellationToken cancellation, Func<Session, Guid, CancellationToken, Task>? rows = null)
    {
        if (!JobGraph.Check(request).TryGet(out var graph, out var failure))
        {
            return failure;
        }

        var id = request.Id == default ? Guid.CreateVersion7(Time.GetUtcNow()) : request.Id;
        while (true)
        {
            var known = laneIds ??= await BeginLanesAsync(cancellation);
            var lanes = new int[request.Tasks.Count];
            for (var i = 0; i < lanes.Length; i++)
            {
                lanes[i] = await LaneAsync(known, request.Tenant, request.Priority, request.Tasks[i], cancellation);
            }

            var open = new Opening(request, graph, id, lanes, known.Incarnation);
            var submitted = request.Key is null && rows is null && request.Id == default ? await OpenAloneAsync(open, cancellation) : await OpenAsync(open, rows, cancellation);
            if (submitted is { } answer)
            {
                return answer;
            }

            // The database is another copy of itself than the one that the lanes were read from.
            laneIds = null;
        }
    }

    /// <summary>Writes a job that needs nothing else in its transaction. Null: the lanes are another copy's.</summary>
    private protected virtual Task<Submitted?> OpenAloneAsync(Opening open, CancellationToken cancellation) => OpenAsync(open, null, cancellation);

    private async Task<Submitted?> OpenAsync(Opening open, Func<Session, Guid, CancellationToken, Task>? rows, CancellationToken cancellation) => await Database.WriteAsync<Submitted?>(async session =>
    {
        var (request, id) = (open.Request, open.Id);
        // Asked again, because the answer got lost.
        if (request.Id != default && await ExistsAsync(session, id, cancellation))
        {
            return new Submitted(id, true, []);
        }

        if (request.Key is not null && await HolderOfAsync(session, request.Key, request.KeyHeld, id, cancellation) is { } holder)
        {
            return new Submitted(holder, true, []);
        }

        if (await InsertAsync(session, open, cancellation) is not { } first)
        {
            // This transaction is committed: a key that it took would be held for ever by a job that is not there.
            await session.ExecuteAsync("delete from job_key where key = @key and job = @job", cancellation, ("key", request.Key), ("job", id));
            return null;
        }

        if (rows is not null)
        {
            await rows(session, id, cancellation);
        }

        return new Submitted(id, false, first);
    }, cancellation);

    /// <summary>The lanes with ids above <paramref name="after"/>. Those made at the same time may appear out of order: ask from 0 now and then.</summary>
    public async Task<IReadOnlyList<Lane>> LanesAsync(int after, CancellationToken cancellation) =>
        await Database.ReadAsync(session => session.QueryAsync(
            "select id, tenant, priority, handler, cpu, memory, disk, gpu, tags from lane where id > @after order by id", ReadLane, cancellation, ("after", after)), cancellation);

    internal static Lane ReadLane(Row row) => new((int)row.Int(0), row.Text(1), (int)row.Int(2), row.Text(3), new Needs
    {
        Cpu = (int)row.Int(4),
        Memory = row.Int(5),
        Disk = row.Int(6),
        Gpu = (int)row.Int(7),
        Tags = row.Text(8).Split(' ', StringSplitOptions.RemoveEmptyEntries),
    });

    /// <summary>Writes the job, its graph and its first event; gives where its first tasks are ready. Null, and nothing written: the lanes are another copy's.</summary>
    private protected abstract Task<IReadOnlyList<LaneFloor>?> InsertAsync(Session session, Opening open, CancellationToken cancellation);

    private async Task<LaneIds> BeginLanesAsync(CancellationToken cancellation)
    {
        await MakeRoomAsync(cancellation);
        return new LaneIds(await IncarnationAsync(cancellation));
    }

    private protected static (string Name, object? Value)[] LaneValues(string tenant, int priority, TaskSpec task) =>
    [
        ("tenant", tenant), ("priority", priority), ("handler", task.Handler), ("cpu", task.Needs.Cpu), ("memory", task.Needs.Memory), ("disk", task.Needs.Disk), ("gpu", task.Needs.Gpu),
        ("tags", string.Join(' ', task.Needs.Tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))),
    ];

    // Null: the key is this job's now.
    private async Task<Guid?> HolderOfAsync(Session session, string key, TimeSpan held, Guid id, CancellationToken cancellation)
    {
        (string, object?)[] values = [("key", key), ("job", id), Wait(held), Now];
        while (true)
        {
            if (await session.ExecuteAsync(Sql("insert into job_key (key, job, held_until) values (@key, @job, case when @wait > 0 then {now+wait} end) on conflict (key) do nothing"), cancellation, values) == 1)
            {
                return null;
            }

            // Its lock first, then a look at its job: a statement that waits for the lock looks at other tables as they were before.
            if (await session.FirstAsync<Guid?>(Sql("select job from job_key where key = @key {lock}"), row => row.Id(0), cancellation, ("key", key)) is not { } holder)
            {
                continue;
            }

            return await session.ExecuteAsync(Sql(
                """
                update job_key set job = @job, held_until = case when @wait > 0 then {now+wait} end
                where key = @key and held_until <= {now} and not exists (select 1 from open_job o where o.job = job_key.job)
                """), cancellation, values) == 1 ? null : holder;
        }
    }

    private async Task<int> LaneAsync(LaneIds ids, string tenant, int priority, TaskSpec task, CancellationToken cancellation)
    {
        var values = LaneValues(tenant, priority, task);
        var name = string.Join('\0', values.Select(value => value.Item2));
        if (ids.ByName.TryGetValue(name, out var known))
        {
            return known;
        }

        // On its own: a lane that is made inside a long submission would keep others waiting for its name.
        var id = (int)await Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync(
                "insert into lane (tenant, priority, handler, cpu, memory, disk, gpu, tags) values (@tenant, @priority, @handler, @cpu, @memory, @disk, @gpu, @tags) on conflict do nothing", cancellation, values);
            return await session.FirstAsync(
                $"select id from lane where {SameLane}", row => row.Int(0), cancellation, values);
        }, cancellation);
        ids.ByName[name] = id;
        return id;
    }

    /// <summary>A job about to be written.</summary>
    /// <param name="Request">As asked.</param>
    /// <param name="Graph">Checked.</param>
    /// <param name="Id">The job's.</param>
    /// <param name="Lanes">Of each task.</param>
    /// <param name="Incarnation">In which the lanes were read.</param>
    private protected sealed record Opening(JobRequest Request, JobGraph Graph, Guid Id, int[] Lanes, long Incarnation)
    {
        /// <summary>Each lane once, with a task of it.</summary>
        public IEnumerable<(int Lane, TaskSpec Task)> DistinctLanes()
        {
            var seen = new HashSet<int>();
            for (var i = 0; i < Lanes.Length; i++)
            {
                if (seen.Add(Lanes[i]))
                {
                    yield return (Lanes[i], Request.Tasks[i]);
                }
            }
        }

        /// <summary>How many tasks wait for none.</summary>
        public int Active => Graph.Parents.Count(parents => parents == 0);
    }

    // What was read in one incarnation is used in that one only.
    private sealed record LaneIds(long Incarnation)
    {
        public ConcurrentDictionary<string, int> ByName { get; } = new(StringComparer.Ordinal);
    }
}
