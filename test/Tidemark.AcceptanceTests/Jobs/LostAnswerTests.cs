using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>A wire between worker and database that breaks while something is committed, or for longer than a lease.</summary>
public class LostAnswerTests(PostgresServer server)
{
    private const int Tasks = 20, Breaks = 6;

    // Where nobody is to count as lost: a busy machine is silent for longer than JobRig.Brisk.
    private static readonly string[] Patient = ["--lease", "16"];

    public static TheoryData<string, bool> Commits => new()
    {
        { nameof(Lost.Answer), false },
        { nameof(Lost.Request), false },
        { nameof(Lost.Answer), true },
        { nameof(Lost.Request), true },
    };

    [Theory]
    [MemberData(nameof(Commits))]
    public async Task A_result_whose_COMMIT_was_cut_off_is_registered_once_and_its_task_runs_once(string lost, bool effect)
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port);
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync(Patient);
        var worker = await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "2", .. Patient]);
        var broken = BreakAsync(proxy, Enum.Parse<Lost>(lost), Breaks, Completes);

        var job = await rig.SubmitAsync("sim.wait", new { seconds = 0.05, effect }, Tasks);

        await broken;
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], Tasks, effect);
        await RanOnceAsync(rig, worker, job);
    }

    [Theory]
    [InlineData(nameof(Lost.Answer))]
    [InlineData(nameof(Lost.Request))]
    public async Task Tasks_whose_claim_was_never_answered_run_once_all_the_same(string lost)
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port);
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync(Patient);
        var worker = await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "2", .. Patient]);
        var broken = BreakAsync(proxy, Enum.Parse<Lost>(lost), 3, texts => texts.Any(text => text.Contains("insert into lease", StringComparison.Ordinal)));

        var job = await rig.SubmitAsync("sim.count", tasks: Tasks);

        await broken;
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], Tasks);
        await RanOnceAsync(rig, worker, job);
    }

    [Theory]
    [InlineData(nameof(Lost.Answer))]
    [InlineData(nameof(Lost.Request))]
    public async Task A_failure_whose_COMMIT_was_cut_off_counts_once(string lost)
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port);
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync(Patient);
        await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "2", .. Patient]);
        var broken = BreakAsync(proxy, Enum.Parse<Lost>(lost), 1, texts => texts.Any(text => text.Contains("delete from lease where", StringComparison.Ordinal)));

        // Two stalls are forgiven, so one that was counted twice would not be seen by its end alone.
        var job = await rig.SubmitAsync("sim.fail", new { kind = FailureKind.Stalled, times = 1, effect = true }, 3);

        await broken;
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], 3);
        Assert.Equal([1, 2, 3], (await rig.History.TrackAsync(job)).Where(happened => happened.Kind == "failed").Select(happened => happened.Task).Order());
    }

    [Fact]
    public async Task A_registration_that_was_never_answered_leaves_one_node_that_counts()
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port);
        await using var rig = await JobRig.OnAsync(server);
        var broken = proxy.BreakCommitAsync(Lost.Answer, texts => texts.Any(text => text.Contains("insert into node", StringComparison.Ordinal)));
        var worker = await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "2"]);
        await broken;
        Assert.Equal([worker.Node], (await rig.Store.NodesAsync(TestContext.Current.CancellationToken)).Where(node => node.Live).Select(node => node.Id));
        var job = await rig.SubmitAsync("sim.count");
        await rig.History.EndedAsync([job]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_cut_off_for_longer_than_its_lease_has_its_results_refused_and_works_again(bool silently)
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port);
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync();
        var worker = await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "4"]);
        var tool = await rig.SubmitAsync("sim.tool", new { seconds = 600, again = 0, effect = true });
        var file = rig["file"];
        var wait = await rig.SubmitAsync("sim.wait", new { file, effect = true });
        await worker.TellsAsync("started", tool);
        await worker.TellsAsync("started", wait);
        var other = await rig.WorkerAsync("--slots", "4");

        if (silently)
        {
            proxy.Swallow();
        }
        else
        {
            proxy.Cut();
        }

        // Cut off, it works on (J4); what it makes comes too late.
        await other.TellsAsync("started", wait);
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await worker.TellsAsync("ended", wait);
        await rig.History.EndedAsync([tool, wait]);
        Assert.NotEmpty(ProcessTable.In(worker.Home, "sleep 600"));
        proxy.Mend();

        await worker.TellsAsync("stopped", tool);
        await worker.TellsAsync("discarded", wait);
        await worker.RegisteredAsync(2);
        Assert.Empty(ProcessTable.In(worker.Home, "sleep 600"));
        await rig.History.DoneOnceAsync([tool, wait], 1);
        await other.KillAsync();
        var again = await rig.SubmitAsync("sim.count");
        await rig.History.EndedAsync([again]);
    }

    [Fact]
    public async Task A_slow_wire_slows_and_nothing_else()
    {
        await using var proxy = new PostgresProxy((await server.ClusterAsync()).Port) { Delay = TimeSpan.FromMilliseconds(40) };
        await using var rig = await JobRig.OnAsync(server);
        await rig.DispatcherAsync(Patient);
        var worker = await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "4", .. Patient]);
        var job = await rig.SubmitAsync("sim.wait", new { seconds = 0.05, effect = true }, Tasks);
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], Tasks);
        Assert.Single(worker.Told("Registered"));
        Assert.DoesNotContain(await rig.History.TrackAsync(job), happened => happened.Kind is "lost" or "returned");
    }

    private static bool Completes(IReadOnlyList<string> texts) => texts.Any(text => text.Contains("delete from lease l using given", StringComparison.Ordinal));

    private static async Task BreakAsync(PostgresProxy proxy, Lost lost, int times, Func<IReadOnlyList<string>, bool> texts)
    {
        for (var time = 0; time < times; time++)
        {
            await proxy.BreakCommitAsync(lost, texts);
        }
    }

    private static async Task RanOnceAsync(JobRig rig, SimulatedWorker worker, Guid job)
    {
        // First of all, as whoever counts as lost begins again.
        Assert.Single(worker.Told("Registered"));
        // A claim whose answer got lost with the same transaction is handed back, free.
        Assert.DoesNotContain(await rig.History.TrackAsync(job), happened => happened.Kind is "lost" or "failed");
        Assert.Equal(Tasks, worker.Told("started").Count);
        Assert.Empty(worker.Told("discarded"));
    }
}
