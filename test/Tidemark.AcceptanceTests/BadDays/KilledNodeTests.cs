using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>kill -9 of the node, and what the next start makes of it.</summary>
public class KilledNodeTests
{
    [Fact]
    public async Task A_node_killed_while_ffmpeg_runs_leaves_no_ffmpeg_and_the_next_one_finishes_the_timelapse()
    {
        await using var station = await Station.StartAsync(InterruptTests.Long);
        await station.CaptureAsync("pier");
        var id = await InterruptTests.AskAsync(station);
        await station.Node.WhenAsync($"timelapses/{id}", run => run.GetProperty("progress") is { ValueKind: System.Text.Json.JsonValueKind.Object } progress && progress.GetProperty("frames").GetInt32() > 0, "ffmpeg has made a frame");
        Assert.NotEmpty(ProcessTable.In(station.Data, "ffmpeg"));

        station.Node.Program.Signal(RunningProgram.Kill);

        await station.Node.Program.EndAsync();
        await Until.TrueAsync(() => ProcessTable.In(station.Data).Count == 0, "no process of the node is left", TimeSpan.FromSeconds(2));
        Assert.NotEmpty(TempFolder.FilesIn(Path.Combine(station.Data, "scratch")));
        await File.WriteAllTextAsync(Path.Combine(station.Data, "incoming", "left.part"), "half a frame", TestContext.Current.CancellationToken);

        await station.RestartAsync();
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "incoming")));
        var done = await station.Node.WhenTimelapseAsync(id, "done");
        Assert.Equal(station.Instants.Count, done.GetProperty("asset").GetProperty("frames").GetInt32());
        // Under the fence of the attempt that counts.
        var made = Assert.Single(TempFolder.FilesIn(Path.Combine(station.Data, "assets")));
        Assert.Matches($@"^{id}\.[0-9]+-[0-9]+\.mp4$", made);
        await Until.TrueAsync(() => TempFolder.FilesIn(Path.Combine(station.Data, "scratch")).Count == 0, "scratch is empty");
        MainWay.MainWay.ShowsQuad(await DecodedVideo.OfAsync(Path.Combine(station.Data, "assets", made)), InterruptTests.Quad, [.. InterruptTests.Quad.Select(_ => station.Instants)], 1280, 720);
    }

    [Fact]
    public async Task A_node_killed_in_the_middle_of_capture_loses_nothing_and_every_file_has_its_row_in_the_end()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromHours(10) });
        station.Sites.Faults.Set("pier", new Simulator.Faults.Slow { On = Simulator.Faults.FaultTarget.Images, DelayMilliseconds = 20 });
        await station.AddAsync(["pier"]);
        await station.Node.WhenCapturedAsync("pier", 5);

        station.Node.Program.Signal(RunningProgram.Kill);

        await station.Node.Program.EndAsync();
        var there = TempFolder.FilesIn(Path.Combine(station.Data, "frames"));
        Assert.InRange(there.Count, 5, station.Instants.Count - 1);
        // What a crash between file and row leaves.
        var orphan = Path.Combine(station.Data, "frames", there[^1]);
        var content = await File.ReadAllBytesAsync(orphan, TestContext.Current.CancellationToken);
        var next = station.Instants[there.Count];
        var crashed = Path.Combine(station.Data, "frames", "pier", $"{next:yyyy-MM-dd}", $"{next:yyyyMMdd'T'HHmmss.fff'Z'}.jpg");
        Directory.CreateDirectory(Path.GetDirectoryName(crashed)!);
        await File.WriteAllBytesAsync(crashed, content, TestContext.Current.CancellationToken);

        await station.RestartAsync();
        await station.Node.WhenCapturedAsync("pier", station.Instants.Count);
        MainWay.MainWay.FramesOnDisk(station, "pier");
        var rows = (await station.Node.GetAsync("sources/pier/frames?limit=1000&order=asc")).GetProperty("frames");
        Assert.Equal(station.Instants, rows.EnumerateArray().Select(frame => frame.GetProperty("time").GetDateTimeOffset()));
        Assert.Equal(content, await File.ReadAllBytesAsync(crashed, TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task A_node_killed_again_and_again_at_any_moment_loses_nothing()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("TIDEMARK_SOAK") == "1", "It takes minutes: ./tidemark test --soak");
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var chance = new Random(seed);
        await using var station = await Station.StartAsync(InterruptTests.Long with { Sites = ["harbour", "pier"], Width = 640, Height = 360, History = TimeSpan.FromHours(20) });
        station.Sites.Faults.Set("harbour", new Simulator.Faults.Slow { On = Simulator.Faults.FaultTarget.Images, DelayMilliseconds = 50 });
        await station.AddAsync(["harbour"]);
        await station.CaptureAsync("pier");
        var asked = new List<string>();
        for (var round = 0; round < 30; round++)
        {
            asked.Add(await InterruptTests.AskAsync(station));
            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(1500)), TimeProvider.System, TestContext.Current.CancellationToken);
            station.Node.Program.Signal(RunningProgram.Kill);
            await station.Node.Program.EndAsync();
            await Until.TrueAsync(() => ProcessTable.In(station.Data).Count == 0, "no process of the node is left", TimeSpan.FromSeconds(2));
            await station.RestartAsync();
        }

        await station.Node.WhenCapturedAsync("harbour", station.Instants.Count);
        MainWay.MainWay.FramesOnDisk(station, "harbour", "pier");
        foreach (var id in asked)
        {
            // What took the node down with it again and again is given up, and said to be.
            await station.Node.WhenTimelapseAsync(id, "done", "failed");
        }

        Assert.Equal("done", (await station.Node.GetAsync($"timelapses/{asked[^1]}")).GetProperty("state").GetString());
        Assert.Empty(ProcessTable.In(station.Data, "ffmpeg"));
    }
}
