using System.Globalization;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Nodes whose clocks are an hour off, in both directions, beside one that is right.</summary>
public class ClockTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task With_the_dispatchers_clock_an_hour_ahead_and_a_workers_behind_nothing_happens_early_late_or_twice() => OffAsync("3600", "-3600");

    [Fact]
    [Trait("kind", "soak")]
    public Task With_the_dispatchers_clock_an_hour_behind_and_a_workers_ahead_nothing_happens_early_late_or_twice()
    {
        Measured.SkipUnlessSoak();
        return OffAsync("-3600", "3600");
    }

    private async Task OffAsync(string one, string other)
    {
        await using var rig = await JobRig.OnAsync(server);
        // Who leads is wrong, too, and each submits the periodic jobs.
        var leader = await rig.WorkerAsync("--slots", "2", "--dispatch", "--every", "1", "--clock-offset", one);
        await leader.TellsAsync("Elected");
        SimulatedWorker[] workers = [leader, await rig.WorkerAsync("--slots", "2", "--dispatch", "--every", "1", "--clock-offset", other), await rig.WorkerAsync("--slots", "2", "--dispatch", "--every", "1")];

        var now = await rig.Store.NowAsync(Cancellation);
        var soon = Enumerable.Range(1, 6).Select(place => now.AddSeconds(0.5 * place)).ToList();
        var delayed = new List<Guid>();
        foreach (var at in soon)
        {
            delayed.Add(await rig.SubmitAsync(new JobRequest("sim", "soon", [JobRig.Task("sim.count")]) { NotBefore = at }));
        }

        var much = await rig.SubmitAsync(new JobRequest("sim", "in half an hour", [JobRig.Task("sim.count")]) { NotBefore = now.AddMinutes(30) });
        var load = await rig.SubmitAsync("sim.wait", new { seconds = 0.1, effect = true }, 40);
        // Lives longer than a lease: a node that went by its own clock would be declared dead meanwhile.
        var lasting = await rig.SubmitAsync("sim.wait", new { seconds = 4, effect = true }, 2);
        var again = await rig.SubmitAsync("sim.fail", new { kind = FailureKind.ToolCrash, times = 1, effect = true }, 4);
        await rig.History.EndedAsync([.. delayed, load, lasting, again]);

        foreach (var (job, at) in delayed.Zip(soon))
        {
            var done = (await rig.History.TrackAsync(job)).Single(happened => happened.Kind == "done");
            Measured.Print("delayed task: done after it was due", done.At - at);
            Assert.InRange(done.At - at, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        Assert.Null(await rig.History.StateAsync(much));
        await CalledOffAsync(rig, much);
        await PeriodicAsync(rig, now);
        Assert.Empty(await rig.NumbersAsync("select number from event where kind in ('lost', 'returned')"));
        await Task.WhenAll(workers.Select(worker => worker.StopAsync()));
        Assert.All(workers, worker => Assert.Single(worker.Told("Registered")));
        Assert.Equal(await rig.NumbersAsync("select count(*) from event where kind = 'done'"), await rig.NumbersAsync("select count(*) from sim_effect"));
        var results = await rig.NumbersAsync("select count(*) from event where kind = 'done' group by job, task");
        Assert.All(results, count => Assert.Equal(1, count));
    }

    private static async Task CalledOffAsync(JobRig rig, Guid job) => Assert.True((await rig.Store.CancelAsync(job, Cancellation)).Value);

    // Each instant once, not before it and not long after it.
    private static async Task PeriodicAsync(JobRig rig, DateTimeOffset from)
    {
        var ticks = new List<(DateTimeOffset For, DateTimeOffset At)>();
        await Until.TrueAsync(async () =>
        {
            ticks = [.. (await rig.TextsAsync("select title, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from job where title like '2%'"))
                .Select(row => (Parse(row[0]), Parse(row[1]))).OrderBy(tick => tick.Item1)];
            return ticks.Count >= 4 && await rig.History.CountAsync("open_job") == 0;
        }, "periodic jobs come and end");
        Assert.Equal(ticks.Count, ticks.DistinctBy(tick => tick.For).Count());
        Assert.All(ticks.Zip(ticks.Skip(1)), pair => Assert.InRange(pair.Second.For - pair.First.For, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
        Assert.All(ticks, tick => Assert.InRange(tick.At - tick.For, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        Assert.InRange(ticks[0].For, from.AddSeconds(-60), from.AddSeconds(5));
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
