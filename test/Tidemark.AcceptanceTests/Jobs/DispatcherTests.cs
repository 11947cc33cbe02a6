using System.Diagnostics;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Two that may dispatch, of which one does.</summary>
public class DispatcherTests(PostgresServer server)
{
    [Fact]
    public async Task When_the_dispatcher_is_killed_another_takes_over_within_its_term()
    {
        await using var rig = await JobRig.OnAsync(server);
        var first = await rig.DispatcherAsync();
        await first.TellsAsync("Elected");
        var second = await rig.DispatcherAsync();
        var sleeper = await rig.WorkerAsync("--slots", "1");
        var job = await rig.SubmitAsync("sim.tool", new { seconds = 600, again = 0, effect = true });
        await sleeper.TellsAsync("started", job);

        var killed = Stopwatch.GetTimestamp();
        await first.KillAsync();
        await second.TellsAsync("Elected");
        Measured.Print("killed dispatcher: until another was elected, with a term of 1.2 s", Stopwatch.GetElapsedTime(killed));

        // And it does what a dispatcher is for.
        await sleeper.KillAsync();
        await second.TellsAsync("NodeLost", line => line.GetProperty("node").GetGuid() == sleeper.Node);
        await rig.WorkerAsync("--slots", "1");
        await rig.History.EndedAsync([job]);
        await rig.History.DoneOnceAsync([job], 1);
        Assert.True(Epoch(await first.TellsAsync("Elected")) < Epoch(await second.TellsAsync("Elected")));
    }

    [Fact]
    public async Task A_dispatcher_that_slept_through_its_term_does_nothing_before_it_is_elected_again()
    {
        await using var rig = await JobRig.OnAsync(server);
        var first = await rig.DispatcherAsync();
        await first.TellsAsync("Elected");
        var second = await rig.DispatcherAsync();
        var worker = await rig.WorkerAsync("--slots", "1");

        // The worker is silent for as long as the first sleeps: on waking there would be something to do.
        first.Program.Signal(RunningProgram.Stop);
        worker.Program.Signal(RunningProgram.Stop);
        await second.TellsAsync("Elected");
        await second.TellsAsync("NodeLost", line => line.GetProperty("node").GetGuid() == worker.Node);
        // Who was heard a moment later is marked a moment later.
        await second.TellsAsync("NodeLost", line => line.GetProperty("node").GetGuid() == first.Node);
        var before = first.Program.Lines.Count;
        first.Program.Signal(RunningProgram.Continue);
        await first.RegisteredAsync(2);
        await first.TellsAsync("NotElected");
        worker.Program.Signal(RunningProgram.Continue);
        await worker.RegisteredAsync(2);

        // The other gives way, and only then the first acts again.
        second.Program.Signal(RunningProgram.Stop);
        await first.TellsAsync("Elected", 2);
        await first.TellsAsync("NodeLost", line => line.GetProperty("node").GetGuid() == second.Node);
        second.Program.Signal(RunningProgram.Continue);

        string[] acts = ["NodeLost", "Released", "Troubled", "Reserves"];
        var woken = first.Program.Lines.Skip(before).Select(Sort).ToList();
        Assert.True(woken.FindIndex(acts.Contains) > woken.IndexOf("Elected"), string.Join(' ', woken));
        // On a starved machine a term lapses now and then: there may be more of them, each one's alone.
        Assert.Empty(first.Told("Elected").Select(Epoch).Intersect(second.Told("Elected").Select(Epoch)));
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task Two_dispatchers_that_sleep_again_and_again_never_act_in_one_term_both()
    {
        Measured.SkipUnlessSoak();
        await using var rig = await JobRig.OnAsync(server);
        SimulatedWorker[] dispatchers = [await rig.DispatcherAsync(), await rig.DispatcherAsync()];
        await rig.WorkerAsync("--slots", "4");
        var jobs = new List<Guid>();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var chance = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            jobs.Add(await rig.SubmitAsync("sim.wait", new { seconds = 0.2, effect = true }, 10));
            var sleeper = dispatchers[chance.Next(2)];
            sleeper.Program.Signal(RunningProgram.Stop);
            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(4000)), TimeProvider.System, TestContext.Current.CancellationToken);
            sleeper.Program.Signal(RunningProgram.Continue);
            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(1000)), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await rig.History.EndedAsync(jobs);
        await rig.History.DoneOnceAsync(jobs, 10);
        var terms = dispatchers.Select(dispatcher => dispatcher.Told("Elected").Select(Epoch).ToHashSet()).ToArray();
        Assert.Empty(terms[0].Intersect(terms[1]));
    }

    private static long Epoch(System.Text.Json.JsonElement line) => long.Parse(line.GetProperty("epoch").GetString()!);

    private static string Sort(string line) => line.Split('"') is [_, "is", _, var sort, ..] ? sort : "";
}
