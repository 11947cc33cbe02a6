using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>Timelapses that are made again and again. The only place with SQL about schedules.</summary>
public sealed class TimelapseSchedules(SqlDatabase database, TimelapseStore timelapses, TimeProvider time)
{
    private const string Columns = "select settings from timelapse_schedule";

    private const string KeyPrefix = "timelapse.";

    public Task<List<TimelapseSchedule>> ListAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync($"{Columns} order by name", Read, cancellation), cancellation);

    public async Task<Result<TimelapseSchedule>> FindAsync(string name, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"{Columns} where name = @name", Read, cancellation, ("name", name)), cancellation) is { } found
            ? found
            : new Failure(FailureKind.NotFound, "schedule_not_found", $"There is no schedule '{name}'.", "See them with: tidemark schedule list");

    /// <summary>Makes it, or puts it in place of the one of that name, which keeps its age.</summary>
    /// <returns>As it is kept now, and whether it is new.</returns>
    public async Task<(TimelapseSchedule Schedule, bool Made)> PutAsync(TimelapseSchedule schedule, CancellationToken cancellation)
    {
        var made = true;
        await database.WriteAsync(async session =>
        {
            var before = await session.FirstAsync($"{Columns} where name = @name", Read, cancellation, ("name", schedule.Name));
            made = before is null;
            schedule = schedule with { CreatedAt = before?.CreatedAt ?? time.GetUtcNow() };
            await session.ExecuteAsync(
                "insert into timelapse_schedule (name, settings) values (@name, @settings) on conflict (name) do update set settings = excluded.settings",
                cancellation, ("name", schedule.Name), ("settings", schedule.ToJson()));
        }, cancellation);
        return (schedule, made);
    }

    /// <summary>Nothing more is made; what was made stays.</summary>
    public async Task<Failure?> RemoveAsync(string name, CancellationToken cancellation) =>
        await database.WriteAsync(session => session.ExecuteAsync("delete from timelapse_schedule where name = @name", cancellation, ("name", name)), cancellation) == 1
            ? null
            : (await FindAsync(name, cancellation)).Failure;

    /// <summary>Makes the latest one now, whether or not it was made before.</summary>
    public async Task<Result<TimelapseRun>> RunAsync(string name, CancellationToken cancellation)
    {
        if (!(await FindAsync(name, cancellation)).TryGet(out var schedule, out var missing))
        {
            return missing;
        }

        var due = schedule.Due(time.GetUtcNow());
        await RetireAsync(schedule, due.End, cancellation);
        return await timelapses.AddAsync(schedule, due.Start, cancellation);
    }

    /// <summary>Those that are not paused, as the periodic jobs that they are.</summary>
    public async Task<IReadOnlyList<PeriodicJob>> PeriodicAsync(CancellationToken cancellation) =>
        [.. (await ListAsync(cancellation)).Where(schedule => !schedule.Paused).Select(schedule => new PeriodicJob(KeyPrefix + schedule.Name, schedule.Due, async (due, token) =>
        {
            await RetireAsync(schedule, due, token);
            return await timelapses.JobOfAsync(schedule, due, token);
        })
        { Since = schedule.CreatedAt })];

    // The video before stays until another is on its way: somebody may be looking at it. Every node that dispatches comes here
    // for an instant, and again when it starts: the one that was made for it meanwhile does not count.
    private Task RetireAsync(TimelapseSchedule schedule, DateTimeOffset before, CancellationToken cancellation) =>
        schedule.Days is null ? Task.CompletedTask : timelapses.RetireAsync(schedule, before, cancellation);

    private static TimelapseSchedule Read(Row row) => TimelapseSchedule.FromJson(row.Text(0));
}
