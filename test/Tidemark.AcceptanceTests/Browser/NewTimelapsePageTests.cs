using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>The form of a new timelapse, and the preview beside it: the archived frames themselves, before anything is made.</summary>
public class NewTimelapsePageTests(Chromium chromium)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Two_clicks_make_a_timelapse_of_the_newest_frames()
    {
        await using var station = await StartAsync(hours: 5, everyMinutes: 10, "pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node, route: "/timelapses");
        await view.Page.GetByRole(AriaRole.Link, new() { Name = "New timelapse" }).ClickAsync();
        await Form(view).GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();

        await Assertions.Expect(view.Page.Locator("video")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Article)).ToContainTextAsync($"{station.Instants.Count} frames");
        view.WasGood();
    }

    [Fact]
    public async Task The_preview_shows_the_frames_themselves_and_nothing_is_made()
    {
        await using var station = await StartAsync(hours: 5, everyMinutes: 10, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        await LoadedAsync(view, station.Instants.Count);
        await Assertions.Expect(Preview(view)).ToContainTextAsync("1.3 s long, 30 pictures of 640×360");
        var slider = Preview(view).GetByRole(AriaRole.Slider);
        await slider.FocusAsync();
        foreach (var (key, frame) in ((string, int)[])[("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 29)])
        {
            await slider.PressAsync(key);
            await ShowsAsync(view, "pier", station.Instants[frame]);
        }

        // It ends with its last picture and begins anew from there.
        await Preview(view).GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
        await Until.TrueAsync(async () => await ShownAsync(view) is { } shown && shown < station.Instants[^1], "it plays from its start");
        await ShowsAsync(view, "pier", station.Instants[^1]);
        Assert.DoesNotContain(view.Requests, request => request.Method == "POST" && request.Url.EndsWith("/timelapses", StringComparison.Ordinal));
        Assert.Empty((await station.Node.GetAsync("timelapses")).GetProperty("timelapses").EnumerateArray());
        view.WasGood();
    }

    [Fact]
    public async Task Of_many_frames_the_preview_asks_for_the_ones_it_shows_alone()
    {
        await using var station = await StartAsync(hours: 12, everyMinutes: 1, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        await LoadedAsync(view, 120);
        await Preview(view).GetByRole(AriaRole.Slider).PressAsync("End");
        Assert.True(await ShownAsync(view) > station.Instants[^1].AddMinutes(-7));
        await Assertions.Expect(Preview(view)).ToContainTextAsync("720 pictures of 640×360; here are 120 of them");

        var lists = view.Requests.Where(request => request.Url.Contains("/frames?", StringComparison.Ordinal)).ToList();
        Assert.InRange(lists.Count, 1, 120);
        Assert.All(lists, request => Assert.Contains("limit=1&", request.Url, StringComparison.Ordinal));
        Assert.InRange(view.Requests.Count(request => request.Url.EndsWith(".jpg", StringComparison.Ordinal)), 1, 130);
        view.WasGood();
    }

    [Fact]
    public async Task Sources_are_shown_where_they_will_stand()
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "harbour", "lighthouse", "pier", "valley");
        await using var view = await OpenAsync(station, "?sources=harbour,lighthouse,pier,valley");
        await LoadedAsync(view, station.Instants.Count);
        Assert.Equal((800, 450), await SizeAsync(view));
        await Assertions.Expect(Form(view).GetByLabel("3rd source, bottom left")).ToHaveValueAsync("pier");

        await Form(view).GetByLabel("Two side by side").CheckAsync();
        await Until.TrueAsync(async () => await SizeAsync(view) == (800, 225), "two are twice as wide as one");
        await Assertions.Expect(Preview(view)).ToContainTextAsync("1280×360");
        await Form(view).GetByLabel("One source").CheckAsync();
        await Form(view).GetByLabel("Source", new() { Exact = true }).SelectOptionAsync("valley");
        await LoadedAsync(view, station.Instants.Count);
        await Preview(view).GetByRole(AriaRole.Slider).PressAsync("Home");
        await ShowsAsync(view, "valley", station.Instants[0]);
        view.WasGood();
    }

    [Fact]
    public async Task A_range_is_chosen_on_the_calendar_by_mouse_by_keys_and_by_one_click()
    {
        await using var station = await StartAsync(hours: 96, everyMinutes: 120, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        ILocator Day(int day) => Form(view).Locator($"[data-day='2026-11-{day}']");
        await Assertions.Expect(Day(17)).ToHaveAccessibleNameAsync("Tuesday 17 November 2026, 12 frames");
        await Day(17).ClickAsync();
        await RangeIsAsync(view, 17, 18, 12);
        await Day(19).ClickAsync();
        await RangeIsAsync(view, 17, 20, 36);

        await Day(18).ClickAsync();
        await Day(18).PressAsync("Escape");
        await Day(18).PressAsync("Shift+ArrowRight");
        await RangeIsAsync(view, 18, 20, 24);
        await view.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await view.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await RangeIsAsync(view, 17, 19, 24);
        await view.Page.Keyboard.PressAsync("Enter");
        await view.Page.Keyboard.PressAsync("ArrowRight");
        await view.Page.Keyboard.PressAsync("ArrowRight");
        await view.Page.Keyboard.PressAsync("Enter");
        await RangeIsAsync(view, 17, 20, 36);
        await Assertions.Expect(Day(18)).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(Day(20)).ToHaveAttributeAsync("aria-pressed", "false");

        await Form(view).GetByRole(AriaRole.Button, new() { Name = "All", Exact = true }).ClickAsync();
        await RangeIsAsync(view, 16, 21, station.Instants.Count);
        await Form(view).GetByLabel("From", new() { Exact = true }).FillAsync("2026-11-20T00:00");
        await LoadedAsync(view, station.Instants.Count(instant => instant.Day == 20));
        view.WasGood();
    }

    [Fact]
    public async Task All_choices_reach_the_node_and_another_like_it_begins_with_them()
    {
        await using var station = await StartAsync(hours: 2, everyMinutes: 10, "harbour", "pier");
        await using var view = await OpenAsync(station, "?sources=harbour,pier");
        var form = Form(view);
        await form.GetByLabel("Given by").SelectOptionAsync("every");
        await form.GetByLabel("Seconds").FillAsync("300");
        await form.GetByLabel("Frames a second").FillAsync("12");
        await form.GetByLabel("Caption").FillAsync("Harbour\nand pier");
        await form.GetByLabel("Clock").SelectOptionAsync("utc");
        await form.GetByText("More choices").ClickAsync();
        await form.GetByLabel("Crop").FillAsync("320x160+16+32");
        await form.GetByLabel("Size of each picture").FillAsync("160x90");
        await form.GetByLabel("Pictures of another shape").SelectOptionAsync("fill");
        await form.GetByLabel("Where frames are missing").SelectOptionAsync("slate");
        await form.GetByLabel("Even out brightness").CheckAsync();
        await form.GetByText("Format").First.ClickAsync();
        await form.GetByLabel("File", new() { Exact = true }).SelectOptionAsync("h265");
        await form.GetByLabel("Preset").SelectOptionAsync("ultrafast");
        await form.GetByLabel("Quality").FillAsync("30");
        await form.GetByLabel("Bits a sample").SelectOptionAsync("10");
        await form.GetByLabel("Encoder parameters").FillAsync("bframes=2");
        await form.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        await view.Page.GetByRole(AriaRole.Article).WaitForAsync();

        var asked = (await station.Node.GetAsync("timelapses")).GetProperty("timelapses")[0].GetProperty("asked");
        foreach (var (name, value) in ((string, string)[])[
            ("sources", """["harbour","pier"]"""), ("layout", "pair"), ("fps", "12"), ("pace", "even"), ("every", "300"), ("seconds", ""), ("secondsPerDay", ""), ("missing", "slate"), ("daylight", "False"), ("clock", "utc"),
            ("caption", "Harbour\nand pier"), ("crop", "320x160+16+32"), ("size", "160x90"), ("fit", "fill"), ("deflicker", "True"), ("format", "h265"), ("preset", "ultrafast"), ("crf", "30"), ("depth", "10"), ("parameters", "bframes=2")])
        {
            Assert.Equal((name, value), (name, asked.GetProperty(name).ToString()));
        }

        var cancel = view.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" });
        await view.Page.GetByRole(AriaRole.Link, new() { Name = "Make another like it" }).Or(cancel).First.WaitForAsync();
        await view.Page.GetByRole(AriaRole.Link, new() { Name = "Make another like it" }).ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(form.GetByLabel("Seconds")).ToHaveValueAsync("300");
        await Assertions.Expect(form.GetByLabel("Caption")).ToHaveValueAsync("Harbour\nand pier");
        await Assertions.Expect(form.GetByText("More choices")).ToContainTextAsync("cut to 320x160+16+32, 160x90, gaps grey, without flicker");
        await Assertions.Expect(form.GetByText("Format").First).ToContainTextAsync("MP4 (H.265), ultrafast, crf 30, 10 bits, bframes=2");
        view.WasGood();
    }

    [Fact]
    public async Task What_the_node_refuses_is_said_at_its_field_where_it_is_seen()
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        var form = Form(view);
        await form.GetByText("More choices").ClickAsync();
        await form.GetByLabel("Size of each picture").FillAsync("large");
        await form.GetByLabel("Only while the sun is up").CheckAsync();
        await form.GetByText("More choices").ClickAsync();
        await form.GetByText("Format").First.ClickAsync();
        await form.GetByLabel("Encoder parameters").FillAsync("stats=/etc/passwd");
        await form.GetByText("Format").First.ClickAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();

        await Assertions.Expect(form.GetByLabel("Size of each picture")).ToHaveAccessibleDescriptionAsync(new Regex("'large' is no size", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Assertions.Expect(form.GetByLabel("Encoder parameters")).ToHaveAccessibleDescriptionAsync(new Regex("'stats' is not one that may be set", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Assertions.Expect(form.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await form.GetByLabel("Size of each picture").FillAsync("");
        await form.GetByLabel("Encoder parameters").FillAsync("");
        await form.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        await Assertions.Expect(form).ToContainTextAsync("It is not known where pier stands, and so not when the sun is up there.");
        await Assertions.Expect(form.GetByLabel("Size of each picture")).ToHaveAccessibleDescriptionAsync("WxH. Empty: the first source’s.");
    }

    [Fact]
    public async Task A_crop_beyond_the_newest_picture_is_a_warning_and_only_what_is_no_crop_blocks()
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        var form = Form(view);
        var (crop, make) = (form.GetByLabel("Crop"), form.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }));
        await form.GetByText("More choices").ClickAsync();
        await crop.FillAsync("700x200+0+0");
        await Assertions.Expect(crop).ToHaveAccessibleDescriptionAsync(new Regex("reaches beyond the newest picture, which is 640×360", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Assertions.Expect(crop).ToHaveAttributeAsync("aria-invalid", "false");
        await Assertions.Expect(make).ToBeEnabledAsync();
        foreach (var wrong in new[] { "700", "320x200+0+0,320x200+0+0" })
        {
            await crop.FillAsync(wrong);
            await Assertions.Expect(crop).ToHaveAttributeAsync("aria-invalid", "true");
            await Assertions.Expect(make).ToBeDisabledAsync();
        }

        await crop.FillAsync("320x200+0+0");
        await Assertions.Expect(crop).ToHaveAccessibleDescriptionAsync(new Regex("^WxH", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Assertions.Expect(make).ToBeEnabledAsync();
        view.WasGood();
    }

    [Fact]
    public async Task Pictures_that_a_camera_turned_are_shown_upright_and_whole()
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "pier");
        var tree = Directory.CreateDirectory(station["turned"]).FullName;
        var upright = await File.ReadAllBytesAsync(Directory.EnumerateFiles(Path.Combine(station.Data, "frames", "pier"), "*.jpg", SearchOption.AllDirectories).First(), TestContext.Current.CancellationToken);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        foreach (var minute in new[] { 0, 10 })
        {
            await File.WriteAllBytesAsync(Path.Combine(tree, $"20261120T11{minute:00}00.000Z.jpg"), [.. upright[..2], .. exif, .. upright[2..]], TestContext.Current.CancellationToken);
        }

        (await station.Node.RunAsync("source", "add", "turned", "--kind", "frames.folder", "--folder", Directory.CreateDirectory(station["camera"]).FullName, "--every", "24h")).Ended(0);
        (await station.Node.RunAsync("archive", "import", tree, "--source", "turned")).Ended(0);
        await using var view = await OpenAsync(station, "?sources=turned");
        await LoadedAsync(view, 2);
        await Assertions.Expect(Preview(view)).ToContainTextAsync("2 pictures of 360×640");
        Assert.Equal((360, 640), await SizeAsync(view));
        // Nothing of it is cut off or left dark: bars would be black.
        Assert.Equal(0, await Preview(view).Locator("canvas").EvaluateAsync<int>(
            """
            canvas => {
              const { data } = canvas.getContext('2d').getImageData(2, 2, canvas.width - 4, canvas.height - 4);
              let dark = 0;
              for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 6) dark++;
              return dark > data.length / 4 / 10 ? dark : 0;
            }
            """));
        view.WasGood();
    }

    [Fact]
    public async Task A_length_of_even_pictures_is_said_as_the_node_makes_it()
    {
        await using var station = await StartAsync(hours: 60, everyMinutes: 30, "pier");
        (await station.Node.RunAsync("source", "set", "pier", "--daylight", "38.69,-9.42")).Ended(0);
        await using var view = await OpenAsync(station, "?sources=pier");
        var form = Form(view);
        await form.GetByRole(AriaRole.Button, new() { Name = "All", Exact = true }).ClickAsync();
        await form.GetByLabel("Given by").SelectOptionAsync("seconds");
        await form.GetByLabel("Seconds").FillAsync("3");
        await form.GetByText("More choices").ClickAsync();
        await form.GetByLabel("Only while the sun is up at pier").CheckAsync();
        await form.GetByLabel("Pictures", new() { Exact = true }).SelectOptionAsync("even");
        await Assertions.Expect(Preview(view)).ToContainTextAsync("3.0 s long, 72 pictures");
        await form.GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        await Assertions.Expect(view.Page.Locator("video")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Article)).ToContainTextAsync("Frames72 frames");
        view.WasGood();
    }

    [Fact]
    public async Task More_choices_of_a_days_excerpt_lead_to_the_form_with_what_is_chosen()
    {
        await using var station = await StartAsync(hours: 5, everyMinutes: 10, "pier");
        await using var view = await PageView.SignInAsync(chromium, station.Node, route: string.Create(CultureInfo.InvariantCulture, $"/source/pier/{Noon:yyyy-MM-dd}"));
        var watch = view.Page.GetByRole(AriaRole.Region, new() { Name = "Frames" });
        await Until.TrueAsync(async () => await PageView.CodeInAsync(watch) is { } code && code.Instant == station.Instants[0], "the first frame is shown");
        await view.Page.Keyboard.PressAsync("i");
        await view.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await Until.TrueAsync(async () => await PageView.CodeInAsync(watch) is { } code && code.Instant == station.Instants[10], "the eleventh frame is shown");
        await view.Page.Keyboard.PressAsync("o");
        var excerpt = view.Page.GetByRole(AriaRole.Form, new() { Name = "Timelapse of this day" });
        await excerpt.GetByLabel("Frames a second").FillAsync("5");
        await excerpt.GetByRole(AriaRole.Link, new() { Name = "More choices" }).ClickAsync();

        await Assertions.Expect(Form(view).GetByLabel("Frames a second")).ToHaveValueAsync("5");
        await LoadedAsync(view, 11);
        await Assertions.Expect(Preview(view)).ToContainTextAsync("2.2 s long, 11 pictures");
        await Preview(view).GetByRole(AriaRole.Slider).PressAsync("End");
        await ShowsAsync(view, "pier", station.Instants[10]);
        view.WasGood();
    }

    [Fact]
    public async Task The_preview_leaves_the_night_out_as_the_film_does()
    {
        await using var station = await StartAsync(hours: 24, everyMinutes: 20, "pier");
        (await station.Node.RunAsync("source", "set", "pier", "--daylight", "38.69,-9.42")).Ended(0);
        await using var view = await OpenAsync(station, "?sources=pier");
        await LoadedAsync(view, station.Instants.Count);
        await Form(view).GetByText("More choices").ClickAsync();
        await Form(view).GetByLabel("Only while the sun is up at pier").CheckAsync();
        await Until.TrueAsync(async () => await Preview(view).GetAttributeAsync("data-pictures") is { } few && int.Parse(few, CultureInfo.InvariantCulture) is > 0 and < 40, "the night is left out");
        var pictures = await Preview(view).GetAttributeAsync("data-pictures");
        await Form(view).GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        await Assertions.Expect(view.Page.Locator("video")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Article)).ToContainTextAsync($"Frames{pictures} frames");
        view.WasGood();
    }

    [Fact]
    public async Task A_moving_gif_is_shown_and_downloaded_like_a_video()
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "pier");
        await using var view = await OpenAsync(station, "?sources=pier");
        await Form(view).GetByText("Format").First.ClickAsync();
        await Form(view).GetByLabel("File", new() { Exact = true }).SelectOptionAsync("gif");
        await Assertions.Expect(Form(view).GetByLabel("Quality")).ToHaveCountAsync(0);
        await Form(view).GetByRole(AriaRole.Button, new() { Name = "Make the timelapse" }).ClickAsync();
        var picture = view.Page.GetByRole(AriaRole.Article).GetByRole(AriaRole.Img, new() { Name = "Timelapse of pier" });
        await Assertions.Expect(picture).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Until.TrueAsync(async () => await picture.EvaluateAsync<int>("img => img.naturalWidth") == 640, "the GIF is shown");
        var download = await view.Page.RunAndWaitForDownloadAsync(() => view.Page.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        Assert.EndsWith(".gif", download.SuggestedFilename, StringComparison.Ordinal);
        view.WasGood();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 390), InlineData(ColorScheme.Dark, 390), InlineData(ColorScheme.Dark, 1000)]
    public async Task Nothing_of_all_the_choices_sticks_out(ColorScheme scheme, int width)
    {
        await using var station = await StartAsync(hours: 1, everyMinutes: 10, "harbour", "pier");
        await using var view = await OpenAsync(station, "?sources=harbour,pier", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500, IsMobile = width < 500 });
        await LoadedAsync(view, station.Instants.Count);
        await Form(view).GetByText("More choices").ClickAsync();
        await Form(view).GetByText("Format").First.ClickAsync();
        await view.FitsAsync();
        await Form(view).GetByLabel("Repeat this").CheckAsync();
        await Assertions.Expect(Form(view).GetByRole(AriaRole.Button, new() { Name = "Repeat the timelapse" })).ToBeVisibleAsync();
        await view.FitsAsync();
        view.WasGood();
    }

    private static async Task<Station> StartAsync(int hours, int everyMinutes, params IReadOnlyList<string> sites)
    {
        var station = await Station.StartAsync(Station.Small with { Clock = Noon, Every = TimeSpan.FromMinutes(everyMinutes), History = TimeSpan.FromHours(hours) });
        try
        {
            await station.CaptureAsync(sites);
            return station;
        }
        catch
        {
            await station.DisposeAsync();
            throw;
        }
    }

    private Task<PageView> OpenAsync(Station station, string query, BrowserNewContextOptions? options = null) => PageView.SignInAsync(chromium, station.Node, options, $"/timelapses/new{query}");

    private static ILocator Form(PageView view) => view.Page.GetByRole(AriaRole.Form, new() { Name = "New timelapse" });

    private static ILocator Preview(PageView view) => view.Page.GetByRole(AriaRole.Region, new() { Name = "Preview" });

    private static async Task LoadedAsync(PageView view, int pictures)
    {
        await Assertions.Expect(Preview(view)).ToHaveAttributeAsync("data-pictures", $"{pictures}", new() { Timeout = 60_000 });
        await Assertions.Expect(Preview(view)).ToHaveAttributeAsync("data-loaded", $"{pictures}", new() { Timeout = 60_000 });
    }

    private static async Task<DateTimeOffset?> ShownAsync(PageView view) =>
        await Preview(view).Locator("canvas").GetAttributeAsync("data-at") is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;

    // What is said and what is painted, as its own pixels tell.
    private static Task ShowsAsync(PageView view, string site, DateTimeOffset instant) => Until.TrueAsync(
        async () => await ShownAsync(view) == instant && await PageView.CodeInAsync(Preview(view)) == (TimeCode.SiteHash(site), instant), $"the preview shows {site} at {instant:u}", TimeSpan.FromSeconds(30));

    private static async Task<(int Width, int Height)> SizeAsync(PageView view) =>
        (await Preview(view).Locator("canvas").EvaluateAsync<int>("canvas => canvas.width"), await Preview(view).Locator("canvas").EvaluateAsync<int>("canvas => canvas.height"));

    private static async Task RangeIsAsync(PageView view, int from, int to, int frames)
    {
        await Assertions.Expect(Form(view).GetByLabel("From", new() { Exact = true })).ToHaveValueAsync($"2026-11-{from}T00:00");
        await Assertions.Expect(Form(view).GetByLabel("To, not included")).ToHaveValueAsync($"2026-11-{to}T00:00");
        await Assertions.Expect(Form(view).Locator("[data-source=pier]")).ToHaveTextAsync($"{frames} frames");
    }
}
