using System.Globalization;
using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>Scrubbing a day: the label must always name the picture that is shown, as its own pixels tell.</summary>
public class DayPageTests(Chromium chromium)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_day_is_scrubbed_by_keys_and_the_label_names_the_picture_shown()
    {
        await using var station = await StartAsync();
        await using var view = await OpenAsync(station);
        await ShowsAsync(view, station, 0);
        (string Key, int Frame)[] presses = [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 29), ("Shift+ArrowLeft", 19), ("Home", 0)];
        foreach (var (key, frame) in presses)
        {
            await view.Page.Keyboard.PressAsync(key);
            await ShowsAsync(view, station, frame);
        }

        // In a burst no picture may stand over another one's time.
        for (var i = 0; i < 20; i++)
        {
            await view.Page.Keyboard.PressAsync("ArrowRight");
            await AgreesAsync(view);
        }

        await ShowsAsync(view, station, 20);
        await view.FitsAsync();
        view.WasGood();
    }

    [Fact]
    public async Task A_day_is_scrubbed_by_mouse()
    {
        await using var station = await StartAsync();
        await using var view = await OpenAsync(station);
        await ShowsAsync(view, station, 0);
        var box = (await Scrubber(view).BoundingBoxAsync())!;
        await view.Page.Mouse.MoveAsync(box.X + 2, box.Y + (box.Height / 2));
        await view.Page.Mouse.DownAsync();
        for (var step = 1; step <= 8; step++)
        {
            await view.Page.Mouse.MoveAsync(box.X + (box.Width * step / 8) - 2, box.Y + (box.Height / 2));
            await AgreesAsync(view);
        }

        await view.Page.Mouse.UpAsync();
        await ShowsAsync(view, station, station.Instants.Count - 1);
        view.WasGood();
    }

    [Fact]
    public async Task A_day_is_scrubbed_by_finger_on_a_phone()
    {
        await using var station = await StartAsync();
        await using var view = await OpenAsync(station, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await ShowsAsync(view, station, 0);
        await Scrubber(view).ScrollIntoViewIfNeededAsync();
        var box = (await Scrubber(view).BoundingBoxAsync())!;
        await view.Page.Touchscreen.TapAsync(box.X + box.Width - 2, box.Y + (box.Height / 2));
        await ShowsAsync(view, station, station.Instants.Count - 1);
        await view.FitsAsync();
        view.WasGood();
    }

    [Fact]
    public async Task A_timelapse_is_made_of_a_day_watched_and_played()
    {
        await using var station = await StartAsync();
        await using var view = await OpenAsync(station);
        await ShowsAsync(view, station, 0);
        await view.Page.GetByRole(AriaRole.Form, new() { Name = "Timelapse of this day" }).GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();

        var video = view.Page.Locator("video");
        await Assertions.Expect(video).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await video.EvaluateAsync("video => video.play()");
        await Until.TrueAsync(() => video.EvaluateAsync<bool>("video => video.currentTime > 0.2"), "the video plays");
        Assert.Equal((640, 360), (await video.EvaluateAsync<int>("video => video.videoWidth"), await video.EvaluateAsync<int>("video => video.videoHeight")));
        Assert.Equal(station.Instants.Count / 24.0, await video.EvaluateAsync<double>("video => video.duration"), tolerance: 0.05);
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Article)).ToContainTextAsync($"{station.Instants.Count} frames");
        view.WasGood();
    }

    [Fact]
    public async Task Progress_is_told_while_a_timelapse_is_made_and_it_can_be_called_off()
    {
        await using var station = await Station.StartAsync(BadDays.InterruptTests.Long with { Clock = Noon });
        await station.CaptureAsync("pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node, route: "/timelapses");
        var id = await BadDays.InterruptTests.AskAsync(station);
        await view.Page.GotoAsync($"{station.Node.Page}#/timelapses/{id}");

        var bar = view.Page.GetByRole(AriaRole.Article).GetByRole(AriaRole.Progressbar);
        await Assertions.Expect(bar).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex($"Encoding: [1-9][0-9]* of {station.Instants.Count} frames", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = 30_000 });
        await view.Page.GetByRole(AriaRole.Article).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await station.Node.WhenTimelapseAsync(id, "cancelled");
        await Assertions.Expect(bar).ToHaveCountAsync(0);
        view.WasGood();
    }

    // Thirty frames of one day.
    private static Task<Station> StartAsync() => Station.StartAsync(Station.Small with { Clock = Noon, History = TimeSpan.FromHours(5) });

    private async Task<PageView> OpenAsync(Station station, BrowserNewContextOptions? options = null)
    {
        await station.CaptureAsync("pier");
        return await PageView.SignInAsync(chromium, station.Node, options, string.Create(CultureInfo.InvariantCulture, $"/source/pier/{Noon:yyyy-MM-dd}"));
    }

    private static ILocator Scrubber(PageView view) => view.Page.GetByRole(AriaRole.Slider, new() { Name = "Frame of the day" });

    private static ILocator Watch(PageView view) => view.Page.GetByRole(AriaRole.Region, new() { Name = "Frames" });

    private static async Task ShowsAsync(PageView view, Station station, int frame)
    {
        await Until.TrueAsync(async () => await LabelAsync(view) == station.Instants[frame], $"the label says {station.Instants[frame]:u}, frame {frame}", TimeSpan.FromSeconds(20));
        await AgreesAsync(view);
        Assert.Equal($"{frame + 1}", await Scrubber(view).GetAttributeAsync("aria-valuenow"));
    }

    // Label and picture are looked at in one go: nothing can change between.
    private static async Task AgreesAsync(PageView view)
    {
        var before = await LabelAsync(view);
        var code = await PageView.CodeInAsync(Watch(view));
        var after = await LabelAsync(view);
        if (before == after)
        {
            Assert.Equal((TimeCode.SiteHash("pier"), after!.Value), code);
        }
    }

    private static async Task<DateTimeOffset?> LabelAsync(PageView view) =>
        await Watch(view).EvaluateAsync<string?>("watch => watch.querySelector('p time')?.dateTime ?? null") is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
}
