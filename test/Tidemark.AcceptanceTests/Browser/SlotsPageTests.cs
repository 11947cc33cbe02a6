using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>The calendar of slots by keys; its days are made up at the wire, since a node that has just begun has one.</summary>
public class SlotsPageTests(Chromium chromium)
{
    // Forty days up to today, with a hole of three: what has no slots cannot be opened.
    private static readonly DateTime Today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
    private static readonly List<DateTime> Days = [.. Enumerable.Range(0, 40).Select(back => Today.AddDays(back - 39)).Where(day => (Today - day).TotalDays is not (10 or 11 or 12))];

    [Theory, InlineData(ColorScheme.Light, 1280), InlineData(ColorScheme.Dark, 390)]
    public async Task The_calendar_is_walked_by_arrows_and_Enter_opens_a_day(ColorScheme scheme, int width)
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await station.AddAsync(["pier"]);
        var screen = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme };
        await using var view = await PageView.SignInAsync(chromium, station.Node, screen);
        await view.Page.RouteAsync("**/slots/days*", route => route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(new { from = Days[0], to = Today, days = Days.Select(day => new { day = Text(day), slots = 144, frames = 144, outcomes = new { ok = 140, failed = 4 } }) }) }));
        await view.Page.GotoAsync($"{station.Node.Page}#/slots/pier/{Text(Today)}");
        await Assertions.Expect(view.Page.Locator(".slots-page")).ToHaveAttributeAsync("data-loaded", "true");
        await Assertions.Expect(Cell(view, Today)).ToHaveAttributeAsync("aria-current", "date");
        // One stop for Tab, and it is the day that is shown.
        Assert.Equal([Text(Today)], await view.Page.Locator(".slot-months [tabindex='0']").EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.dataset.day)"));

        await Cell(view, Today).FocusAsync();
        foreach (var (key, back) in ((string, int)[])[("ArrowLeft", 1), ("ArrowLeft", 2), ("ArrowUp", 9), ("ArrowLeft", 13), ("ArrowRight", 9), ("ArrowDown", 2), ("ArrowDown", 2), ("Home", 39), ("ArrowLeft", 39), ("ArrowUp", 39), ("End", 0), ("ArrowRight", 0), ("ArrowUp", 7), ("ArrowLeft", 8)])
        {
            await view.Page.Keyboard.PressAsync(key);
            await Assertions.Expect(Cell(view, Today.AddDays(-back))).ToBeFocusedAsync();
            await Assertions.Expect(Cell(view, Today.AddDays(-back))).ToBeInViewportAsync();
        }

        var outline = await Cell(view, Today.AddDays(-8)).EvaluateAsync<string>("cell => getComputedStyle(cell).outlineStyle + getComputedStyle(cell).outlineWidth");
        Assert.Equal("solid2px", outline);
        await Assertions.Expect(view.Page.Locator(".slots-page")).ToHaveAttributeAsync("data-day", Text(Today));
        await view.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(view.Page.Locator(".slots-page")).ToHaveAttributeAsync("data-day", Text(Today.AddDays(-8)));
        await Assertions.Expect(Cell(view, Today.AddDays(-8))).ToHaveAttributeAsync("aria-current", "date");
        await Assertions.Expect(Cell(view, Today.AddDays(-8))).ToBeFocusedAsync();

        // Away and back with Tab: at the day where one was.
        await view.Page.Keyboard.PressAsync("Shift+Tab");
        await view.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(Cell(view, Today.AddDays(-8))).ToBeFocusedAsync();
        await view.FitsAsync();
        view.WasGood();
    }

    private static string Text(DateTime day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ILocator Cell(PageView view, DateTime day) => view.Page.Locator($".slot-months [data-day='{Text(day)}']");
}
