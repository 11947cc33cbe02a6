using Tidemark.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Real ffmpeg: what options make of the picture.</summary>
public sealed class LookTests : IDisposable
{
    private readonly RenderFixture render = new();

    public void Dispose() => render.Dispose();

    [Fact]
    public async Task A_pair_shows_the_first_left_and_the_second_right()
    {
        var facts = await RenderAsync(new TimelapseRecipe { Layout = TimelapseLayout.Pair }, await render.ColourAsync("red", 3), await render.ColourAsync("blue", 3));

        Assert.Equal((128, 48, 3L), (facts.Width, facts.Height, facts.Frames));
        var seen = (await render.SeeAsync(128, 48))[1];
        Assert.Equal(("red", "blue"), (RenderFixture.ColourAt(seen, 128, 32, 24), RenderFixture.ColourAt(seen, 128, 96, 24)));
    }

    [Theory]
    [InlineData(TimelapseFit.Bars, "black", "red")]
    [InlineData(TimelapseFit.Fill, "red", "red")]
    [InlineData(TimelapseFit.Stretch, "blue", "red")]
    public async Task Another_shape_is_fitted_with_bars_filled_or_stretched(TimelapseFit fit, string left, string middle)
    {
        // Blue at its left and right ends.
        var path = await render.Media.MakeAsync("wide.jpg", "color=blue:s=32x48[a];color=red:s=64x48[b];color=blue:s=32x48[c];[a][b][c]hstack=inputs=3", "-frames:v", "1", "-pix_fmt", "yuvj444p", "-q:v", "2");
        await RenderAsync(new TimelapseRecipe { Size = new FrameSize(64, 96), Fit = fit }, RenderFixture.Repeat(path, 2, 128, 48));

        var seen = (await render.SeeAsync(64, 96))[0];
        Assert.Equal((left, middle), (RenderFixture.ColourAt(seen, 64, 4, 4), RenderFixture.ColourAt(seen, 64, 32, 48)));
    }

    [Fact]
    public async Task A_hostile_caption_is_only_text()
    {
        const string Caption = "%{pts} %{metadata:x} {\\pos(1,1)} ' ; [v] drawbox=t=fill \\ : , %n\n/etc/passwd";
        await File.WriteAllTextAsync(render.Media.PathOf("plain"), "");
        var frames = await render.ColourAsync("red", 5, 320, 240);
        await RenderAsync(new TimelapseRecipe { Caption = Caption, ClockZone = "UTC" }, frames);
        var seen = await render.SeeAsync(320, 240);

        Assert.Equal(5, seen.Length);
        Assert.All(seen, frame => Assert.Equal("red", RenderFixture.ColourAt(frame, 320, 160, 100)));
        // Something is written at the lower left, and at the lower right.
        Assert.All(seen, frame => Assert.Contains(Enumerable.Range(8, 60), x => RenderFixture.ColourAt(frame, 320, x, 225) != "red"));
        Assert.All(seen, frame => Assert.Contains(Enumerable.Range(240, 70), x => RenderFixture.ColourAt(frame, 320, x, 225) != "red"));
    }

    [Fact]
    public async Task The_clock_goes_with_the_pictures()
    {
        // One file: what differs between pictures is the clock.
        var frames = await render.ColourAsync("red", 4, 320, 240);
        await RenderAsync(new TimelapseRecipe { ClockZone = "Europe/Lisbon", Fps = 120, Encoder = new EncoderChoice(Crf: 1) }, frames);
        var seen = await render.SeeAsync(320, 240);

        Assert.Equal(4, seen.Select(frame => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(frame))).Distinct().Count());
        var plan = TimelapsePlan.Make([frames], new TimelapseRecipe()).Value;
        Assert.Equal(["2026-11-22 08:00", "2026-11-22 08:01"], BurnedText.Times(plan, "Europe/Lisbon").Take(2));
        Assert.Equal("2026-11-22 08:00 UTC", BurnedText.Times(plan, "UTC").First());
    }

    [Fact]
    public async Task Where_nothing_is_there_to_show_a_slate_is()
    {
        var frames = await render.ColourAsync("red", 2);
        var later = RenderFixture.Repeat(frames[0].Path, 2, 64, 48, from: 10);
        var instants = Enumerable.Range(0, 12).Select(minute => frames[0].Time.AddMinutes(minute)).ToList();
        var plan = TimelapsePlan.Make([[.. frames, .. later]], new TimelapseRecipe { Missing = MissingFrames.Slate }, null, instants).Value;
        Assert.Null(await render.RenderAsync(plan));

        var seen = await render.SeeAsync(64, 48);
        Assert.Equal(12, seen.Length);
        Assert.Equal(("red", "48,48,48", "red"), (RenderFixture.ColourAt(seen[0], 64, 32, 24), Rounded(RenderFixture.ColourAt(seen[6], 64, 32, 24)), RenderFixture.ColourAt(seen[11], 64, 32, 24)));
    }

    [Theory]
    [InlineData(TimelapseFormat.H265, "hevc", 8, "yuv420p")]
    [InlineData(TimelapseFormat.H265, "hevc", 12, "yuv420p12le")]
    [InlineData(TimelapseFormat.Mp4, "h264", 10, "yuv420p10le")]
    [InlineData(TimelapseFormat.Av1, "av1", 10, "yuv420p10le")]
    [InlineData(TimelapseFormat.WebM, "vp9", 8, "yuv420p")]
    public async Task Stretches_of_every_format_join_and_are_the_same_bytes_each_time(TimelapseFormat format, string codec, int depth, string pixels)
    {
        var recipe = new TimelapseRecipe { Encoder = new EncoderChoice(format, Depth: depth) };
        var frames = await render.MovingAsync("m", 40, 128, 96);
        var parts = new List<VideoPart>();
        foreach (var (at, some) in new[] { frames[..25], frames[25..26], frames[26..] }.Index())
        {
            var facts = await RenderAsync(recipe, some);
            Assert.Equal((codec, pixels, (long)some.Count), (facts.Codec, facts.PixelFormat, facts.Frames));
            var first = await File.ReadAllBytesAsync(render.Output);
            await RenderAsync(recipe, some);
            Assert.Equal(first, await File.ReadAllBytesAsync(render.Output));
            File.Move(render.Output, render.Media.PathOf($"p{at}.mp4"));
            parts.Add(new VideoPart(render.Media.PathOf($"p{at}.mp4"), some.Count));
        }

        var join = new VideoJoin(render.Media.Tools);
        var cancel = TestContext.Current.CancellationToken;
        var joined = await join.JoinAsync(parts, recipe.Fps, TimelapseEncoder.Container(recipe), render.Output, null, cancel);
        Assert.Null(joined.Failure);
        Assert.Equal(40, (await new Probe(render.Media.Tools).CountFramesAsync(render.Output, null, cancel)).Value);
        if (format == TimelapseFormat.WebM)
        {
            Assert.Null(await join.RewrapAsync(render.Output, recipe.Fps, ["-f", "webm"], render.Media.PathOf("out.webm"), null, cancel));
            Assert.Equal("vp9", (await new Probe(render.Media.Tools).ProbeAsync(render.Media.PathOf("out.webm"), cancel)).Value.Codec);
        }
    }

    [Fact]
    public async Task Deflicker_and_parameters_reach_the_encoder()
    {
        var facts = await RenderAsync(new TimelapseRecipe { Deflicker = true, Encoder = new EncoderChoice(Preset: "veryfast", Parameters: "bframes=0:keyint=10:tune=grain") }, await render.MovingAsync("m", 30));
        Assert.Equal(30, facts.Frames);
    }

    [Theory]
    [InlineData(1, 64, 48)]
    [InlineData(3, 64, 48)]
    [InlineData(6, 48, 64)]
    [InlineData(8, 48, 64)]
    public async Task What_Exif_says_is_turned_is_turned(int orientation, int width, int height)
    {
        // Red above blue as it is stored.
        var path = await render.Media.MakeAsync("turned.jpg", "color=red:s=64x24[a];color=blue:s=64x24[b];[a][b]vstack", "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "2");
        var bytes = await File.ReadAllBytesAsync(path);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        await File.WriteAllBytesAsync(path, [.. bytes[..2], .. exif, .. bytes[2..]]);
        Assert.Equal(orientation, Jpeg.Inspect(await File.ReadAllBytesAsync(path)).Value.Orientation);

        var plan = TimelapsePlan.Make([RenderFixture.Repeat(path, 2, 64, 48)], new TimelapseRecipe(), [new FrameSize(width, height)]).Value;
        var facts = await render.MakeAsync(plan);
        Assert.Equal((width, height), (facts.Width, facts.Height));
        var seen = (await render.SeeAsync(width, height))[0];
        var (x, y) = orientation switch { 1 => (32, 8), 3 => (32, 40), 6 => (40, 32), _ => (8, 32) };
        Assert.Equal("red", RenderFixture.ColourAt(seen, width, x, y));
        Assert.Equal("blue", RenderFixture.ColourAt(seen, width, width - 1 - x, height - 1 - y));
    }

    private static string Rounded(string colour) => string.Join(',', colour.Split(',').Select(part => int.TryParse(part, out var value) && Math.Abs(value - 48) < 8 ? "48" : part));

    private Task<VideoFacts> RenderAsync(TimelapseRecipe recipe, params IReadOnlyList<FrameFile>[] sources) => render.MakeAsync(TimelapsePlan.Make(sources, recipe).Value);
}
