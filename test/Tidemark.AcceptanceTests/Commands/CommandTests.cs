using System.Text.Json;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

/// <summary>Every command against a real node: what it does, what <c>--json</c> answers, and its exit code.</summary>
public class CommandTests
{
    [Fact]
    public async Task A_source_is_added_listed_shown_tested_paused_resumed_polled_and_removed()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(20) });
        var node = station.Node;
        Assert.Contains("no sources yet", (await node.RunAsync("source", "list")).Ended(0).Output, StringComparison.Ordinal);

        var added = (await node.RunAsync([.. station.AddArguments("pier", "12h"), "--json"])).Ended(0).Json;
        Assert.Equal(("pier", 43_200, false), (added.GetProperty("id").GetString(), added.GetProperty("everySeconds").GetInt32(), added.GetProperty("paused").GetBoolean()));
        await node.WhenCapturedAsync("pier", 2);

        Assert.Matches(@"pier +(ok|unchanged|not polled yet) +2 ", (await node.RunAsync("source", "list")).Ended(0).Output);
        Assert.Equal("pier", (await node.RunAsync("source", "list", "--json")).Ended(0).Json.GetProperty("sources")[0].GetProperty("id").GetString());
        var shown = (await node.RunAsync("source", "show", "pier")).Ended(0).Output;
        Assert.Contains(station.Sites.IndexUrl("pier"), shown, StringComparison.Ordinal);
        Assert.Contains("2 frames", shown, StringComparison.Ordinal);
        Assert.Equal(2, (await node.RunAsync("source", "show", "pier", "--json")).Ended(0).Json.GetProperty("frames").GetInt32());

        Assert.True((await node.RunAsync("source", "pause", "pier", "--json")).Ended(0).Json.GetProperty("paused").GetBoolean());
        Assert.Contains("paused", (await node.RunAsync("source", "list")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("resumed", (await node.RunAsync("source", "resume", "pier")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("polled", (await node.RunAsync("source", "poll", "pier")).Ended(0).Output, StringComparison.Ordinal);

        Assert.Contains("stay in the archive", (await node.RunAsync("source", "remove", "pier")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Empty((await node.RunAsync("source", "list", "--json")).Ended(0).Json.GetProperty("sources").EnumerateArray());
        Assert.Equal(2, TempFolder.FilesIn(Path.Combine(station.Data, "frames")).Count);
    }

    [Fact]
    public async Task A_source_is_tested_in_four_steps_and_the_first_that_fails_says_why()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(20) });
        await station.CaptureAsync("pier");
        var good = (await station.Node.RunAsync("source", "test", "pier", "--json")).Ended(0).Json;
        Assert.Equal(["name", "connection", "answer", "image"], good.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("step").GetString()));
        Assert.Contains("640×360 JPEG", (await station.Node.RunAsync("source", "test", "pier")).Ended(0).Output, StringComparison.Ordinal);

        station.Sites.Faults.Set("pier", new Simulator.Faults.Status500());
        var broken = (await station.Node.RunAsync("source", "test", "pier", "--json")).Ended(1).Json;
        Assert.False(broken.GetProperty("ok").GetBoolean());
        Assert.Equal([("name", true), ("connection", true), ("answer", false)],
            broken.GetProperty("steps").EnumerateArray().Select(step => (step.GetProperty("step").GetString()!, step.GetProperty("ok").GetBoolean())));
        Assert.Contains("500", broken.GetProperty("steps")[2].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_are_listed_by_range_and_the_end_is_not_in_it()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30) });
        await station.CaptureAsync("pier");
        var (first, last) = (Station.Text(station.Instants[0]), Station.Text(station.Instants[^1]));

        var all = (await station.Node.RunAsync("frames", "pier", "--json")).Ended(0).Json.GetProperty("frames");
        Assert.Equal(station.Instants, all.EnumerateArray().Select(frame => frame.GetProperty("time").GetDateTimeOffset()));
        var some = (await station.Node.RunAsync("frames", "pier", "--from", first, "--to", last, "--json")).Ended(0).Json.GetProperty("frames");
        Assert.Equal(station.Instants.Take(2), some.EnumerateArray().Select(frame => frame.GetProperty("time").GetDateTimeOffset()));
        Assert.Contains(last, (await station.Node.RunAsync("frames", "pier", "--from", "yesterday")).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_opens_the_API_from_elsewhere_until_it_is_revoked()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        var made = (await node.RunAsync("token", "create", "dashboard", "--read-only", "--expires", "1d", "--json")).Ended(0).Json;
        var elsewhere = new Dictionary<string, string?> { ["TIDEMARK_SERVER"] = node.Page.ToString(), ["TIDEMARK_TOKEN"] = made.GetProperty("token").GetString() };

        (await TidemarkCommand.RunAsync(["source", "list"], elsewhere)).Ended(0);
        Assert.Contains("may only read", (await TidemarkCommand.RunAsync(["token", "create", "other"], elsewhere)).Ended(2).Errors, StringComparison.Ordinal);
        var listed = (await node.RunAsync("token", "list", "--json")).Ended(0).Json.GetProperty("tokens")[0];
        Assert.Equal("dashboard", listed.GetProperty("name").GetString());
        Assert.DoesNotContain(made.GetProperty("token").GetString()!, listed.ToString(), StringComparison.Ordinal);
        Assert.Contains("dashboard", (await node.RunAsync("token", "list")).Ended(0).Output, StringComparison.Ordinal);

        (await node.RunAsync("token", "revoke", made.GetProperty("id").GetString()!)).Ended(0);
        Assert.Contains("not known", (await TidemarkCommand.RunAsync(["source", "list"], elsewhere)).Ended(2).Errors, StringComparison.Ordinal);
        Assert.Single((await node.RunAsync("token", "create", "phone")).Ended(0).Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task The_address_of_the_page_carries_a_token_behind_the_hash()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        Assert.StartsWith($"{node.Page}#token=", (await node.RunAsync("page")).Ended(0).Output, StringComparison.Ordinal);
        Assert.StartsWith($"{node.Page}#token=", (await node.RunAsync("page", "--json")).Ended(0).Json.GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_gives_3_what_is_written_wrong_gives_2_and_no_node_gives_4()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await station.CaptureAsync("pier");
        var node = station.Node;
        foreach (var verb in (string[])["show", "test", "pause", "resume", "poll", "remove"])
        {
            Assert.Contains("nowhere", (await node.RunAsync("source", verb, "nowhere")).Ended(3).Errors, StringComparison.Ordinal);
        }

        (await node.RunAsync("frames", "nowhere")).Ended(3);
        (await node.RunAsync("timelapse", "nowhere", "-o", station["a.mp4"])).Ended(3);
        (await node.RunAsync("token", "revoke", "019f0000-0000-7000-8000-000000000000")).Ended(3);

        (await node.RunAsync(station.AddArguments("pier"))).Ended(2);
        (await node.RunAsync(station.AddArguments("harbour", "soon"))).Ended(2);
        (await node.RunAsync("source", "add", "Bad_Name", "--url", "ftp://x", "--list", "frames", "--time", "/t", "--image", "/i")).Ended(2);
        (await node.RunAsync("frames", "pier", "--from", "noon")).Ended(2);
        (await node.RunAsync("timelapse", "pier", "--layout", "quad", "-o", station["a.mp4"])).Ended(2);
        (await node.RunAsync("timelapse", "pier", "--fps", "0", "-o", station["a.mp4"])).Ended(2);
        (await node.RunAsync("timelapse", "pier", "--crop", "big", "-o", station["a.mp4"])).Ended(2);
        (await node.RunAsync("timelapse", "pier", "-o", station["none/a.mp4"])).Ended(2);
        (await node.RunAsync("timelapse", "pier", "--sidebar", station["none.mp4"], "-o", station["a.mp4"])).Ended(2);
        (await node.RunAsync("token", "revoke", "that-one")).Ended(2);
        (await node.RunAsync("token", "create", "short", "--expires", "0s")).Ended(2);
        (await node.RunAsync("token", "create", "long", "--expires", "999999999d")).Ended(2);
        (await node.RunAsync("frames", "pier", "--from", "999999d")).Ended(2);
        (await node.RunAsync("source", "list", "--set", "no.such=1")).Ended(2);

        (await TidemarkCommand.RunAsync(["source", "list", "--data", station["nothing"]])).Ended(4);
        (await TidemarkCommand.RunAsync(["source", "list", "--server", "http://127.0.0.1:1"], new Dictionary<string, string?> { ["TIDEMARK_TOKEN"] = "x" })).Ended(4);
        Assert.Equal(["pier"], Directory.GetDirectories(Path.Combine(station.Data, "frames")).Select(Path.GetFileName));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(station["a.mp4"])!));
    }

    [Fact]
    public async Task A_place_where_no_video_can_be_kept_is_refused_before_the_work()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await station.CaptureAsync("pier");
        Directory.CreateDirectory(station["videos"]);
        await File.WriteAllTextAsync(station["file"], "", TestContext.Current.CancellationToken);
        foreach (var (place, said) in new[] { ("videos", "is a folder"), ("none/a.mp4", "no folder"), ("file/a.mp4", "no folder"), (new string('x', 254), "too long"), ("/proc/a.mp4", "cannot be written") })
        {
            var ran = (await station.Node.RunAsync(["timelapse", "pier", .. station.Range, "-o", place[0] == '/' ? place : station[place]])).Ended(2);
            Assert.Contains(said, ran.Errors, StringComparison.Ordinal);
        }

        Assert.Empty((await station.Node.GetAsync("timelapses")).GetProperty("timelapses").EnumerateArray());
        Assert.Empty(Directory.GetFileSystemEntries(station["videos"]));
        (await station.Node.RunAsync(["timelapse", "pier", .. station.Range, "-o", station["videos/a.mp4"]])).Ended(0);
        Assert.Equal(["a.mp4"], TempFolder.FilesIn(station["videos"]));
    }

    [Fact]
    public async Task A_range_without_frames_fails_and_says_so()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await station.CaptureAsync("pier");
        var ran = (await station.Node.RunAsync("timelapse", "pier", "--from", "2020-01-01", "--to", "2020-01-02", "-o", station["a.mp4"])).Ended(2);
        Assert.Contains("no frames", ran.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(station["a.mp4"]));
    }

    [Fact]
    public async Task The_doctor_finds_this_machine_well_and_sees_the_node()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        var found = (await node.RunAsync("doctor", "--json")).Json;
        foreach (var finding in found.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("what").GetString() != "disk"))
        {
            Assert.True(finding.GetProperty("ok").GetBoolean(), finding.ToString());
        }

        Assert.Equal(["configuration", "ffmpeg", "ffprobe", "jpegtran", "data folder", "archive", "disk", "database", "page", "clock", "node"],
            found.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("what").GetString()));
        Assert.Contains(node.Page.ToString(), (await node.RunAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_looks_at_the_database_that_is_configured_and_changes_nothing()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["other.db"], string.Concat(Enumerable.Repeat("no database ", 1000)), TestContext.Current.CancellationToken);
        var broken = (await TidemarkCommand.RunAsync(["doctor", "--data", folder["data"], "--set", $"database=sqlite:{folder["other.db"]}"])).Ended(1);
        Assert.Matches(@"✗ database .*other\.db", broken.Output);
        await File.WriteAllBytesAsync(folder["other.db"], [], TestContext.Current.CancellationToken);
        Assert.Matches(@"✓ database .*other\.db\n", (await TidemarkCommand.RunAsync(["doctor", "--data", folder["data"], "--set", $"database=sqlite:{folder["other.db"]}"])).Output);
        Assert.Equal(["other.db"], TempFolder.FilesIn(folder.Path));
        Assert.Equal(0, new FileInfo(folder["other.db"]).Length);
    }

    [Fact]
    public async Task A_data_folder_that_is_open_to_others_is_told_by_the_node_and_found_by_the_doctor()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["data"]);
        File.SetUnixFileMode(folder["data"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await using var node = await Node.StartAsync(folder["data"]);
        await node.Program.LineAsync(line => line.Contains($"chmod 700 {folder["data"]}", StringComparison.Ordinal));
        Assert.Matches(@"✗ data folder .*711.*\n +→ chmod 700 ", (await node.RunAsync("doctor")).Ended(1).Output);
    }

    [Fact]
    public async Task What_cannot_be_a_data_folder_is_said_kindly()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["file"], "", TestContext.Current.CancellationToken);
        foreach (var data in (string[])[folder["file"], folder["file/data"], "/proc/tidemark"])
        {
            var ran = (await TidemarkCommand.RunAsync(["up", "--data", data, "--listen", "127.0.0.1:0"])).Ended(2);
            Assert.Contains(data, ran.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("disk", ran.Errors, StringComparison.OrdinalIgnoreCase);
            Assert.Matches("✗ data folder .*\n +→ ", (await TidemarkCommand.RunAsync(["doctor", "--data", data])).Ended(1).Output);
        }
    }

    [Fact]
    public async Task A_node_says_one_JSON_line_on_standard_output_and_logs_on_standard_error()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"], ["--set", "log.level=debug", "--set", "hosts="]);
        await node.RunAsync("source", "add", "pier", "--url", "http://127.0.0.1:1/", "--list", "/a", "--time", "/t", "--image", "/i", "--private-network");
        await node.Program.LineAsync(line => line.Contains(": Tidemark.", StringComparison.Ordinal));
        node.Program.SignalAll(RunningProgram.Interrupt);
        var ran = (await node.Program.EndAsync()).Ended(0);
        Assert.Single(ran.Output.Trim().Split('\n'));
        Assert.Contains(": Tidemark.", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_node_on_the_same_data_folder_is_refused()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        var ran = (await TidemarkCommand.RunAsync(["up", "--data", folder["data"], "--listen", "127.0.0.1:0"])).Ended(2);
        Assert.Contains("runs on the data folder", ran.Errors, StringComparison.Ordinal);
        (await node.RunAsync("source", "list")).Ended(0);
    }

    [Fact]
    public async Task Everything_that_answers_JSON_answers_one_document()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        foreach (var command in (string[][])[["source", "list"], ["token", "list"], ["config", "show"], ["config", "check"], ["page"], ["doctor"]])
        {
            var ran = await node.RunAsync([.. command, "--json"]);
            Assert.Equal(JsonValueKind.Object, ran.Json.ValueKind);
        }
    }
}
