using System.Text.Json;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Faults;

namespace Tidemark.AcceptanceTests.Capture;

/// <summary>What came in and cannot be used, as commands and programs see it.</summary>
public class QuarantineTests
{
    [Fact]
    public async Task What_cannot_be_used_is_listed_shown_and_saved_as_it_came_and_never_archived()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30) });
        station.Sites.Faults.Set("harbour", new TruncatedImage());
        station.Sites.Faults.Set("pier", new HtmlImage());
        await station.AddAsync(["harbour", "pier"]);
        // Three pictures that are cut short, and one page, three times.
        await station.Node.WhenAsync("quarantine", list => Count(list, "harbour") == 3 && Count(list, "pier") == 1, "three of harbour and one of pier are in quarantine");

        var listed = (await station.Node.RunAsync("quarantine", "list")).Ended(0).Output;
        Assert.Contains("The JPEG is cut short", listed, StringComparison.Ordinal);
        Assert.Contains("an HTML page", listed, StringComparison.Ordinal);
        Assert.Contains("4 of 4", listed, StringComparison.Ordinal);
        var page = Assert.Single((await station.Node.RunAsync("quarantine", "list", "pier", "--json")).Ended(0).Json.GetProperty("entries").EnumerateArray());
        var file = $"pier/{page.GetProperty("file").GetString()}";
        Assert.Contains("(not_jpeg)", (await station.Node.RunAsync("quarantine", "show", file)).Ended(0).Output, StringComparison.Ordinal);
        (await station.Node.RunAsync("quarantine", "save", file, "-o", station["it.html"])).Ended(0);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(station["it.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (await station.Node.RunAsync("quarantine", "save", file, "-o", station["it.html"])).Ended(1);
        (await station.Node.RunAsync("quarantine", "show", "pier/nothing")).Ended(3);

        var first = await station.Node.GetAsync("quarantine?source=harbour&limit=2");
        var second = await station.Node.GetAsync($"quarantine?source=harbour&limit=2&cursor={Uri.EscapeDataString(first.GetProperty("next").GetString()!)}");
        Assert.Equal((2, 1, JsonValueKind.Null), (first.GetProperty("entries").GetArrayLength(), second.GetProperty("entries").GetArrayLength(), second.GetProperty("next").ValueKind));
        Assert.Contains("3 in quarantine", (await station.Node.RunAsync("source", "show", "harbour")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "frames")));
    }

    private static long Count(JsonElement list, string source) => list.GetProperty("counts").TryGetProperty(source, out var count) ? count.GetInt64() : 0;
}
