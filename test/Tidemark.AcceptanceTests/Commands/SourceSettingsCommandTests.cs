using System.Text.Json;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

public class SourceSettingsCommandTests
{
    [Fact]
    public async Task A_source_is_changed_by_what_is_given_and_none_takes_a_setting_away()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        (await node.RunAsync("source", "add", "pier", "--url", "http://127.0.0.1:9/i.json", "--list", "/f", "--time", "/t", "--image", "/i", "--every", "10m", "--zone", "Europe/Lisbon", "--window", "06:00-20:00",
            "--daylight", "-33.87,151.21,30m", "--at-least", "04:00-13:00", "--jitter", "20s", "--expect", "60", "--crop", "64x48f+0+0", "--crop", "32x32+8+8", "--keep", "90d", "--keep", "1GiB")).Ended(0);

        var shown = (await node.RunAsync("source", "show", "pier")).Ended(0).Output;
        foreach (var words in new[] { "every 10 min, 06:00-20:00 Europe/Lisbon, by day at -33.87, 151.21 and 30 min around it, at least 04:00-13:00 UTC, moved by up to 20 s", "expects  60 frames a day", "crops    64x48f+0+0, 32x32+8+8", "keeps    90 d, 1 GiB at most" })
        {
            Assert.Contains(words, shown, StringComparison.Ordinal);
        }

        Assert.Matches(@"next +20[0-9-]+T[0-9:.]+Z, 20[0-9-]+T[0-9:.]+Z, 20", shown);
        Assert.Contains("revision 2", (await node.RunAsync("source", "set", "pier", "--every", "5m", "--window", "none", "--daylight", "none", "--keep", "none", "--crop", "none", "--expect", "none")).Ended(0).Output, StringComparison.Ordinal);
        var source = (await node.RunAsync("source", "show", "pier", "--json")).Ended(0).Json;
        Assert.Equal((300, "Europe/Lisbon", 20), (source.GetProperty("everySeconds").GetInt32(), source.GetProperty("zone").GetString(), source.GetProperty("jitterSeconds").GetInt32()));
        Assert.All(new[] { "window", "daylight", "keepDays", "keepBytes", "crops", "expectedFrames" }, name => Assert.Equal(JsonValueKind.Null, source.GetProperty(name).ValueKind));
        (await node.RunAsync("source", "set", "nowhere", "--every", "5m")).Ended(3);
    }

    [Fact]
    public async Task Each_kind_is_added_by_what_it_needs_and_what_it_lacks_is_said()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);

        (await node.RunAsync("source", "add", "roof", "--kind", "frames.snapshot", "--url", "http://127.0.0.1:9/now.jpg", "--time-from", "received")).Ended(0);
        (await node.RunAsync("source", "add", "ftp", "--folder", folder["ftp"], "--name-pattern", "cam1_%Y%m%d_%H%M%S*.jpg", "--keep-files")).Ended(0);
        Assert.Contains($"folder   {folder["ftp"]}, names like cam1_%Y%m%d_%H%M%S*.jpg, files stay there", (await node.RunAsync("source", "show", "ftp")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("its time from received", (await node.RunAsync("source", "show", "roof")).Ended(0).Output, StringComparison.Ordinal);
        (await node.RunAsync("source", "set", "ftp", "--keep-files", "false")).Ended(0);
        Assert.DoesNotContain("files stay", (await node.RunAsync("source", "show", "ftp")).Ended(0).Output, StringComparison.Ordinal);

        foreach (var (arguments, said) in new (string[], string)[]
        {
            (["--url", "http://127.0.0.1:9/"], "--kind frames.snapshot"), (["--kind", "frames.snapshot"], "--url"), (["--kind", "frames.folder"], "into which folder"), (["--kind", "dream", "--url", "http://x/"], "frames.folder"),
            (["--folder", node.Data], "of its own"), (["--kind", "frames.snapshot", "--url", "http://127.0.0.1:9/", "--keep", "soon"], "500GiB"), (["--kind", "frames.snapshot", "--url", "http://127.0.0.1:9/", "--zone", "Mars/Olympus", "--window", "6"], "window"),
        })
        {
            Assert.Contains(said, (await node.RunAsync(["source", "add", "bad", .. arguments])).Ended(2).Errors, StringComparison.Ordinal);
        }
    }
}
