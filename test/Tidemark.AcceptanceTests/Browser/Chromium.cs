using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Browser;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>One real Chromium for all tests, started when the first one wants it. Each test has a context of its own.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> started = new(StartAsync);

    /// <summary>Skips the test on a developer's machine without Chromium; CI must have it.</summary>
    public async Task<IBrowser> BrowserAsync()
    {
        Assert.SkipWhen(!File.Exists(Program) && Environment.GetEnvironmentVariable("CI") is null, $"There is no {Program}. Run: ./tidemark setup --test");
        return (await started.Value).Browser;
    }

    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated && !started.Value.IsFaulted)
        {
            var (playwright, browser) = await started.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        // Five seconds are Playwright's own, and not many where other tests encode video on two cores.
        Assertions.SetDefaultExpectTimeout(30_000);
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        }));
    }
}
