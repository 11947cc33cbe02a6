using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

public class ArchiveCommandTests
{
    [Fact]
    public async Task Usage_says_what_each_source_has_and_retention_what_would_go()
    {
        await using var station = await Station.StartAsync();
        await station.CaptureAsync("harbour");

        var usage = (await station.Node.RunAsync("archive", "usage")).Ended(0);
        Assert.Matches(@"harbour +10 ", usage.Output);
        Assert.Contains("a year", usage.Output, StringComparison.Ordinal);
        Assert.Equal(10, (await station.Node.RunAsync("archive", "usage", "--json")).Ended(0).Json.GetProperty("sources")[0].GetProperty("frames").GetInt32());
        Assert.Contains("Nothing would go.", (await station.Node.RunAsync("archive", "retention", "--dry-run")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("Nothing went.", (await station.Node.RunAsync("archive", "retention")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("Nothing is held.", (await station.Node.RunAsync("archive", "holds")).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_says_what_it_did_and_ends_with_1_where_something_was_left()
    {
        await using var station = await Station.StartAsync();
        await station.CaptureAsync("harbour");
        var tree = Directory.CreateDirectory(station["tree"]).FullName;
        var frame = Directory.GetFiles(Path.Combine(station.Data, "frames", "harbour"), "*.jpg", SearchOption.AllDirectories)[0];
        File.Copy(frame, Path.Combine(tree, "IMG_20260704_101500.jpg"));
        File.Copy(frame, Path.Combine(tree, "IMG_20260704_102500.jpg"));

        var dry = (await station.Node.RunAsync("archive", "import", tree, "--source", "harbour", "--zone", "Europe/Lisbon", "--dry-run")).Ended(0);
        Assert.Contains("2 frames", dry.Output, StringComparison.Ordinal);
        Assert.Contains("would be imported", dry.Output, StringComparison.Ordinal);
        Assert.Contains("2026-07-04T09:15:00.000Z to 2026-07-04T09:25:00.000Z", dry.Output, StringComparison.Ordinal);
        Assert.Equal(10, (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32());

        (await station.Node.RunAsync("archive", "import", tree, "--source", "harbour", "--zone", "Europe/Lisbon", "--link")).Ended(0);
        Assert.Equal(12, (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32());

        await File.WriteAllTextAsync(Path.Combine(tree, "IMG_20260704_103500.jpg"), "<html>", TestContext.Current.CancellationToken);
        var again = (await station.Node.RunAsync("archive", "import", tree, "--source", "harbour", "--zone", "Europe/Lisbon")).Ended(1);
        Assert.Contains("IMG_20260704_103500.jpg", again.Output, StringComparison.Ordinal);
        Assert.Contains("2 there already; 1 left.", again.Output, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(tree).Length);

        (await station.Node.RunAsync("archive", "import", tree, "--source", "harbour", "--pattern", "guess")).Ended(2);
        (await station.Node.RunAsync("archive", "import", tree, "--source", "harbour", "--copy", "--link")).Ended(2);
        (await station.Node.RunAsync("archive", "import", Path.Combine(tree, "nowhere"), "--source", "harbour")).Ended(3);
        (await station.Node.RunAsync("archive", "import", tree, "--source", "No Such")).Ended(2);
    }
}
