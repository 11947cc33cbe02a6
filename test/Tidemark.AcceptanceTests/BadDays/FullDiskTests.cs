using Tidemark.AcceptanceTests.Running;
using Tidemark.Media;
using Tidemark.Simulator;

namespace Tidemark.AcceptanceTests.BadDays;

public class FullDiskTests
{
    private static readonly SimulatorOptions Live = Station.Small with { History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.FromSeconds(1), Clock = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero) };

    [Fact]
    public async Task Capture_says_that_the_disk_is_full_leaves_nothing_half_written_and_goes_on_by_itself()
    {
        using var disk = Mount.Small("24m");
        await using var station = await Station.StartAsync(Live, data: Path.Combine(disk.Path, "data"));
        await station.AddAsync(["harbour"], every: "1s");
        await station.Node.WhenCapturedAsync("harbour", 4);

        var ballast = disk.Fill();
        // Of the poll that met it some frames may have come; those after it are not begun.
        var full = await station.Node.WhenAsync("sources/harbour", source => Message(source).Contains("full", StringComparison.Ordinal) && source.GetProperty("status").GetProperty("outcome").GetString() is "failed" or "missed", "the source says that the disk is full");
        Assert.Contains("full", (await station.Node.RunAsync("source", "show", "harbour")).Ended(0).Output, StringComparison.Ordinal);
        AllWhole(station);

        var before = full.GetProperty("frames").GetInt32();
        File.Delete(ballast);
        await station.Node.WhenAsync("sources/harbour", source => source.GetProperty("frames").GetInt32() > before && source.GetProperty("status").GetProperty("outcome").GetString() is "ok" or "unchanged", "capture goes on");
        AllWhole(station);
        await station.Node.RunAsync("source", "pause", "harbour");
        var listed = (await station.Node.GetAsync("sources/harbour/frames?limit=1000")).GetProperty("frames").GetArrayLength();
        Assert.Equal(TempFolder.FilesIn(Path.Combine(station.Data, "frames")).Count, listed);
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "incoming")));
    }

    [Fact]
    public async Task A_timelapse_on_a_full_disk_fails_kindly_and_is_made_when_there_is_space_again()
    {
        using var disk = Mount.Small("32m");
        var archive = Path.Combine(disk.Path, "archive");
        await using var station = await Station.StartAsync(Station.Small with { Width = 1280, Height = 720 }, up: ["--set", $"archive={archive}"]);
        await station.CaptureAsync("harbour");

        var ballast = disk.Fill(leave: 96 << 10);
        var ran = (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(1);
        Assert.Contains("full", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("Free some space", ran.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(station["a.mp4"]));
        Assert.Empty(TempFolder.FilesIn(Path.Combine(archive, "assets")));
        Assert.Empty(TempFolder.FilesIn(Path.Combine(archive, "incoming")));
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "scratch")));

        File.Delete(ballast);
        (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(0);
    }

    [Fact]
    public async Task What_cannot_even_be_noted_on_a_full_disk_is_refused_kindly_and_work_goes_on_when_there_is_space_again()
    {
        using var disk = Mount.Small("32m");
        await using var station = await Station.StartAsync(Station.Small, data: Path.Combine(disk.Path, "data"));
        await station.CaptureAsync("harbour");

        var ballast = disk.Fill();
        Assert.Contains("full", (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(1).Errors, StringComparison.Ordinal);

        File.Delete(ballast);
        (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(0);
    }

    [Fact]
    public async Task A_video_that_has_no_room_where_it_is_wanted_is_not_left_there_in_part()
    {
        using var disk = Mount.Small("1m");
        await using var station = await Station.StartAsync();
        await station.CaptureAsync("harbour");
        disk.Fill(leave: 8 << 10);
        var target = Path.Combine(disk.Path, "a.mp4");
        var ran = (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", target])).Ended(1);
        Assert.Contains("full", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("a.mp4", ran.Errors, StringComparison.Ordinal);
        Assert.Equal(["ballast-8192"], TempFolder.FilesIn(disk.Path));
    }

    private static string Message(System.Text.Json.JsonElement source) => source.GetProperty("status").GetProperty("message").GetString() ?? "";

    private static void AllWhole(Station station)
    {
        var frames = Path.Combine(station.Data, "frames");
        Assert.All(TempFolder.FilesIn(frames), file =>
        {
            Assert.EndsWith(".jpg", file, StringComparison.Ordinal);
            Assert.True(Jpeg.Inspect(File.ReadAllBytes(Path.Combine(frames, file))).TryGet(out _, out var failure), $"{file}: {failure}");
        });
    }
}
