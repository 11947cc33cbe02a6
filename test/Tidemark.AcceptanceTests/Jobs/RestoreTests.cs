using System.Diagnostics;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>An old copy of the database takes the place of the database, while workers are busy with what came after it.</summary>
public class RestoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_dump_was_loaded_nothing_of_the_newer_history_is_registered_and_work_goes_on()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await RestoreAsync(cluster, () => DumpAsync(cluster, "test1", "copy"), () => ReplaceAsync(cluster));
    }

    [Fact]
    public async Task After_a_copy_of_the_database_took_its_place_nothing_of_the_newer_history_is_registered_and_work_goes_on()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await RestoreAsync(cluster, async () =>
        {
            await cluster.ExecuteAsync(EndOthers, Cancellation);
            await cluster.ExecuteAsync("create database copy template test1", Cancellation);
        }, () => ReplaceAsync(cluster));
    }

    [Fact]
    public async Task After_an_old_copy_of_the_servers_files_was_put_back_nothing_of_the_newer_history_is_registered_and_work_goes_on()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await RestoreAsync(cluster, async () =>
        {
            await cluster.StopAsync();
            await cluster.KeepCopyAsync();
            await cluster.RestartAsync();
        }, async () =>
        {
            await cluster.CrashAsync();
            await cluster.PutCopyBackAsync();
            await cluster.RestartAsync();
        });
    }

    [Fact]
    public async Task A_copy_of_a_database_is_noticed_by_the_first_node_that_registers_and_gives_no_fence_again()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await using var rig = await JobRig.OnAsync(await cluster.NewDatabaseAsync(Cancellation));
        var before = await rig.Store.RegisterAsync(new NodeIntroduction("before", "before", ["work"], "0.1.0", null), Cancellation);
        await rig.CloseAsync();
        await cluster.ExecuteAsync("create database copy template test1", Cancellation);
        await rig.ReopenAsync();
        var newer = await ClaimAsync(rig, before);
        await rig.CloseAsync();
        await ReplaceAsync(cluster);
        await rig.ReopenAsync();

        // Nobody who knows of the newer history has spoken yet.
        var after = await rig.Store.RegisterAsync(new NodeIntroduction("after", "after", ["work"], "0.1.0", null), Cancellation);
        var claimed = await ClaimAsync(rig, after);

        Assert.DoesNotContain(claimed.Fence, (Fence[])[newer.Fence]);
        Assert.Equal(before.Incarnation + 1, claimed.Fence.Incarnation);
        Assert.Equal([false], (await rig.Store.ExchangeAsync(new Exchange(before, 2, [new Completion(newer, null)], []), Cancellation)).Registered);
        Assert.Equal(KickState.NewIncarnation, (await rig.Store.KickAsync(new Kick(before, 2, [], false), Cancellation)).State);
    }

    private static async Task<Lease> ClaimAsync(JobRig rig, NodeSession node)
    {
        var submitted = (await rig.Store.SubmitAsync(new JobRequest("sim", "copy", [JobRig.Task("sim.count")]), Cancellation)).Value;
        return (await rig.Store.ExchangeAsync(new Exchange(node, 1, [], [new LaneClaim(submitted.Lanes[0].Lane, LanePlace.Beginning, 1)]), Cancellation)).Claimed.Single();
    }

    private const string EndOthers = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'test1'";

    private static async Task RestoreAsync(PostgresCluster cluster, Func<Task> copy, Func<Task> restore)
    {
        await using var proxy = new PostgresProxy(cluster.Port);
        await using var rig = await JobRig.OnAsync(await cluster.NewDatabaseAsync(Cancellation));
        SimulatedWorker[] workers =
        [
            await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "4", "--dispatch"]), await rig.WorkerAsync(proxy.Through(rig.Address), ["--slots", "4", "--dispatch"]),
        ];

        // Before the copy: some done, some being done.
        var done = await rig.SubmitAsync("sim.count", tasks: 20);
        await rig.History.EndedAsync([done]);
        var (first, second) = (rig["first"], rig["second"]);
        var held = await rig.SubmitAsync("sim.wait", new { file = first, effect = true }, 4);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(task => AnyTellsAsync(workers, "started", held, task)));
        proxy.Cut();
        await rig.CloseAsync();
        await copy();
        await rig.ReopenAsync();
        proxy.Mend();

        // After it: those end, others begin, and some of these have ended in the very moment of the restore.
        await File.WriteAllTextAsync(first, "", Cancellation);
        await rig.History.EndedAsync([held]);
        var newer = await rig.SubmitAsync("sim.wait", new { file = second, effect = true }, 3);
        var tool = await rig.SubmitAsync("sim.tool", new { seconds = 600, effect = true }, 2);
        await Task.WhenAll(Enumerable.Range(1, 3).Select(task => AnyTellsAsync(workers, "started", newer, task)));
        await Task.WhenAll(Enumerable.Range(1, 2).Select(task => AnyTellsAsync(workers, "started", tool, task)));
        proxy.Cut();
        await rig.CloseAsync();
        await restore();
        await File.WriteAllTextAsync(second, "", Cancellation);
        await Task.WhenAll(Enumerable.Range(1, 3).Select(task => AnyTellsAsync(workers, "ended", newer, task)));
        await rig.ReopenAsync();
        proxy.Mend();

        // What the copy does not know of is dropped, what it does not know to be done is done again.
        await Task.WhenAll(workers.Select(worker => worker.RegisteredAsync(2)));
        await Task.WhenAll(Enumerable.Range(1, 3).Select(task => AnyTellsAsync(workers, "discarded", newer, task)));
        await Task.WhenAll(Enumerable.Range(1, 2).Select(task => AnyTellsAsync(workers, "stopped", tool, task)));
        var later = await rig.SubmitAsync("sim.count", tasks: 20);
        await rig.History.EndedAsync([held, later]);
        await rig.History.DoneOnceAsync([done, later], 20);
        await rig.History.DoneOnceAsync([held], 4);
        Assert.Empty(await rig.History.TrackAsync(newer));
        Assert.Empty(await rig.History.EffectsAsync(newer));
        Assert.All(workers, worker => Assert.Empty(ProcessTable.In(worker.Home, "sleep 600")));

        // No fence of the newer history is given to anybody again.
        var fences = workers.SelectMany(worker => worker.Told("started")).Select(line => line.GetProperty("fence").GetString()).ToList();
        Assert.Equal(fences.Count, fences.Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(1, (await rig.NumbersAsync("select incarnation from engine")).Single());
    }

    private static Task<System.Text.Json.JsonElement> AnyTellsAsync(SimulatedWorker[] workers, string what, Guid job, int task) => Task.WhenAny(workers.Select(worker => worker.TellsAsync(what, job, task))).Unwrap();

    private static async Task ReplaceAsync(PostgresCluster cluster)
    {
        await cluster.ExecuteAsync(EndOthers, Cancellation);
        await cluster.ExecuteAsync("alter database test1 rename to newer", Cancellation);
        await cluster.ExecuteAsync("alter database copy rename to test1", Cancellation);
    }

    private static async Task DumpAsync(PostgresCluster cluster, string from, string to)
    {
        await cluster.ExecuteAsync($"create database {to}", Cancellation);
        using var folder = new TempFolder();
        string[] server = ["-h", "127.0.0.1", "-p", $"{cluster.Port}", "-U", "tidemark"];
        await RunAsync(PostgresCluster.Tool("pg_dump", [.. server, "-f", folder["dump.sql"], from]));
        await RunAsync(PostgresCluster.Tool("psql", [.. server, "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-f", folder["dump.sql"], to]));
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, errors);
    }
}
