using System.Text.Json;
using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Demo;

/// <summary>The demo, as the launcher starts it.</summary>
public class DemoTests
{
    // Of a site: for what does not look at the film.
    private const int Few = 12;

    [Fact]
    public async Task The_demo_done_once_reports_what_it_did_and_leaves_only_its_folder()
    {
        using var folder = new TempFolder();
        var ran = (await RunAsync(folder, "demo", "--once", "--dir", folder["demo"])).Ended(0);

        await AssertWorkAsync(folder, ran, frames: 60);
        var video = await DecodedVideo.OfAsync(folder["demo/timelapse.mp4"]);
        for (var frame = 0; frame < video.Frames; frame++)
        {
            // All four show the same instant.
            Assert.Single(new[] { (0, 0), (960, 0), (0, 540), (960, 540) }.Select(place => video.CodeIn(frame, place.Item1, place.Item2, 540, cell: 16)!.Value.Instant).Distinct());
        }
    }

    [Fact]
    public async Task The_demo_does_not_touch_what_no_demo_made()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["timelapse.mp4", "report.json", "data/mine"])
        {
            var mine = Path.Combine(folder[name.Split('.', '/')[0]], name);
            Directory.CreateDirectory(Path.GetDirectoryName(mine)!);
            await File.WriteAllTextAsync(mine, "mine", TestContext.Current.CancellationToken);
            var kept = folder[name.Split('.', '/')[0]];

            var ran = (await RunAsync(folder, "demo", "--once", "--dir", kept)).Ended(2);

            Assert.Contains("no demo made it", ran.Errors, StringComparison.Ordinal);
            Assert.Contains("--dir", ran.Errors, StringComparison.Ordinal);
            Assert.Equal([name], TempFolder.FilesIn(kept));
            Assert.Equal("mine", await File.ReadAllTextAsync(mine, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task The_demo_done_once_without_a_folder_names_nothing_that_is_gone_and_says_how_to_keep_it()
    {
        using var folder = new TempFolder();
        var ran = (await RunAsync(folder, "demo", "--once", "--frames", $"{Few}")).Ended(0);
        var summary = ran.Output[ran.Output.IndexOf("Done in", StringComparison.Ordinal)..];
        Assert.DoesNotContain(folder["tmp"], summary, StringComparison.Ordinal);
        Assert.Contains("--dir DIR", summary, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
    }

    [Fact]
    public async Task The_demo_shows_real_footage()
    {
        var media = Path.GetFullPath(Path.Combine(Built.Root, "..", "shared", "media"));
        var footage = Directory.Exists(media) ? Directory.GetFiles(media, "*.mp4") : [];
        Assert.SkipWhen(footage.Length == 0, $"There is no footage in {media}.");
        using var folder = new TempFolder();

        var ran = (await RunAsync(folder, ["demo", "--once", "--dir", folder["demo"], "--frames", $"{Few}", "--footage", .. footage])).Ended(0);

        await AssertWorkAsync(folder, ran, Few);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_demo_wherever_it_is_and_removes_its_folder()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["tmp"]);
        foreach (var stage in (string[])["tidemark up", "fetches every frame", "timelapse: encoding"])
        {
            await using var demo = Start(folder, "demo");
            await demo.LineAsync(line => line.Contains(stage, StringComparison.Ordinal));

            demo.SignalAll(RunningProgram.Interrupt);

            var ran = await demo.EndAsync();
            Assert.True(ran.ExitCode == 130, $"At '{stage}' it ended with {ran.ExitCode}:\n{ran.Output}\n{ran.Errors}");
            ran.Ended(130);
            Assert.Empty(ProcessTable.In(folder.Path));
            Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
        }
    }

    [Fact]
    public async Task The_demo_serves_its_page_until_Ctrl_C_and_leaves_nothing()
    {
        using var folder = new TempFolder();
        await using var demo = Start(folder, "demo", "--frames", $"{Few}");
        var page = new Uri((await demo.LineAsync(line => line.StartsWith("http://127.0.0.1:", StringComparison.Ordinal) && line.Contains("#token=", StringComparison.Ordinal))).Trim());
        await demo.LineAsync(line => line.Contains("Ctrl-C ends it all", StringComparison.Ordinal));
        using var http = new HttpClient();
        Assert.True((await http.GetAsync(page, TestContext.Current.CancellationToken)).IsSuccessStatusCode);

        demo.SignalAll(RunningProgram.Interrupt);

        (await demo.EndAsync()).Ended(0);
        Assert.Empty(ProcessTable.In(folder.Path));
        Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
    }

    private static async Task AssertWorkAsync(TempFolder folder, Ran ran, int frames)
    {
        var report = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(folder["demo/report.json"], TestContext.Current.CancellationToken));
        Assert.Equal((4 * frames, 4), (report.GetProperty("frames").GetProperty("captured").GetInt32(), report.GetProperty("frames").GetProperty("sources").GetInt32()));
        var made = report.GetProperty("timelapse");
        Assert.Equal((folder["demo/timelapse.mp4"], frames), (made.GetProperty("path").GetString(), made.GetProperty("frames").GetInt32()));
        Assert.Equal((1920, 1080, frames * 1000 / 24), (made.GetProperty("width").GetInt32(), made.GetProperty("height").GetInt32(), made.GetProperty("durationMs").GetInt32()));
        Assert.True(report.GetProperty("elapsedMs").GetInt32() > 0);
        Assert.Contains($"{4 * frames} frames of 4 sources", ran.Output, StringComparison.Ordinal);

        var video = await DecodedVideo.OfAsync(folder["demo/timelapse.mp4"]);
        Assert.Equal((1920, 1080, frames), (video.Width, video.Height, video.Frames));
        // Where it took long, yesterday was sealed meanwhile.
        Assert.Equal(4 * frames, TempFolder.FilesIn(folder["demo/data/frames"]).Count(file => file.EndsWith(".jpg", StringComparison.Ordinal)));
        Assert.Empty(ProcessTable.In(folder.Path));
        Assert.Empty(Directory.GetFileSystemEntries(folder["tmp"]));
    }

    private static async Task<Ran> RunAsync(TempFolder folder, params IReadOnlyList<string> arguments)
    {
        await using var demo = Start(folder, arguments);
        return await demo.EndAsync();
    }

    // With a folder for temporaries of its own, so that what it leaves there is seen.
    private static RunningProgram Start(TempFolder folder, params IReadOnlyList<string> arguments)
    {
        Directory.CreateDirectory(folder["tmp"]);
        return RunningProgram.Start([Built.Simulator, .. arguments], new Dictionary<string, string?> { ["TIDEMARK_APP"] = Built.App, ["TMPDIR"] = folder["tmp"] }, folder.Path);
    }
}
