using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Faults;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>What is the matter with a source that answers, on the page.</summary>
public class MattersTests(Chromium chromium)
{
    [Fact]
    public async Task A_frozen_camera_is_told_where_its_source_is_and_not_any_more_when_it_moves()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10), LiveEvery = TimeSpan.FromSeconds(1) });
        station.Sites.Faults.Set("pier", new RepeatedImage());
        await station.AddAsync(["pier"], every: "1s");
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        var card = SourcesPageTests.Card(view, "pier");
        await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("Frozen");
        var matter = card.GetByRole(AriaRole.List, new() { Name = "What is the matter with pier" });
        await Assertions.Expect(matter).ToContainTextAsync("it has shown the same picture since");
        await Assertions.Expect(matter).ToContainTextAsync("start it anew");
        await Assertions.Expect(view.Page.GetByText("1 to look at")).ToBeVisibleAsync();

        await card.GetByRole(AriaRole.Link, new() { Name = "pier: look through its days" }).ClickAsync();
        await Assertions.Expect(view.Page.GetByRole(AriaRole.List, new() { Name = "What is the matter with pier" })).ToContainTextAsync("Frozen since");

        station.Sites.Faults.Clear("pier");
        await Assertions.Expect(view.Page.GetByRole(AriaRole.List, new() { Name = "What is the matter with pier" })).ToHaveCountAsync(0);
        await view.Page.GotoAsync($"{station.Node.Page}#/");
        await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("Fresh");
        view.WasGood();
    }

    [Theory, InlineData(ColorScheme.Dark, 390), InlineData(ColorScheme.Light, 1280)]
    public async Task Everything_that_can_be_the_matter_is_told_with_since_when_and_what_to_do_on_any_screen(ColorScheme scheme, int width)
    {
        // A camera whose clock is eight days behind, and a crop that is larger than its picture.
        var clock = TimeProvider.System.GetUtcNow().AddDays(-8);
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10), Clock = clock });
        (await station.Node.RunAsync([.. station.AddArguments("pier"), "--crop", "9000x9000+0+0"])).Ended(0);
        await station.Node.WhenAsync("sources/pier", source => source.GetProperty("conditions").GetArrayLength() == 2, "two things are the matter");
        var screen = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500, IsMobile = width < 500 };
        await using var view = await PageView.SignInAsync(chromium, station.Node, screen);
        foreach (var route in (string[])["/", "/source/pier"])
        {
            await view.Page.GotoAsync($"{station.Node.Page}#{route}");
            var matters = view.Page.GetByRole(AriaRole.List, new() { Name = "What is the matter with pier" }).GetByRole(AriaRole.Listitem);
            await Assertions.Expect(matters).ToHaveCountAsync(2);
            await Assertions.Expect(matters.Nth(0)).ToContainTextAsync("Wrong clock since");
            await Assertions.Expect(matters.Nth(0)).ToContainTextAsync("about 8 days behind");
            await Assertions.Expect(matters.Nth(0)).ToContainTextAsync("Set its clock");
            await Assertions.Expect(matters.Nth(1)).ToContainTextAsync("Crop fails since");
            await view.FitsAsync();
        }

        view.WasGood();
    }
}
