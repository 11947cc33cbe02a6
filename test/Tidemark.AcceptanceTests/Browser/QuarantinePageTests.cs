using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Faults;

namespace Tidemark.AcceptanceTests.Browser;

public class QuarantinePageTests(Chromium chromium)
{
    [Fact]
    public async Task What_cannot_be_used_is_found_from_its_source_and_saved_never_shown()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(20) });
        station.Sites.Faults.Set("harbour", new TruncatedImage());
        station.Sites.Faults.Set("pier", new HtmlImage());
        await station.AddAsync(["harbour"]);
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        await SourcesPageTests.Card(view, "harbour").GetByRole(AriaRole.Link, new() { Name = "2 files" }).ClickAsync();
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(2);
        await Assertions.Expect(Rows(view).First).ToContainTextAsync("Cut short");
        await Assertions.Expect(Rows(view).First).ToContainTextAsync(station.Sites.Address);

        // Of all sources, and what comes meanwhile comes by itself.
        await view.Page.Keyboard.PressAsync("g");
        await view.Page.Keyboard.PressAsync("q");
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(2);
        await station.AddAsync(["pier"]);
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(3);
        var page = Rows(view).Filter(new() { HasText = "No JPEG" });
        await Assertions.Expect(page).ToContainTextAsync("an HTML page");

        var save = page.GetByRole(AriaRole.Link, new() { Name = "Save pier/" });
        var download = await view.Page.RunAndWaitForDownloadAsync(() => save.ClickAsync());
        Assert.EndsWith(".html.quarantine", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync((await download.PathAsync())!, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var headers = await save.EvaluateAsync<Dictionary<string, string>>("async link => Object.fromEntries((await fetch(link.href)).headers)");
        Assert.Equal(("application/octet-stream", "nosniff"), (headers["content-type"], headers["x-content-type-options"]));
        Assert.StartsWith("attachment", headers["content-disposition"], StringComparison.Ordinal);

        await view.Page.GetByRole(AriaRole.Navigation, new() { Name = "Of which source" }).GetByRole(AriaRole.Link, new() { Name = "harbour" }).ClickAsync();
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(2);
        await view.Page.GotoAsync($"{station.Node.Page}#/quarantine/valley");
        await Assertions.Expect(view.Page.GetByText("Nothing of valley is in quarantine")).ToBeVisibleAsync();
        view.WasGood();
    }

    [Theory, InlineData(ColorScheme.Dark, 390), InlineData(ColorScheme.Light, 1280)]
    public async Task Many_come_page_by_page_on_any_screen_and_stay_when_the_node_is_gone(ColorScheme scheme, int width)
    {
        await using var station = await Station.StartAsync(Station.Small with { Width = 64, Height = 48, Every = TimeSpan.FromMinutes(1), History = TimeSpan.FromMinutes(60) });
        station.Sites.Faults.Set("harbour", new TruncatedImage());
        await station.AddAsync(["harbour"]);
        await station.Node.WhenAsync("sources/harbour", source => source.GetProperty("quarantined").GetInt32() == 60, "all sixty are in quarantine");
        var screen = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500, IsMobile = width < 500 };
        await using var view = await PageView.SignInAsync(chromium, station.Node, screen, "/quarantine");
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(50);
        await view.FitsAsync();
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Show older, 10 more" }).ClickAsync();
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(60);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Button, new() { Name = "Show older" })).ToHaveCountAsync(0);
        Assert.Equal(60, (await Rows(view).EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.file)")).Distinct().Count());

        view.NodeMayBeAway = true;
        station.Node.Program.Signal(RunningProgram.Kill);
        await Assertions.Expect(view.Page.Locator(".title-row .as-of")).ToBeVisibleAsync();
        await Assertions.Expect(Rows(view)).ToHaveCountAsync(60);
        await view.FitsAsync();
        view.WasGood();
    }

    private static ILocator Rows(PageView view) => view.Page.GetByRole(AriaRole.List, new() { Name = "In quarantine" }).GetByRole(AriaRole.Listitem);
}
