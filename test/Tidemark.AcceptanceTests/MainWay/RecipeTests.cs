using System.Text.RegularExpressions;
using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.MainWay;

/// <summary>The worked example of the README does what it says there.</summary>
public class RecipeTests
{
    private static readonly string[] Four = ["harbour", "pier", "lighthouse", "valley"];

    [Fact]
    public async Task Four_feeds_are_cropped_stacked_and_encoded_as_the_README_has_it()
    {
        var readme = (await File.ReadAllTextAsync(Path.Combine(Built.Root, "README.md"), TestContext.Current.CancellationToken)).Replace("\\\n", " ", StringComparison.Ordinal);
        var command = Regex.Match(readme, @"^\./tidemark (?<words>timelapse harbour pier .*output_timelapse\.mp4)$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups["words"].Value;
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        await using var station = await Station.StartAsync(Station.Small with { Width = 1280, Height = 720, History = TimeSpan.FromMinutes(40) });
        await station.CaptureAsync(Four);
        await DecodedVideo.MakeAsync(station["sidebar.mp4"], "color=white:s=320x640:r=30:d=0.1");
        // The simulated day is not today, and the files lie in the test's folder.
        words[words.IndexOf("--from") + 1] = station.Range[1];
        words[words.IndexOf("--sidebar") + 1] = station["sidebar.mp4"];
        words[^1] = station["output_timelapse.mp4"];

        var made = (await station.Node.RunAsync([.. words, "--to", station.Range[3], "--json"])).Ended(0).Json;

        Assert.Equal(("slow", 20.0), (made.GetProperty("asked").GetProperty("preset").GetString(), made.GetProperty("asked").GetProperty("crf").GetDouble()));
        var video = await DecodedVideo.OfAsync(station["output_timelapse.mp4"]);
        // Two by two of 640 by 360, and a sidebar half as wide as it is high.
        Assert.Equal((1280 + 360, 720, station.Instants.Count), (video.Width, video.Height, video.Frames));
        for (var frame = 0; frame < video.Frames; frame++)
        {
            // The time code stands at the bottom left of a site's picture, where the 4th crop leaves it.
            Assert.Equal((TimeCode.SiteHash("valley"), station.Instants[frame]), video.CodeIn(frame, 640, 360, 360, cell: 16));
            Assert.InRange(video.Mean(frame, 1280, 0, 360, 720), 225, 255);
        }
    }

    [Fact]
    public async Task A_recurring_timelapse_is_put_into_its_folder_and_shared_by_a_link()
    {
        var yesterday = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);
        using var videos = new TempFolder();
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], Clock = yesterday.AddHours(12), History = TimeSpan.FromMinutes(50) }, up: ["--set", $"timelapse.folders={videos.Path}"]);
        await station.CaptureAsync("pier");
        const string name = "pier-week";
        (await station.Node.RunAsync("schedule", "set", name, "pier", "--each", "day", "--last", "7d", "--folder", "/etc")).Ended(2);
        var set = (await station.Node.RunAsync("schedule", "set", name, "pier", "--each", "day", "--last", "7d", "--folder", videos.Path, "--fps", "5")).Ended(0);
        Assert.Contains($"the last 7 days, every day in UTC, into {videos.Path}", set.Output, StringComparison.Ordinal);

        var run = (await station.Node.RunAsync("schedule", "run", name, "--json")).Ended(0).Json.GetProperty("id").GetString()!;
        (await station.Node.RunAsync("job", "watch", run)).Ended(0);
        Assert.Equal(station.Instants.Count, (await DecodedVideo.OfAsync(videos["pier-week.mp4"])).Frames);
        Assert.Contains("done", (await station.Node.RunAsync("schedule", "list")).Ended(0).Output, StringComparison.Ordinal);

        var shared = (await station.Node.RunAsync("share", "create", run, "--for", "1h")).Ended(0);
        Assert.Contains("on its own machine only", shared.Errors, StringComparison.Ordinal);
        using var stranger = new HttpClient();
        Assert.Equal(await File.ReadAllBytesAsync(videos["pier-week.mp4"], TestContext.Current.CancellationToken), await stranger.GetByteArrayAsync(shared.Output.Trim(), TestContext.Current.CancellationToken));
        var link = (await station.Node.RunAsync("share", "list", run, "--json")).Ended(0).Json.GetProperty("links")[0].GetProperty("id").GetString()!;
        (await station.Node.RunAsync("share", "revoke", link)).Ended(0);
        Assert.False((await stranger.GetAsync(shared.Output.Trim(), TestContext.Current.CancellationToken)).IsSuccessStatusCode);

        (await station.Node.RunAsync("schedule", "pause", name)).Ended(0);
        Assert.Contains("paused", (await station.Node.RunAsync("schedule", "list")).Ended(0).Output, StringComparison.Ordinal);
        (await station.Node.RunAsync("schedule", "remove", name)).Ended(0);
        (await station.Node.RunAsync("schedule", "run", name)).Ended(3);
    }
}
