using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Browser;

public class SignInTests(Chromium chromium)
{
    [Fact]
    public async Task A_sign_in_address_signs_in_and_its_token_leaves_the_address()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        await using var view = await PageView.SignInAsync(chromium, node);

        Assert.DoesNotContain("token", view.Page.Url, StringComparison.Ordinal);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Heading, new() { Name = "Sources" })).ToBeVisibleAsync();
        var cookie = Assert.Single(await view.Page.Context.CookiesAsync());
        Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Strict });

        await view.Page.ReloadAsync();
        await view.LinkIsAsync("Live");
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.Empty(await view.Page.Context.CookiesAsync());
    }

    [Fact]
    public async Task A_wrong_token_is_refused_in_words_and_a_right_one_pasted_instead_opens_the_page()
    {
        using var folder = new TempFolder();
        await using var node = await Node.StartAsync(folder["data"]);
        await using var view = await PageView.NewAsync(chromium, node);
        await view.Page.GotoAsync($"{node.Page}#token=wrong");

        await Assertions.Expect(view.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "not known" })).ToBeVisibleAsync();
        Assert.DoesNotContain("token", view.Page.Url, StringComparison.Ordinal);

        await view.Page.GetByLabel("Or paste the token or the whole address here").FillAsync((await node.RunAsync("page")).Output.Trim());
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await view.LinkIsAsync("Live");
    }

    [Fact]
    public async Task The_page_takes_few_requests_and_few_bytes_and_none_from_elsewhere()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        await station.CaptureAsync("harbour", "pier", "lighthouse", "valley");
        await using var view = await PageView.SignInAsync(chromium, station.Node);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "harbour" }).Locator("img")).ToBeVisibleAsync();

        var assets = view.Requests.Where(request => !request.Url.Contains("/api/", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)).ToList();
        var bytes = 0;
        foreach (var request in assets)
        {
            await request.ResponseAsync();
            var sizes = await request.SizesAsync();
            bytes += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        Assert.InRange(assets.Count, 2, 8);
        Assert.InRange(bytes, 1, 100_000);
        var took = await view.Page.EvaluateAsync<double>("performance.getEntriesByType('navigation')[0].loadEventEnd");
        TestContext.Current.TestOutputHelper?.WriteLine($"Loaded in {took:0} ms, {assets.Count} requests, {bytes} bytes.");
        view.WasGood();
    }
}
