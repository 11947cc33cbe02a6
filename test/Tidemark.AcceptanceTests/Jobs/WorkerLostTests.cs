using System.Collections.Concurrent;
using System.Diagnostics;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Workers that die, and workers that are dead to the others for a while.</summary>
public class WorkerLostTests(PostgresServer server)
{
    private const int Tasks = 4;

    [Fact]
    public async Task A_worker_killed_half_way_has_its_tasks_finished_by_another()
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync();
        var took = await KilledAsync(rig, await rig.WorkerAsync("--slots", "4"), "--slots", "4");
        Measured.Print("killed worker: until another had finished its tasks, with a lease of 2.4 s", took);
    }

    [Fact]
    public async Task A_worker_that_slept_through_its_death_has_its_results_refused_stops_its_tools_at_once_and_works_again()
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync();
        var sleeper = await rig.WorkerAsync("--slots", "4");
        // One that is in the middle of a tool, one that ends in the very moment of waking, with and without rows of its own.
        var tool = await rig.SubmitAsync("sim.tool", new { seconds = 600, again = 0, effect = true }, 2);
        var file = rig["awake"];
        var wait = await rig.SubmitAsync("sim.wait", new { file, effect = true });
        var plain = await rig.SubmitAsync("sim.wait", new { file });
        await sleeper.TellsAsync("started", tool, 1);
        await sleeper.TellsAsync("started", tool, 2);
        await sleeper.TellsAsync("started", wait);
        await sleeper.TellsAsync("started", plain);
        await Until.TrueAsync(() => ProcessTable.In(sleeper.Home, "sleep 600").Count >= 4, "the tools run");
        var other = await rig.WorkerAsync("--slots", "4");
        var first = sleeper.Node;

        sleeper.Program.Signal(RunningProgram.Stop);
        await other.TellsAsync("started", wait);
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await rig.History.EndedAsync([tool, wait, plain]);
        Assert.NotEmpty(ProcessTable.In(sleeper.Home, "sleep 600"));

        var woken = Stopwatch.GetTimestamp();
        sleeper.Program.Signal(RunningProgram.Continue);
        await Until.TrueAsync(() => ProcessTable.In(sleeper.Home, "sleep 600").Count == 0, "the tools are gone", TimeSpan.FromSeconds(10));
        Measured.Print("woken worker: until its tools were gone", Stopwatch.GetElapsedTime(woken));
        await sleeper.RegisteredAsync(2);

        Assert.NotEqual(first, sleeper.Node);
        await sleeper.TellsAsync("stopped", tool, 1, 1);
        await sleeper.TellsAsync("stopped", tool, 2, 1);
        foreach (var job in (Guid[])[wait, plain])
        {
            // Whether it came to its end or was stopped before: nobody took it.
            await Task.WhenAny(sleeper.TellsAsync("discarded", job), sleeper.TellsAsync("stopped", job)).Unwrap();
        }

        await rig.History.DoneOnceAsync([tool], 2);
        await rig.History.DoneOnceAsync([wait], 1);
        await rig.History.DoneOnceAsync([plain], 1, effects: false);
        Assert.All((await rig.History.TrackAsync(tool)).Where(happened => happened.Kind == "lost"), lost => Assert.Equal(first, lost.Node));
        Assert.All(await Task.WhenAll(((Guid[])[tool, wait, plain]).Select(rig.History.TrackAsync)), track => Assert.All(track.Where(happened => happened.Kind == "done"), done => Assert.Equal(other.Node, done.Node)));

        // It works again, under its new name.
        await other.KillAsync();
        var again = await rig.SubmitAsync("sim.count");
        await rig.History.EndedAsync([again]);
        Assert.Equal(sleeper.Node, (await rig.History.TrackAsync(again)).Single(happened => happened.Kind == "done").Node);
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task A_woken_workers_tools_are_gone_within_a_second()
    {
        Measured.SkipUnlessSoak();
        await using var rig = await JobRig.OnAsync(server);
        var dispatcher = await rig.DispatcherAsync();
        var sleeper = await rig.WorkerAsync("--slots", $"{Tasks}");
        var took = new List<TimeSpan>();
        for (var round = 1; round <= 60; round++)
        {
            var (job, asleep) = (await rig.SubmitAsync("sim.tool", new { seconds = 600 }, Tasks), sleeper.Node);
            await Until.TrueAsync(() => ProcessTable.In(sleeper.Home, "sleep 600").Count >= 2 * Tasks, "its tools run");
            sleeper.Program.Signal(RunningProgram.Stop);
            await dispatcher.TellsAsync("NodeLost", line => line.GetProperty("node").GetGuid() == asleep);
            // Or it would begin them again as soon as it has registered anew.
            Assert.True((await rig.Store.CancelAsync(job, TestContext.Current.CancellationToken)).Value);

            var woken = Stopwatch.GetTimestamp();
            sleeper.Program.Signal(RunningProgram.Continue);
            await Until.TrueAsync(() => ProcessTable.In(sleeper.Home, "sleep 600").Count == 0, "the tools are gone", TimeSpan.FromSeconds(10));
            took.Add(Stopwatch.GetElapsedTime(woken));
            await sleeper.RegisteredAsync(round + 1);
        }

        Measured.Within(took, 0.95, TimeSpan.FromSeconds(1), "woken worker: until its tools were gone");
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task Killed_workers_tasks_are_finished_by_others_within_15_seconds()
    {
        Measured.SkipUnlessSoak();
        var took = new ConcurrentBag<TimeSpan>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 96), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = TestContext.Current.CancellationToken }, async (round, _) =>
        {
            await using var rig = await JobRig.OnAsync(server);
            // In every second round who is killed is the dispatcher too, so that another must be elected first.
            var dispatches = round % 2 == 1;
            var victim = await rig.WorkerAsync(dispatches ? ["--slots", "4", "--lease", "8", "--dispatch"] : ["--slots", "4", "--lease", "8"]);
            if (dispatches)
            {
                await victim.TellsAsync("Elected");
            }
            else
            {
                await (await rig.DispatcherAsync("--lease", "8")).TellsAsync("Elected");
            }

            var once = await KilledAsync(rig, victim, "--slots", "4", "--lease", "8", "--dispatch");
            took.Add(once);
            Measured.Print($"round {round}{(dispatches ? ", the dispatcher" : "")}", once);
        });

        Measured.Within([.. took], 0.99, TimeSpan.FromSeconds(15), "killed worker: until another had finished its tasks");
    }

    // The heir comes when all tasks are the victim's, and before that one dies.
    private static async Task<TimeSpan> KilledAsync(JobRig rig, SimulatedWorker victim, params IReadOnlyList<string> heir)
    {
        var job = await rig.SubmitAsync("sim.tool", new { seconds = 600, again = 0, effect = true }, Tasks);
        await Until.TrueAsync(() => ProcessTable.In(victim.Home, "sleep 600").Count >= 2 * Tasks, "its tools run");
        await rig.WorkerAsync(heir);

        var killed = Stopwatch.GetTimestamp();
        victim.Program.Signal(RunningProgram.Kill);
        await victim.Program.EndAsync();
        await Until.TrueAsync(() => ProcessTable.In(victim.Home, "sleep 600").Count == 0, "no tool of the worker is left", TimeSpan.FromSeconds(5));
        await rig.History.EndedAsync([job]);
        var took = Stopwatch.GetElapsedTime(killed);
        await rig.History.DoneOnceAsync([job], Tasks);
        Assert.Equal(Tasks, (await rig.History.TrackAsync(job)).Count(happened => happened.Kind == "lost" && happened.Node == victim.Node));
        return took;
    }
}
