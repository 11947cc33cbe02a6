using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Browser;

public class SourcesPageTests(Chromium chromium)
{
    [Fact]
    public async Task Sources_show_their_newest_picture_and_a_new_one_when_it_comes()
    {
        var clock = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.FromMinutes(10), Clock = clock });
        await station.CaptureAsync("harbour", "pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        foreach (var site in (string[])["harbour", "pier"])
        {
            await ShowsAsync(view, site, station.Instants[^1]);
        }

        station.Sites.Clock.Set(clock.AddMinutes(10));
        await station.Node.PostAsync("sources/pier/poll");

        await ShowsAsync(view, "pier", clock.AddMinutes(10));
        await ShowsAsync(view, "harbour", station.Instants[^1]);
        view.WasGood();
    }

    [Fact]
    public async Task A_source_that_fails_says_why_on_its_card()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        station.Sites.Faults.Set("pier", new Simulator.Faults.Status500());
        await station.AddAsync(["pier"]);
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        var card = Card(view, "pier");
        await Assertions.Expect(card).ToContainTextAsync("answered 500");

        station.Sites.Faults.Clear("pier");
        await card.GetByRole(AriaRole.Button, new() { Name = "Poll now pier" }).ClickAsync();
        await Assertions.Expect(card).Not.ToContainTextAsync("answered 500");
        await ShowsAsync(view, "pier", station.Instants[^1]);
        view.WasGood();
    }

    [Fact]
    public async Task A_source_is_added_by_its_kind_and_changed_later_and_the_card_says_when_it_is_captured()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Add a source" }).ClickAsync();
        var form = view.Page.GetByRole(AriaRole.Dialog);
        await form.GetByLabel("A folder").CheckAsync();
        await form.GetByLabel("Name", new() { Exact = true }).FillAsync("ftp");
        await form.GetByLabel("Folder", new() { Exact = true }).FillAsync(station.Data);
        await form.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await Assertions.Expect(form).ToContainTextAsync("of its own");
        await form.GetByLabel("Folder", new() { Exact = true }).FillAsync(station["ftp"]);
        await form.GetByText("Hours and daylight").ClickAsync();
        await form.GetByLabel("Only in these hours").FillAsync("06:00-20:00");
        await form.GetByLabel("Time zone").FillAsync("Europe/Lisbon");
        await view.FitsAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await Assertions.Expect(Card(view, "ftp")).ToContainTextAsync("Folder, every 10 min, 06:00-20:00 Europe/Lisbon");

        await Card(view, "ftp").GetByRole(AriaRole.Button, new() { Name = "Change ftp" }).ClickAsync();
        await Assertions.Expect(form.GetByLabel("Folder", new() { Exact = true })).ToHaveValueAsync(station["ftp"]);
        await form.GetByLabel("Every").FillAsync("5");
        await form.GetByText("Hours and daylight").ClickAsync();
        await form.GetByLabel("Only in these hours").FillAsync("");
        await form.GetByLabel("By day at latitude").FillAsync("38.69");
        await form.GetByLabel("and longitude").FillAsync("-9.42");
        await form.GetByLabel("But at least").FillAsync("04:00-13:00");
        await form.GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Assertions.Expect(Card(view, "ftp")).ToContainTextAsync("Folder, every 5 min, by day, at least 04:00-13:00 UTC");
        Assert.Equal(2, (await station.Node.GetAsync("sources/ftp")).GetProperty("revision").GetInt32());
    }

    [Theory]
    [InlineData("", ColorScheme.Dark, 1280), InlineData("", ColorScheme.Light, 390), InlineData("", ColorScheme.Dark, 390)]
    [InlineData("/timelapses", ColorScheme.Dark, 390), InlineData("/timelapses/new", ColorScheme.Light, 390)]
    public async Task In_the_dark_and_on_a_phone_nothing_sticks_out(string route, ColorScheme scheme, int width)
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(20) });
        await station.CaptureAsync("harbour", "pier", "lighthouse", "valley");
        var phone = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500, IsMobile = width < 500 };
        await using var view = await PageView.SignInAsync(chromium, station.Node, phone, route);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await view.FitsAsync();

        // What is called dark is dark.
        var light = await view.Page.EvaluateAsync<double>("(() => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = getComputedStyle(document.body).backgroundColor; c.fillRect(0, 0, 1, 1); const d = c.getImageData(0, 0, 1, 1).data; return (d[0] + d[1] + d[2]) / 3; })()");
        Assert.InRange(light, scheme == ColorScheme.Dark ? 0 : 160, scheme == ColorScheme.Dark ? 90 : 255);
        view.WasGood();
    }

    internal static ILocator Card(PageView view, string source) =>
        view.Page.GetByRole(AriaRole.List, new() { Name = "Sources" }).GetByRole(AriaRole.Listitem).Filter(new() { Has = view.Page.GetByRole(AriaRole.Heading, new() { Name = source, Exact = true }) });

    internal static Task ShowsAsync(PageView view, string source, DateTimeOffset instant) =>
        Until.TrueAsync(async () => await Card(view, source).CountAsync() == 1 && await PageView.CodeInAsync(Card(view, source)) == (TimeCode.SiteHash(source), instant), $"{source} shows {instant:u}");
}
