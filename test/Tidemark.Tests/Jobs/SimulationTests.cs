using Tidemark.Tests.Jobs.Simulation;

namespace Tidemark.Tests.Jobs;

/// <summary>Bad days of the state machine, by seeds. <c>TIDEMARK_SEED=N</c> runs one of them again.</summary>
public abstract class SimulationTests
{
    protected static int? Given => int.TryParse(Environment.GetEnvironmentVariable("TIDEMARK_SEED"), out var seed) ? seed : null;

    protected static bool Soak => Environment.GetEnvironmentVariable("TIDEMARK_SOAK") == "1";

    /// <summary>Every day others.</summary>
    protected static int SeedOfToday => (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 86400 % 20_000) * 100_000;

    protected abstract Task<SimulatedDatabase> OpenAsync();

    /// <summary>Runs so many seeds, or the one that is given.</summary>
    protected async Task<SimulationReport> RunAsync(int first, int count, SimulationOptions options)
    {
        var total = new SimulationReport();
        var seeds = Given is { } given ? [given] : Enumerable.Range(first, count);
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, _) => total.Add(await Simulation.Simulation.RunAsync(seed, options, OpenAsync)));
        TestContext.Current.TestOutputHelper?.WriteLine(total.ToString());
        return total;
    }

    /// <summary>A simulation that never comes across a thing proves nothing of it.</summary>
    protected static void CameAcross(SimulationReport report, params string[] things)
    {
        if (Given is null)
        {
            Assert.All(things, thing => Assert.True(report.Counts.GetValueOrDefault(thing) > 0, $"The seeds never came across '{thing}': {report}"));
        }
    }
}

public sealed class SqliteSimulationTests : SimulationTests
{
    [Fact]
    public async Task A_hundred_bad_days_break_no_rule() => CameAcross(await RunAsync(1, 100, new SimulationOptions()),
        "registered", "refused", "resolve: Held", "resolve: Gone", "resolve: Registered", "claims found by kick", "kick: Lost", "kick: NewIncarnation", "fail: Gone", "retry: opened", "restore", "lost: late");

    [Fact]
    public async Task Twenty_bad_days_with_a_clock_that_is_set_back_leave_nothing_stuck() =>
        CameAcross(await RunAsync(1001, 20, new SimulationOptions { ClockGoesBack = true, Restores = false }), "registered", "clock set back", "marked", "releases");

    [Fact]
    [Trait("kind", "soak")]
    public async Task Thousands_of_bad_days_break_no_rule()
    {
        Assert.SkipUnless(Soak, "It takes minutes: ./tidemark test --soak");
        await RunAsync(SeedOfToday, 5000, new SimulationOptions { Steps = 600 });
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task Hundreds_of_bad_days_with_a_clock_that_is_set_back_leave_nothing_stuck()
    {
        Assert.SkipUnless(Soak, "It takes minutes: ./tidemark test --soak");
        await RunAsync(SeedOfToday, 500, new SimulationOptions { Steps = 600, ClockGoesBack = true, Restores = false });
    }

    [Fact]
    public async Task A_seed_is_the_whole_day()
    {
        var (one, other) = (await Simulation.Simulation.RunAsync(7, new SimulationOptions(), OpenAsync), await Simulation.Simulation.RunAsync(7, new SimulationOptions(), OpenAsync));

        Assert.Equal(one.Log, other.Log);
        Assert.True(one.Log.Count > 100, $"Only {one.Log.Count} things happened.");
    }

    protected override Task<SimulatedDatabase> OpenAsync() => SqliteSimulatedDatabase.NewAsync();
}
