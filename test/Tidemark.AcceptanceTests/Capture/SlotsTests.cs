using System.Text.Json;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator;

namespace Tidemark.AcceptanceTests.Capture;

/// <summary>Every slot has its outcome and every frame its row, whatever becomes of the node and of the database.</summary>
public class SlotsTests
{
    private static readonly SimulatorOptions Live = Station.Small with { History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.FromSeconds(1), Clock = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero) };

    [Fact]
    public async Task After_kill_9_half_way_the_slots_add_up_and_every_file_has_its_row()
    {
        await using var station = await Station.StartAsync(Live);
        await station.AddAsync(["harbour"], every: "1s");
        await station.Node.WhenCapturedAsync("harbour", 6);
        for (var round = 0; round < 3; round++)
        {
            station.Node.Program.Signal(RunningProgram.Kill);
            await station.Node.Program.EndAsync();
            await station.RestartAsync();
            var before = (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32();
            await station.Node.WhenCapturedAsync("harbour", before + 2);
        }

        // On a slow machine one poll fetches what came meanwhile, and its slots are told when it ends.
        var added = (await station.Node.GetAsync("sources/harbour")).GetProperty("createdAt").GetDateTimeOffset();
        await Until.TrueAsync(async () => Taken(Outcomes(await ReportAsync(station, added, TimeProvider.System.GetUtcNow()))) >= 4, "four slots were taken");
        await station.Node.PostAsync("sources/harbour/pause");
        var report = await ReportAsync(station, added, TimeProvider.System.GetUtcNow());

        var outcomes = Outcomes(report);
        Assert.Equal(report.GetProperty("slots").GetInt32(), outcomes.Values.Sum());
        Assert.Equal(Seconds(report), report.GetProperty("slots").GetInt32() + report.GetProperty("open").GetInt32());
        Assert.InRange(Taken(outcomes), 4, int.MaxValue);
        // Whatever was missed says why; null is: no node was there.
        Assert.All(report.GetProperty("runs").EnumerateArray().Where(run => run.GetProperty("outcome").GetString() == "missed"), run => Assert.NotNull(run.GetProperty("reason").GetString()));
        await AllHaveRowsAsync(station);
    }

    [Fact]
    public async Task While_PostgreSQL_is_stopped_capture_goes_on_and_when_it_is_back_nothing_is_missing()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var database = await cluster.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await using var station = await Station.StartAsync(Live, up: ["--set", $"database={database}"]);
        await station.AddAsync(["harbour"], every: "1s");
        await station.Node.WhenCapturedAsync("harbour", 5);

        await cluster.StopAsync();
        var away = TimeProvider.System.GetUtcNow();
        var before = Files(station);
        await Until.TrueAsync(() => Files(station) >= before + 5, "capture goes on without the database");
        var back = TimeProvider.System.GetUtcNow();
        await cluster.RestartAsync();

        await Until.TrueAsync(async () => (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32() >= before + 5, "the rows are there");
        var outcomes = Outcomes(await ReportAsync(station, away, back));
        Assert.Equal(0, outcomes.GetValueOrDefault("missed") + outcomes.GetValueOrDefault("failed"));
        await station.Node.PostAsync("sources/harbour/pause");
        await AllHaveRowsAsync(station);
    }

    [Fact]
    public async Task A_node_that_starts_while_PostgreSQL_is_away_captures_what_it_knew_and_the_database_catches_up()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var database = await cluster.NewDatabaseAsync(TestContext.Current.CancellationToken);
        string[] up = ["--set", $"database={database}"];
        await using var station = await Station.StartAsync(Live, up: up);
        await station.AddAsync(["harbour"], every: "1s");
        await station.Node.WhenCapturedAsync("harbour", 5);
        await Until.TrueAsync(() => File.Exists(Path.Combine(station.Data, "state", "_sources.json")) && File.ReadAllText(Path.Combine(station.Data, "state", "_sources.json")).Contains("harbour", StringComparison.Ordinal), "the node keeps its sources");
        station.Node.Program.Signal(RunningProgram.Kill);
        await station.Node.Program.EndAsync();

        await cluster.StopAsync();
        await station.RestartAsync(up: up);
        var before = Files(station);
        await Until.TrueAsync(() => Files(station) >= before + 5, "capture begins without the database");
        using (var away = await station.Node.AnswerAsync("sources"))
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(await away.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal((503, "database_unreachable"), ((int)away.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains("capture goes on", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await cluster.RestartAsync();
        await Until.TrueAsync(async () =>
        {
            using var answer = await station.Node.AnswerAsync("sources/harbour");
            return answer.IsSuccessStatusCode && JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("frames").GetInt32() >= before + 5;
        }, "the rows are there");
        await station.Node.PostAsync("sources/harbour/pause");
        await AllHaveRowsAsync(station);
        // Work begins too.
        await Until.TrueAsync(async () => (await station.Node.GetAsync("nodes")).GetProperty("nodes").EnumerateArray().Any(node => node.GetProperty("state").GetString() == "live"), "the node has registered");

        // Of another database nothing is known, and a node that knows nothing says why it cannot begin.
        station.Node.Program.Signal(RunningProgram.Terminate);
        Assert.Contains("It captures what it knew last", (await station.Node.Program.EndAsync()).Errors, StringComparison.Ordinal);
        var ran = await TidemarkCommand.RunAsync(["up", "--data", station.Data, "--listen", "127.0.0.1:0", "--set", "database=postgres://tidemark@127.0.0.1:1/none"]);
        ran.Ended(4);
    }

    [Fact]
    public async Task Slots_are_shown_by_day_and_trouble_with_its_reason()
    {
        await using var station = await Station.StartAsync();
        station.Sites.Faults.Set("harbour", new Simulator.Faults.Status500());
        await station.AddAsync(["harbour"], every: "1s");
        await station.Node.WhenAsync("sources/harbour/slots", slots => Outcomes(slots).GetValueOrDefault("failed") > 4, "slots failed");

        var said = (await station.Node.RunAsync("slots", "harbour", "--from", "1h")).Ended(0).Output;
        Assert.Contains("it answered with an error", said, StringComparison.Ordinal);
        Assert.Contains("it had failed often, and was not asked", said, StringComparison.Ordinal);
        Assert.Matches(@"\d{4}-\d\d-\d\d +\d+ +0 +\d+ failed", said);
        var json = (await station.Node.RunAsync("slots", "harbour", "--json")).Ended(0).Json;
        Assert.Equal(json.GetProperty("slots").GetInt32(), Outcomes(json).Values.Sum());
        (await station.Node.RunAsync("slots", "nowhere")).Ended(3);
        (await station.Node.RunAsync("slots", "harbour", "--from", "soon")).Ended(2);
    }

    private static int Taken(Dictionary<string, int> outcomes) => outcomes.GetValueOrDefault("ok") + outcomes.GetValueOrDefault("unchanged");

    private static int Files(Station station) => TempFolder.FilesIn(Path.Combine(station.Data, "frames")).Count;

    private static Task<JsonElement> ReportAsync(Station station, DateTimeOffset from, DateTimeOffset to) =>
        station.Node.GetAsync($"sources/harbour/slots?from={Station.Text(from)}&to={Station.Text(to)}");

    private static Dictionary<string, int> Outcomes(JsonElement report) =>
        report.GetProperty("outcomes").EnumerateObject().ToDictionary(outcome => outcome.Name, outcome => outcome.Value.GetInt32(), StringComparer.Ordinal);

    // One slot a second, at the full second.
    private static int Seconds(JsonElement report) =>
        (int)(Math.Ceiling(report.GetProperty("to").GetDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0) - Math.Ceiling(report.GetProperty("from").GetDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0));

    private static async Task AllHaveRowsAsync(Station station) =>
        await Until.TrueAsync(async () => (await station.Node.GetAsync("sources/harbour/frames?limit=1000")).GetProperty("frames").GetArrayLength() == Files(station), "every file has its row");
}
