using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>A node that captures and serves, and others that work, on one database and one archive.</summary>
public class SeveralNodesTests(PostgresServer server)
{
    [Fact]
    public async Task What_one_node_is_asked_for_another_makes_and_nothing_of_the_others_is_touched()
    {
        var database = await server.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], History = TimeSpan.FromMinutes(60) }, up: ["--set", $"database={database}", "--set", "roles=api,capture,dispatch", "--set", "node.name=harbour"]);
        await station.CaptureAsync("pier");
        var id = await AskAsync(station);
        await Until.TrueAsync(async () => (await station.Node.RunAsync("job", "show", id, "--json")).Ended(0).Json.GetProperty("trouble").GetString()?.Contains("timelapse.plan", StringComparison.Ordinal) == true, "what nobody can do is said", TimeSpan.FromSeconds(15));

        await using var worker = StartWorker(station, database, "studio");
        await worker.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal));
        var watched = (await station.Node.RunAsync("job", "watch", id)).Ended(0).Output;
        Assert.Contains("done join on studio", watched, StringComparison.Ordinal);

        var nodes = (await station.Node.RunAsync("node", "list", "--json")).Ended(0).Json.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(["harbour", "studio"], nodes.Select(node => node.GetProperty("name").GetString()));
        Assert.Equal(["dispatch", "work"], nodes[1].GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal(nodes[1].GetProperty("id").GetString(), (await TidemarkCommand.RunAsync(["node", "list", "--json", "--data", station["studio"]])).Ended(0).Json.GetProperty("nodes")[1].GetProperty("id").GetString());
        Assert.Contains("mount:archive-", (await station.Node.RunAsync("node", "list")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Matches(@"✓ join.*\n.*done, took", (await station.Node.RunAsync("job", "show", id)).Ended(0).Output);
        Assert.Single(TempFolder.FilesIn(Path.Combine(station.Data, "assets")));
        Assert.False(Directory.Exists(Path.Combine(station["studio"], "frames")), "The worker made an archive of its own.");
    }

    [Fact]
    public async Task What_a_killed_worker_held_is_done_by_another()
    {
        var database = await server.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await using var station = await Station.StartAsync(BadDays.InterruptTests.Long, up: ["--set", $"database={database}", "--set", "roles=api,capture,dispatch"]);
        await station.CaptureAsync("pier");
        await using var first = StartWorker(station, database, "first");
        await first.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal));
        var id = await BadDays.InterruptTests.AskAsync(station);
        await Until.TrueAsync(() => ProcessTable.In(station["first"], "ffmpeg").Count > 0, "ffmpeg runs");
        await using var second = StartWorker(station, database, "second");
        await second.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal));

        first.SignalAll(RunningProgram.Kill);

        await station.Node.WhenTimelapseAsync(id, "done");
        var track = (await station.Node.RunAsync("job", "show", id, "--track")).Ended(0).Output;
        var lost = System.Text.RegularExpressions.Regex.Match(track, "lost with its node: (?<day>day-[0-9-]+) on first", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(lost.Success, track);
        Assert.Contains($"done {lost.Groups["day"].Value}, try 2 on second", track, StringComparison.Ordinal);
        Assert.Single(TempFolder.FilesIn(Path.Combine(station.Data, "assets")));
    }

    [Fact]
    public async Task One_worker_and_two_make_the_same_bytes()
    {
        var database = await server.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], Every = TimeSpan.FromHours(2), History = TimeSpan.FromDays(6) }, up: ["--set", $"database={database}", "--set", "roles=api,capture,dispatch"]);
        await station.CaptureAsync("pier");
        await using var first = StartWorker(station, database, "first");
        await first.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal));
        var alone = await station.Node.WhenTimelapseAsync(await AskAsync(station), "done");
        Directory.Delete(Path.Combine(station.Data, "stretches"), recursive: true);

        await using var second = StartWorker(station, database, "second");
        await second.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal));
        var id = await AskAsync(station);
        var together = await station.Node.WhenTimelapseAsync(id, "done");

        Assert.Equal(Sum(alone), Sum(together));
        var nodes = (await station.Node.RunAsync("job", "show", id, "--json")).Ended(0).Json.GetProperty("tasks").EnumerateArray()
            .Where(task => task.GetProperty("name").GetString()!.StartsWith("day-", StringComparison.Ordinal)).Select(task => task.GetProperty("node").GetString()).Distinct();
        Assert.Equal(["first", "second"], nodes.Order());
    }

    private static string Sum(System.Text.Json.JsonElement made) => made.GetProperty("asset").GetProperty("sha256").GetString()!;

    private static RunningProgram StartWorker(Station station, string database, string name) => TidemarkCommand.Start(
        ["node", "--roles", "dispatch,work", "--data", station[name], "--set", $"database={database}", "--set", $"archive={station.Data}", "--set", $"node.name={name}", "--json"]);

    private static async Task<string> AskAsync(Station station) => (await station.Node.PostAsync("timelapses", new
    {
        sources = new[] { "pier" },
        from = station.Instants[0],
        to = station.Instants[^1].AddSeconds(1),
    })).GetProperty("id").GetString()!;
}
