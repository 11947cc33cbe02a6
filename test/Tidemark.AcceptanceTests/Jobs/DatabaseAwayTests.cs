using Tidemark.AcceptanceTests.Postgres;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>The database server dies under load, and comes back after longer than a lease.</summary>
public class DatabaseAwayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_database_that_was_away_for_longer_than_a_lease_costs_no_task_and_no_worker() => AwayAsync(TimeSpan.FromSeconds(3), "2.4", 15, 20);

    [Fact]
    [Trait("kind", "soak")]
    public Task A_database_that_was_away_for_30_seconds_costs_no_task_and_no_worker()
    {
        Measured.SkipUnlessSoak();
        return AwayAsync(TimeSpan.FromSeconds(30), "8", 300, 20);
    }

    private static async Task AwayAsync(TimeSpan away, string lease, int jobs, int tasks)
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await using var rig = await JobRig.OnAsync(await cluster.NewDatabaseAsync(Cancellation));
        SimulatedWorker[] workers =
        [
            await rig.WorkerAsync("--slots", "3", "--lease", lease, "--dispatch"), await rig.WorkerAsync("--slots", "3", "--lease", lease, "--dispatch"), await rig.WorkerAsync("--slots", "3", "--lease", lease),
        ];
        // One long task on each worker, which ends while there is no database, and short ones for every other place.
        var file = rig["away"];
        var during = new List<Guid>();
        foreach (var _ in workers)
        {
            during.Add(await rig.SubmitAsync(new JobRequest("sim", "during", [JobRig.Task("sim.wait", new { file, effect = true }, cpu: 2000)])));
        }

        foreach (var job in during)
        {
            await Task.WhenAny(workers.Select(worker => worker.TellsAsync("started", job))).Unwrap();
        }

        var load = new List<Guid>();
        for (var job = 0; job < jobs; job++)
        {
            // Two of three results are handed over in batches, the third with a row of its own.
            load.Add(await rig.SubmitAsync("sim.wait", new { seconds = 0.01 * (job % 5), effect = job % 3 == 0 }, tasks));
        }

        await workers[0].TellsAsync("ended", 20);
        await cluster.CrashAsync();
        await File.WriteAllTextAsync(file, "", Cancellation);
        foreach (var job in during)
        {
            await Task.WhenAny(workers.Select(worker => worker.TellsAsync("ended", job))).Unwrap();
        }

        await Task.Delay(away, TimeProvider.System, Cancellation);
        await cluster.RestartAsync();
        var back = TimeProvider.System.GetTimestamp();
        await rig.ReopenAsync();
        load.Add(await rig.SubmitAsync("sim.count", tasks: tasks));
        await rig.History.EndedAsync([.. during, .. load]);
        Measured.Print($"a database that was away for {away.TotalSeconds} s: until everything had ended", TimeProvider.System.GetElapsedTime(back));

        await rig.History.DoneOnceAsync(during, 1);
        await rig.History.DoneOnceAsync(load, tasks, effects: false);
        foreach (var job in load.Where((_, place) => place % 3 == 0))
        {
            await rig.History.DoneOnceAsync([job], tasks);
        }

        Assert.Empty(await rig.NumbersAsync("select number from event where kind not in ('submitted', 'done', 'returned')"));
        foreach (var worker in workers)
        {
            Assert.Single(worker.Told("Registered"));
            Assert.Empty(worker.Told("NodeLost"));
        }

        // Nothing that had begun was begun again.
        var started = workers.SelectMany(worker => worker.Told("started")).Select(line => (line.GetProperty("job").GetGuid(), line.GetProperty("task").GetInt32())).ToList();
        Assert.Equal(started.Count, started.Distinct().Count());
    }
}
