using Tidemark.AcceptanceTests.BadDays;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

/// <summary>Jobs and nodes by command, against a real node.</summary>
public class JobCommandTests
{
    private const string Nobody = "019f0000-0000-7000-8000-000000000000";

    [Fact]
    public async Task A_timelapse_is_a_job_that_is_listed_drawn_followed_called_off_and_tried_again()
    {
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], History = TimeSpan.FromMinutes(30) });
        await station.CaptureAsync("pier");
        var node = station.Node;
        Assert.Contains("no such jobs", (await node.RunAsync("job", "list")).Ended(0).Output, StringComparison.Ordinal);
        (await node.RunAsync(["timelapse", "pier", .. station.Range, "-o", station["a.mp4"]])).Ended(0);

        var listed = (await node.RunAsync("job", "list", "--state", "done", "--kind", "timelapse", "--json")).Ended(0).Json.GetProperty("jobs");
        var id = Assert.Single(listed.EnumerateArray()).GetProperty("id").GetString()!;
        Assert.Matches($"{id} +✓ done +timelapse +Timelapse of pier +([0-9]+)/\\1", (await node.RunAsync("job", "list")).Ended(0).Output);
        Assert.Empty((await node.RunAsync("job", "list", "--state", "failed", "--json")).Ended(0).Json.GetProperty("jobs").EnumerateArray());

        var shown = (await node.RunAsync("job", "show", id, "--track")).Ended(0).Output;
        foreach (var part in (string[])["Timelapse of pier", "┌", "│ ✓ join", "done, took", "submitted", "the job is done"])
        {
            Assert.Contains(part, shown, StringComparison.Ordinal);
        }

        var both = (await node.RunAsync("job", "show", id, "--track", "--json")).Ended(0).Json;
        Assert.Equal((id, "submitted"), (both.GetProperty("job").GetProperty("id").GetString(), both.GetProperty("events")[0].GetProperty("kind").GetString()));
        Assert.Equal("join", (await node.RunAsync("job", "show", id, "--json")).Ended(0).Json.GetProperty("tasks")[0].GetProperty("name").GetString());
        Assert.Contains("✓ done", (await node.RunAsync("job", "watch", id)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("had ended already: done", (await node.RunAsync("job", "cancel", id)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("--from", (await node.RunAsync("job", "retry", id)).Ended(2).Errors, StringComparison.Ordinal);
        Assert.Contains("job watch", (await node.RunAsync("job", "retry", id, "--from", "join")).Ended(0).Output, StringComparison.Ordinal);
        var watched = (await node.RunAsync("job", "watch", id, "--json")).Ended(0);
        Assert.Equal(("done", 2), (watched.Json.GetProperty("state").GetString(), watched.Json.GetProperty("round").GetInt32()));

        (await node.RunAsync("timelapse", "pier", "--from", "2020-01-01", "--to", "2020-01-02", "-o", station["b.mp4"])).Ended(2);
        var failed = (await node.RunAsync("job", "list", "--state", "failed", "--json")).Ended(0).Json.GetProperty("jobs")[0].GetProperty("id").GetString()!;
        Assert.Matches(@"✗ failed: .*\n +✗ .*no frames.*\n +→ ", (await node.RunAsync("job", "watch", failed)).Ended(1).Output);

        foreach (var verb in (string[])["show", "watch", "cancel", "retry"])
        {
            Assert.Contains(Nobody, (await node.RunAsync("job", verb, Nobody)).Ended(3).Errors, StringComparison.Ordinal);
            (await node.RunAsync("job", verb, "that-one")).Ended(2);
        }

        (await node.RunAsync("job", "list", "--state", "broken")).Ended(2);
        (await node.RunAsync("job", "list", "--limit", "0")).Ended(2);
        (await TidemarkCommand.RunAsync(["job", "list", "--data", station["nothing"]])).Ended(4);
        Assert.Contains("live", (await node.RunAsync("node", "list")).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_watches_a_job_sees_it_through_a_new_start_of_the_node()
    {
        await using var station = await Station.StartAsync(InterruptTests.Long, up: ["--set", "work.drain=0s"]);
        await station.CaptureAsync("pier");
        var id = await InterruptTests.AskAsync(station);
        await Until.TrueAsync(() => ProcessTable.In(station.Data, "ffmpeg").Count > 0, "ffmpeg runs");
        await using var watch = station.Node.Start("job", "watch", id);
        await watch.LineAsync(line => line.Contains("submitted", StringComparison.Ordinal));

        await station.RestartAsync();
        await watch.LineAsync(line => line.Contains("does not answer", StringComparison.Ordinal));

        var ran = (await watch.EndAsync()).Ended(0);
        Assert.Contains("the node is back", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("handed back: day-", ran.Output, StringComparison.Ordinal);
        Assert.Contains("✓ done", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_the_role_api_has_no_page_and_answers_on_its_socket()
    {
        using var folder = new TempFolder();
        await using var node = TidemarkCommand.Start(["node", "--roles", "work,dispatch", "--data", folder["data"], "--json"]);
        Assert.Contains("\"page\":null", await node.LineAsync(line => line.Contains("\"pid\"", StringComparison.Ordinal)), StringComparison.Ordinal);

        var nodes = (await TidemarkCommand.RunAsync(["node", "list", "--data", folder["data"], "--json"])).Ended(0).Json.GetProperty("nodes");
        Assert.Equal(["dispatch", "work"], nodes[0].GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        (await TidemarkCommand.RunAsync(["node", "--roles", "cook", "--data", folder["data"]])).Ended(2);
        node.Signal(RunningProgram.Terminate);
        (await node.EndAsync()).Ended(0);
    }
}
