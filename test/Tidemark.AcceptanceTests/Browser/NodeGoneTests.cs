using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Browser;

public class NodeGoneTests(Chromium chromium)
{
    [Fact]
    public async Task The_page_says_that_the_node_is_gone_and_goes_on_when_it_is_back()
    {
        var clock = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(20), LiveEvery = TimeSpan.FromMinutes(10), Clock = clock });
        await station.CaptureAsync("pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        var port = station.Node.Page.Port;
        await SourcesPageTests.ShowsAsync(view, "pier", station.Instants[^1]);
        view.NodeMayBeAway = true;

        station.Node.Program.Signal(RunningProgram.Kill);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "does not answer since" })).ToBeVisibleAsync();
        // What was known stays on the screen.
        Assert.Equal((TimeCode.SiteHash("pier"), station.Instants[^1]), await PageView.CodeInAsync(SourcesPageTests.Card(view, "pier")));

        // What came while it was away is there without a reload.
        station.Sites.Clock.Set(clock.AddMinutes(10));
        await station.RestartAsync(port);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Back since" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await view.LinkIsAsync("Live");
        await Until.TrueAsync(async () => await PageView.CodeInAsync(SourcesPageTests.Card(view, "pier")) == (TimeCode.SiteHash("pier"), clock.AddMinutes(10)), "the card shows what came meanwhile");
        view.WasGood();
    }
}
