using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>A timelapse is shared by a link, and one is made again and again, all on the page.</summary>
public class SharingAndRepeatingTests(Chromium chromium)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_link_is_made_watched_without_signing_in_and_revoked()
    {
        await using var station = await Station.StartAsync(Station.Small with { Clock = Noon, History = TimeSpan.FromHours(1) });
        await station.CaptureAsync("pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node, route: "/timelapses/new?sources=pier");
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        var article = view.Page.GetByRole(AriaRole.Article);
        await article.GetByText("Share").ClickAsync(new() { Timeout = 60_000 });
        await article.GetByLabel("Good for").SelectOptionAsync("30 days");
        await article.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var address = await article.Locator(".command code").TextContentAsync();
        await Assertions.Expect(article).ToContainTextAsync("It works on this machine alone");
        var links = article.GetByRole(AriaRole.List, new() { Name = "Links that are good" }).GetByRole(AriaRole.Listitem);
        await Assertions.Expect(links).ToHaveCountAsync(1);

        // Somebody else's browser.
        await using var other = await PageView.NewAsync(chromium, station.Node);
        var answer = (await other.Page.Context.APIRequest.GetAsync(address!))!;
        Assert.Equal(200, answer.Status);

        await links.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(links).ToHaveCountAsync(0);
        Assert.NotEqual(200, (await other.Page.Context.APIRequest.GetAsync(address!)).Status);
        view.WasGood();
    }

    [Fact]
    public async Task A_timelapse_is_repeated_made_now_paused_changed_and_removed()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromHours(48), Every = TimeSpan.FromHours(1) });
        await station.CaptureAsync("pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node, route: "/timelapses/new?sources=pier");
        var form = view.Page.GetByRole(AriaRole.Form);
        await form.GetByLabel("Repeat this").CheckAsync();
        await form.GetByLabel("Of", new() { Exact = true }).SelectOptionAsync("last");
        await form.GetByLabel("Days", new() { Exact = true }).FillAsync("2");
        await form.GetByLabel("Days begin in").FillAsync("Nowhere/Land");
        await form.GetByRole(AriaRole.Button, new() { Name = "Repeat the timelapse" }).ClickAsync();
        await Assertions.Expect(form.GetByLabel("Days begin in")).ToHaveAttributeAsync("aria-invalid", "true");
        await form.GetByLabel("Days begin in").FillAsync("Europe/Lisbon");
        await form.GetByRole(AriaRole.Button, new() { Name = "Repeat the timelapse" }).ClickAsync();

        var row = view.Page.GetByRole(AriaRole.List, new() { Name = "Repeating timelapses" }).GetByRole(AriaRole.Listitem);
        await Assertions.Expect(row).ToContainTextAsync("pier-last-2-days");
        await Assertions.Expect(row).ToContainTextAsync("Every day: the last 2 days, 24 frames a second");
        await Assertions.Expect(row).ToContainTextAsync("Days in Europe/Lisbon");
        await row.GetByRole(AriaRole.Button, new() { Name = "Make pier-last-2-days now" }).ClickAsync();
        await Assertions.Expect(row.GetByRole(AriaRole.Link, new() { Name = "Open the newest of pier-last-2-days" })).ToHaveTextAsync("Play the newest", new() { Timeout = 60_000 });
        await row.GetByRole(AriaRole.Button, new() { Name = "Pause pier-last-2-days" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("Paused");
        Assert.True((await station.Node.GetAsync("timelapse-schedules/pier-last-2-days")).GetProperty("paused").GetBoolean());

        await row.GetByRole(AriaRole.Link, new() { Name = "Change pier-last-2-days" }).ClickAsync();
        await Assertions.Expect(form.GetByLabel("Days begin in")).ToHaveValueAsync("Europe/Lisbon");
        await form.GetByLabel("Made every").SelectOptionAsync("week");
        await form.GetByLabel("Frames a second").FillAsync("12");
        await form.GetByRole(AriaRole.Button, new() { Name = "Change it" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("Every week: the last 2 days, 12 frames a second");
        await Assertions.Expect(row).ToContainTextAsync("Paused");

        await row.GetByRole(AriaRole.Button, new() { Name = "Remove pier-last-2-days" }).ClickAsync();
        await view.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(view.Page.GetByText("Nothing is repeated yet")).ToBeVisibleAsync();
    }
}
