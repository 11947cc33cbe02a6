using System.Diagnostics;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Who gets what of the workers, and what nobody can have.</summary>
public class ShareTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_no_worker_can_run_is_named_within_5_seconds_with_what_is_missing()
    {
        await using var rig = await JobRig.OnAsync(server);
        // With the times that are usual.
        await rig.WorkerAsync("--slots", "2", "--lease", "8", "--dispatch", "--tag", "tool:ffmpeg");
        var submitted = Stopwatch.GetTimestamp();
        var tag = await rig.SubmitAsync(new JobRequest("sim", "tag", [JobRig.Task("sim.count") with { Needs = new Needs { Cpu = 1000, Tags = ["tool:ffmpeg", "mount:archive-7"] } }]));
        var size = await rig.SubmitAsync(new JobRequest("sim", "size", [JobRig.Task("sim.count", cpu: 64_000)]));
        var handler = await rig.SubmitAsync("sim.unheard-of");

        await Until.TrueAsync(async () => (await rig.TroublesAsync()).Count == 3, "all three are named", TimeSpan.FromSeconds(20));
        var took = Stopwatch.GetElapsedTime(submitted);
        Measured.Print("a task that no worker can run: until it was named", took);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var troubles = string.Join('\n', await rig.TroublesAsync());
        Assert.Contains("mount:archive-7", troubles, StringComparison.Ordinal);
        Assert.DoesNotContain("tool:ffmpeg,", troubles, StringComparison.Ordinal);
        Assert.Contains("64 processors (it has 2)", troubles, StringComparison.Ordinal);
        Assert.Contains("sim.unheard-of", troubles, StringComparison.Ordinal);

        // It runs as soon as somebody can, and nothing is said of it any more.
        await rig.WorkerAsync("--slots", "64", "--lease", "8", "--tag", "tool:ffmpeg", "--tag", "mount:archive-7");
        await rig.History.EndedAsync([tag, size]);
        await Until.TrueAsync(async () => (await rig.TroublesAsync()).Count == 1, "one trouble is left");
        Assert.True((await rig.Store.CancelAsync(handler, Cancellation)).Value);
        await Until.TrueAsync(async () => (await rig.TroublesAsync()).Count == 0, "no trouble is left");
    }

    [Fact]
    public async Task A_big_task_among_a_stream_of_small_ones_gets_its_turn()
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.WorkerAsync("--slots", "4", "--dispatch", "--reserve-after", "1");
        var second = await rig.WorkerAsync("--slots", "4", "--reserve-after", "1");
        var small = new List<Guid> { await SmallAsync(rig) };
        await second.TellsAsync("ended", 4);
        var submitted = Stopwatch.GetTimestamp();
        var big = await rig.SubmitAsync(new JobRequest("sim", "big", [JobRig.Task("sim.wait", new { seconds = 0.2, effect = true }, cpu: 4000)]));
        for (var job = 0; job < 10; job++)
        {
            small.Add(await SmallAsync(rig));
        }

        await rig.History.EndedAsync([big]);
        var took = Stopwatch.GetElapsedTime(submitted);
        var waiting = await rig.History.CountAsync("ready");
        Measured.Print($"a big task among small ones, of which {waiting} were still waiting: until it was done", took);
        Assert.True(waiting > 0, "It was the last.");
        Assert.Contains(await rig.History.TrackAsync(big), happened => happened.Kind == "done");

        // The worker goes back to the small ones.
        await Until.TrueAsync(async () => (await rig.Store.NodesAsync(Cancellation)).All(node => node.ReservedLane is null && node.Running.Count > 1), "both do small ones again");
        foreach (var job in small)
        {
            await rig.Store.CancelAsync(job, Cancellation);
        }
    }

    // Of unlike lengths, so that a worker's places never become free together.
    private static Task<Guid> SmallAsync(JobRig rig) => rig.SubmitAsync(new JobRequest("sim", "small", [.. Enumerable.Range(1, 60).Select(number => JobRig.Task("sim.wait", new { seconds = 0.1 + (0.01 * (number % 17)) }, number))]));

    [Fact]
    [Trait("kind", "soak")]
    public async Task A_tenant_with_a_tenth_of_the_load_waits_at_most_one_and_a_half_times_as_long_as_alone()
    {
        Measured.SkipUnlessSoak();
        var alone = await SojournAsync(withOther: false);
        var beside = await SojournAsync(withOther: true);
        Measured.Print("a tenant with a tenth of the load, alone, from submitted to done, mean", alone);
        Measured.Print("the same beside one whose queue never ends", beside);
        Assert.InRange(beside / alone, 0, 1.5);
    }

    // Eight places, tasks of half a second: a tenth of the load is one and a half a second, about.
    private async Task<TimeSpan> SojournAsync(bool withOther)
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.WorkerAsync("--slots", "4", "--most", "4", "--dispatch");
        await rig.WorkerAsync("--slots", "4", "--most", "4");
        if (withOther)
        {
            await rig.SubmitAsync(new JobRequest("sim", "large", [.. Enumerable.Range(1, 2000).Select(number => JobRig.Task("sim.wait", new { seconds = 0.25 + (0.5 * (number % 101) / 100) }, number))]) { Tenant = "large" });
        }

        var chance = new Random(1);
        var jobs = new List<Guid>();
        for (var arrival = 0; arrival < 80; arrival++)
        {
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - chance.NextDouble()) / 1.6), TimeProvider.System, Cancellation);
            jobs.Add(await rig.SubmitAsync(new JobRequest("sim", "small", [JobRig.Task("sim.wait", new { seconds = 0.25 + (0.5 * chance.NextDouble()) })]) { Tenant = "small" }));
        }

        await Until.TrueAsync(async () => (await Task.WhenAll(jobs.Select(rig.History.StateAsync))).All(state => state == "done"), "the small ones are done");
        if (withOther)
        {
            Assert.True(await rig.History.CountAsync("ready") > 100, "The other's queue came to its end.");
        }

        var tracks = await Task.WhenAll(jobs.Select(rig.History.TrackAsync));
        return TimeSpan.FromSeconds(tracks.Average(track => (track[^1].At - track[0].At).TotalSeconds));
    }
}
