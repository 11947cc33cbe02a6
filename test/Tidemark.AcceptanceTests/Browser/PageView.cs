using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>The real page in a context of its own; it notes all that a good page never does.</summary>
internal sealed class PageView : IAsyncDisposable
{
    // Luma of the picture inside an element, as base64, with its natural size.
    private const string PixelsOf = """
        async (element) => {
          const image = element.querySelector('img') ?? element.querySelector('canvas[data-at]');
          if (!image) return null;
          const [width, height] = [image.naturalWidth ?? image.width, image.naturalHeight ?? image.height];
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          const { data } = context.getImageData(0, height - 32, width, 32);
          const luma = new Uint8Array(data.length / 4);
          for (let i = 0; i < luma.length; i++) luma[i] = 0.299 * data[i * 4] + 0.587 * data[i * 4 + 1] + 0.114 * data[i * 4 + 2];
          return { width, text: btoa(String.fromCharCode(...luma)) };
        }
        """;

    private readonly IBrowserContext context;
    private readonly Uri home;
    private readonly ConcurrentQueue<string> troubles = new();

    private PageView(IBrowserContext context, IPage page, Uri home)
    {
        (this.context, Page, this.home) = (context, page, home);
        page.Console += (_, message) => Note(message.Type is "error", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"error: {error}");
        page.Request += (_, request) =>
        {
            Requests.Enqueue(request);
            Note(!IsOurs(request.Url), $"foreign request: {request.Url}");
        };
    }

    public IPage Page { get; }

    public ConcurrentQueue<IRequest> Requests { get; } = new();

    /// <summary>While true, a node that is away may be complained of.</summary>
    public bool NodeMayBeAway { get; set; }

    /// <summary>Opens the node's page by a fresh sign-in address.</summary>
    public static async Task<PageView> SignInAsync(Chromium chromium, Node node, BrowserNewContextOptions? options = null, string route = "")
    {
        var view = await NewAsync(chromium, node, options);
        var address = (await node.RunAsync("page", "--json")).Ended(0).Json.GetProperty("url").GetString()!;
        await view.Page.GotoAsync(address);
        await view.LinkIsAsync("Live");
        if (route.Length > 0)
        {
            await view.Page.GotoAsync($"{node.Page}#{route}");
        }

        return view;
    }

    public static async Task<PageView> NewAsync(Chromium chromium, Node node, BrowserNewContextOptions? options = null)
    {
        var context = await (await chromium.BrowserAsync()).NewContextAsync(options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(60_000);
        return new PageView(context, await context.NewPageAsync(), node.Page);
    }

    public Task LinkIsAsync(string word) => Assertions.Expect(Page.Locator("header").GetByText(word, new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 30_000 });

    /// <summary>The instant in the pixels of the picture inside an element, and its site; null where there is none to read.</summary>
    public static async Task<(ushort Site, DateTimeOffset Instant)?> CodeInAsync(ILocator element)
    {
        if (await element.EvaluateAsync<JsonElement?>(PixelsOf) is not { ValueKind: JsonValueKind.Object } pixels)
        {
            return null;
        }

        var width = pixels.GetProperty("width").GetInt32();
        var luma = Convert.FromBase64String(pixels.GetProperty("text").GetString()!);
        return TimeCode.TryRead(luma, width, 32, width, 0, 0, out var instant, out var site) ? (site, instant) : null;
    }

    /// <summary>Asserts that nothing sticks out sideways, at the end of a day as little as now.</summary>
    public async Task FitsAsync()
    {
        var beyond = await Page.EvaluateAsync<string[]>(
            """
            () => {
              document.querySelector('.rule i')?.style.setProperty('--part', '1');
              const { scrollWidth, clientWidth } = document.documentElement;
              const names = () => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > clientWidth).map((e) => e.outerHTML.slice(0, 100));
              return scrollWidth <= clientWidth ? [] : [`${scrollWidth} px wide in ${clientWidth}`, ...names()];
            }
            """);
        Assert.True(beyond.Length == 0, $"{Page.Url}: {string.Join('\n', beyond.Take(10))}");
    }

    /// <summary>Asserts that the page did nothing that a good page never does.</summary>
    public void WasGood() => Assert.Empty(troubles);

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    private void Note(bool bad, string what)
    {
        if (bad && !(NodeMayBeAway && (what.Contains("ERR_CONNECTION_REFUSED", StringComparison.Ordinal) || what.Contains("WebSocket", StringComparison.Ordinal) || what.Contains("ERR_CONNECTION_RESET", StringComparison.Ordinal) || what.Contains("ERR_EMPTY_RESPONSE", StringComparison.Ordinal))))
        {
            troubles.Enqueue(what);
        }
    }

    private bool IsOurs(string url) => new Uri(url) is var uri && (uri.Scheme is "data" or "blob" || (uri.Host == home.Host && uri.Port == home.Port));
}
