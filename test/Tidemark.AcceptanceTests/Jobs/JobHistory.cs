using Tidemark.AcceptanceTests.Running;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>What the database says happened, and whether that may be.</summary>
internal sealed class JobHistory(SqlDatabase database)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The table into which handlers add a row for each result, in the transaction that registers it.</summary>
    public static Task PrepareAsync(SqlDatabase database) => database.WriteAsync(
        session => session.ExecuteAsync($"create table sim_effect (job {(session.Dialect == Dialect.Sqlite ? "blob" : "uuid")} not null, task bigint not null, epoch bigint not null)", Cancellation), Cancellation);

    /// <summary>For <see cref="TaskResult.Rows"/>.</summary>
    public static Func<Session, CancellationToken, Task> Effect(Lease lease) => (session, cancellation) => session.ExecuteAsync(
        "insert into sim_effect (job, task, epoch) values (@job, @task, @epoch)", cancellation, ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch));

    public Task<long> CountAsync(string table) => database.ReadAsync(session => session.FirstAsync($"select count(*) from {table}", row => row.Int(0), Cancellation), Cancellation);

    /// <summary>Null until it has ended.</summary>
    public Task<string?> StateAsync(Guid job) => database.ReadAsync(session => session.FirstAsync(
        "select job_state from event where job = @job and job_state is not null and not exists (select 1 from open_job where job = @job) order by number desc",
        row => row.TextOrNull(0), Cancellation, ("job", job)), Cancellation);

    public Task<List<Happened>> TrackAsync(Guid job) => database.ReadAsync(session => session.QueryAsync(
        "select number, kind, coalesce(task, 0), coalesce(attempt, 0), coalesce(epoch, 0), node, at from event where job = @job order by number",
        row => new Happened((int)row.Int(0), row.Text(1), (int)row.Int(2), (int)row.Int(3), row.Int(4), row.IdOrNull(5), row.Time(6)), Cancellation, ("job", job)), Cancellation);

    public Task<List<(int Task, long Epoch)>> EffectsAsync(Guid job) => database.ReadAsync(session => session.QueryAsync(
        "select task, epoch from sim_effect where job = @job order by task", row => ((int)row.Int(0), row.Int(1)), Cancellation, ("job", job)), Cancellation);

    /// <summary>Waits until all have ended.</summary>
    public Task EndedAsync(IReadOnlyCollection<Guid> jobs, TimeSpan? within = null) => Until.TrueAsync(async () =>
        await database.ReadAsync(session => session.FirstAsync("select count(*) from open_job", row => row.Int(0), Cancellation), Cancellation) == 0
            || (await Task.WhenAll(jobs.Select(StateAsync))).All(state => state is not null), $"{jobs.Count} jobs have ended", within);

    /// <summary>All of them are done: one result for each task, none from two leases, tracks without gaps, and nothing left over.</summary>
    /// <param name="effects">True: each task added its row, once, under the lease that was registered.</param>
    public async Task DoneOnceAsync(IReadOnlyCollection<Guid> jobs, int tasks, bool effects = true)
    {
        foreach (var job in jobs)
        {
            Assert.Equal("done", await StateAsync(job));
            var track = await TrackAsync(job);
            Assert.Equal(Enumerable.Range(1, track.Count), track.Select(happened => happened.Number));
            var done = track.Where(happened => happened.Kind == "done").OrderBy(happened => happened.Task).ToList();
            Assert.Equal(Enumerable.Range(1, tasks), done.Select(happened => happened.Task));
            if (effects)
            {
                Assert.Equal(done.Select(happened => (happened.Task, happened.Epoch)), await EffectsAsync(job));
            }
        }

        await NothingIsLeftAsync();
    }

    public async Task NothingIsLeftAsync()
    {
        foreach (var table in (string[])["open_job", "waiting", "ready", "lease"])
        {
            Assert.True(await CountAsync(table) == 0, $"There are rows in {table}.");
        }
    }
}

/// <summary>An event of a job's track.</summary>
internal sealed record Happened(int Number, string Kind, int Task, int Attempt, long Epoch, Guid? Node, DateTimeOffset At);
