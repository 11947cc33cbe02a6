using System.Diagnostics;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Workers that are told to stop, and tasks that do not move.</summary>
public class DrainTests(PostgresServer server)
{
    [Fact]
    public async Task A_worker_that_is_told_to_stop_lets_tasks_end_hands_the_rest_back_at_no_cost_and_leaves_in_time()
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync();
        var file = rig["soon"];
        // One attempt each: a charge would be the end of them.
        var job = await rig.SubmitAsync(new JobRequest("sim", "drain", [.. Enumerable.Range(1, 3).Select(number => JobRig.Task("sim.tool", new { seconds = 600, effect = true }, number) with { Attempts = 1 })]));
        var soon = await rig.SubmitAsync(new JobRequest("sim", "drain", [JobRig.Task("sim.wait", new { file, effect = true }) with { Attempts = 1 }]));
        for (var round = 1; round <= 2; round++)
        {
            var worker = await rig.WorkerAsync("--slots", "4", "--drain", "1");
            for (var task = 1; task <= 3; task++)
            {
                await worker.TellsAsync("started", job, task);
            }

            if (round == 1)
            {
                await worker.TellsAsync("started", soon);
            }

            await Until.TrueAsync(() => ProcessTable.In(worker.Home, "sleep 600").Count >= 6, "the tools run");
            var waiting = await rig.SubmitAsync("sim.count");
            var told = Stopwatch.GetTimestamp();
            worker.Program.Signal(RunningProgram.Terminate);
            await worker.TellsAsync("Draining");
            await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
            (await worker.Program.EndAsync()).Ended(0);
            var took = Stopwatch.GetElapsedTime(told);
            Measured.Print("drained worker: until it had left, with 1 s for running tasks", took);

            Assert.InRange(took, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
            Assert.Empty(ProcessTable.In(worker.Home, "sleep 600"));
            Assert.Empty(await rig.NumbersAsync("select task from lease"));
            Assert.Equal(3 * round, (await rig.History.TrackAsync(job)).Count(happened => happened.Kind == "returned"));
            Assert.Equal("done", await rig.History.StateAsync(soon));
            Assert.NotNull((await rig.Store.NodesAsync(TestContext.Current.CancellationToken)).Single(node => node.Id == worker.Node).LeftAt);
            Assert.True((await rig.Store.CancelAsync(waiting, TestContext.Current.CancellationToken)).Value || await rig.History.StateAsync(waiting) == "done");
        }

        Assert.DoesNotContain(await rig.History.TrackAsync(job), happened => happened.Kind is "failed" or "lost" or "done");
        Assert.True((await rig.Store.CancelAsync(job, TestContext.Current.CancellationToken)).Value);
        await rig.History.NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_task_that_does_not_move_is_stopped_and_tried_again()
    {
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync();
        var worker = await rig.WorkerAsync("--slots", "4");
        var job = await rig.SubmitAsync(new JobRequest("sim", "stalls", [JobRig.Task("sim.hang", new { again = 0, effect = true }) with { Stall = TimeSpan.FromSeconds(1) }]));
        await worker.TellsAsync("Stalled");
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], 1);
        Assert.Equal(["submitted", "failed", "done"], (await rig.History.TrackAsync(job)).Select(happened => happened.Kind));
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task The_tools_of_a_job_that_is_called_off_are_gone_within_a_second()
    {
        Measured.SkipUnlessSoak();
        await using var rig = await JobRig.OnAsync(server);
        SimulatedWorker[] workers = [await rig.WorkerAsync("--slots", "2", "--lease", "8"), await rig.WorkerAsync("--slots", "2", "--lease", "8")];
        var took = new List<TimeSpan>();
        for (var round = 0; round < 60; round++)
        {
            var job = await rig.SubmitAsync("sim.tool", new { seconds = 600 }, 4);
            await Until.TrueAsync(() => workers.All(worker => ProcessTable.In(worker.Home, "sleep 600").Count >= 4), "the tools run on both");
            var called = Stopwatch.GetTimestamp();
            await rig.CancelAsync(job);
            await Until.TrueAsync(() => workers.All(worker => ProcessTable.In(worker.Home, "sleep 600").Count == 0), "the tools are gone", TimeSpan.FromSeconds(10));
            took.Add(Stopwatch.GetElapsedTime(called));
        }

        Measured.Within(took, 0.95, TimeSpan.FromSeconds(1), "cancelled job: until its tools were gone");
    }

    [Fact]
    public async Task A_job_that_is_called_off_has_its_tools_stopped_on_every_worker()
    {
        await using var rig = await JobRig.OnAsync(server);
        SimulatedWorker[] workers = [await rig.WorkerAsync("--slots", "2"), await rig.WorkerAsync("--slots", "2")];
        var job = await rig.SubmitAsync("sim.tool", new { seconds = 600 }, 4);
        await Until.TrueAsync(() => workers.All(worker => ProcessTable.In(worker.Home, "sleep 600").Count >= 4), "the tools run on both");
        Assert.True((await rig.Store.CancelAsync(job, TestContext.Current.CancellationToken)).Value);
        var called = Stopwatch.GetTimestamp();
        await Until.TrueAsync(() => workers.All(worker => ProcessTable.In(worker.Home, "sleep 600").Count == 0), "the tools are gone", TimeSpan.FromSeconds(10));
        Measured.Print("cancelled job: until its tools were gone, told by the heartbeat alone", Stopwatch.GetElapsedTime(called));
        await rig.History.NothingIsLeftAsync();
        var next = await rig.SubmitAsync("sim.count", tasks: 10);
        await rig.History.EndedAsync([next]);
        await rig.History.DoneOnceAsync([next], 10);
    }
}
