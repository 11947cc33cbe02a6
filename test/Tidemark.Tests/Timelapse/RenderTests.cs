using System.Security.Cryptography;
using Tidemark.Media;
using Tidemark.Tests.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Real ffmpeg: what is in the picture.</summary>
public sealed class RenderTests : IDisposable
{
    private static readonly TimelapseRecipe Quad = new() { Layout = TimelapseLayout.Quad };

    private readonly RenderFixture render = new();

    public void Dispose() => render.Dispose();

    [Fact]
    public async Task A_quad_shows_the_first_over_the_third_left_and_the_second_over_the_fourth_right()
    {
        var facts = await RenderAsync([await render.ColourAsync("red", 3), await render.ColourAsync("lime", 3), await render.ColourAsync("blue", 3), await render.ColourAsync("yellow", 3)], Quad);

        Assert.Equal((128, 96, 3L, "h264", "yuv420p", "bt709", "tv", false), (facts.Width, facts.Height, facts.Frames, facts.Codec, facts.PixelFormat, facts.ColorSpace, facts.ColorRange, facts.HasAudio));
        foreach (var frame in await render.SeeAsync(128, 96))
        {
            Assert.Equal(
                ["red", "lime", "blue", "yellow"],
                [RenderFixture.ColourAt(frame, 128, 32, 24), RenderFixture.ColourAt(frame, 128, 96, 24), RenderFixture.ColourAt(frame, 128, 32, 72), RenderFixture.ColourAt(frame, 128, 96, 72)]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(61)]
    public async Task Exactly_the_planned_frames_come_out_and_progress_is_told_to_the_last(int count)
    {
        var heard = new List<TimelapseProgress>();
        var plan = Plan([await render.MovingAsync("m", count)], new TimelapseRecipe { Fps = 25 });
        var facts = await render.MakeAsync(plan, new Listener<TimelapseProgress>(heard.Add));

        Assert.Equal((count, new FrameRate(25, 1)), ((int)facts.Frames!.Value, facts.FrameRate));
        Assert.Equal(count, (await render.SeeAsync(64, 48)).Length);
        Assert.Equal(heard.OrderBy(p => p.Stage).ThenBy(p => p.Frames), heard);
        Assert.Equal(heard.Select(p => p.Fraction).Order(), heard.Select(p => p.Fraction));
        Assert.Equal(new TimelapseProgress(TimelapseStage.Encoding, 0, count, 0, null), heard[0]);
        Assert.Equal(new TimelapseProgress(TimelapseStage.Verifying, count, count, 1, 0), heard[^1]);
    }

    [Fact]
    public async Task The_same_frames_make_the_same_bytes()
    {
        var plan = Plan([await render.MovingAsync("m", 10)], new TimelapseRecipe());
        await render.RenderAsync(plan);
        var first = SHA256.HashData(await File.ReadAllBytesAsync(render.Output));
        await render.RenderAsync(plan);
        Assert.Equal(first, SHA256.HashData(await File.ReadAllBytesAsync(render.Output)));
    }

    [Theory]
    [InlineData(10, "lime")]
    [InlineData(60, "blue")]
    public async Task A_sidebar_is_scaled_to_the_height_and_held_or_cut(int frames, string atTheEnd)
    {
        // One second of lime, the rest blue, in another size, rate and with sound.
        await render.Media.MakeAsync("side.mp4", "color=lime:s=100x100:r=10:d=1[a];color=blue:s=100x100:r=10:d=8[b];[a][b]concat", "-f", "lavfi", "-i", "sine", "-frames:v", $"{frames}", "-t", $"{frames / 10}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");
        var facts = await RenderAsync([await render.ColourAsync("red", 40)], new TimelapseRecipe { Fps = 10, Sidebar = render.Media.PathOf("side.mp4") });

        Assert.Equal((64 + 48, 48, 40L, false), (facts.Width, facts.Height, facts.Frames, facts.HasAudio));
        var seen = await render.SeeAsync(112, 48);
        Assert.Equal(40, seen.Length);
        Assert.Equal(("red", "lime"), (RenderFixture.ColourAt(seen[0], 112, 32, 24), RenderFixture.ColourAt(seen[0], 112, 88, 24)));
        Assert.Equal(("red", atTheEnd), (RenderFixture.ColourAt(seen[^1], 112, 32, 24), RenderFixture.ColourAt(seen[^1], 112, 88, 24)));
    }

    [Fact]
    public async Task A_sidebar_goes_on_where_the_stretch_before_ends_and_is_seen_to_move_meanwhile()
    {
        // Each second of it is of one colour.
        await render.Media.MakeAsync("side.mp4", "color=lime:s=96x96:r=10:d=3[a];color=blue:s=96x96:r=10:d=3[b];color=yellow:s=96x96:r=10:d=3[c];[a][b][c]concat=n=3", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        var renderer = render.Watched();
        var red = await render.ColourAsync("red", 40);
        var plan = Plan([red], new TimelapseRecipe { Fps = 10, Sidebar = render.Media.PathOf("side.mp4") });

        Assert.Null(await renderer.RenderAsync(plan, render.Output, null, TestContext.Current.CancellationToken));
        Assert.Null(render.Passed);
        Assert.Equal(["lime", "lime", "blue"], (await SidesAsync()).Take(31).Chunk(15).Select(some => some[0]));

        Assert.Null(await renderer.RenderAsync(plan.After(55), render.Output, null, TestContext.Current.CancellationToken));
        Assert.Equal([.. Enumerable.Repeat("blue", 5), .. Enumerable.Repeat("yellow", 35)], await SidesAsync());
        Assert.Equal(3, render.Passed);

        // Longer than it is.
        Assert.Null(await renderer.RenderAsync(plan.After(5000), render.Output, null, TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Repeat("yellow", 40), await SidesAsync());

        // With colours a quarter as wide as the picture, as DV has them.
        await render.Media.MakeAsync("side.mkv", "color=lime:s=96x96:r=10:d=3[a];color=blue:s=96x96:r=10:d=3[b];[a][b]concat=n=2", "-c:v", "ffv1", "-pix_fmt", "yuv411p");
        Assert.Null(await renderer.RenderAsync(Plan([red], plan.Recipe with { Sidebar = render.Media.PathOf("side.mkv") }).After(10), render.Output, null, TestContext.Current.CancellationToken));
        Assert.Equal([.. Enumerable.Repeat("lime", 20), .. Enumerable.Repeat("blue", 20)], await SidesAsync());
    }

    [Fact]
    public async Task A_crop_shows_what_lies_there()
    {
        var path = await render.Media.MakeAsync("half.jpg", "color=red:s=64x96[a];color=blue:s=64x96[b];[a][b]hstack", "-frames:v", "1", "-pix_fmt", "yuvj444p", "-q:v", "2");
        var facts = await RenderAsync([RenderFixture.Repeat(path, 2, 128, 96)], new TimelapseRecipe { Crops = [new Crop(32, 20, 72, 10)] });

        Assert.Equal((32, 20), (facts.Width, facts.Height));
        var seen = await render.SeeAsync(32, 20);
        Assert.Equal(("blue", "blue"), (RenderFixture.ColourAt(seen[0], 32, 1, 1), RenderFixture.ColourAt(seen[0], 32, 30, 18)));
    }

    [Fact]
    public async Task Sources_of_other_shapes_are_fitted_with_bars()
    {
        await RenderAsync([await render.ColourAsync("red", 2), await render.ColourAsync("lime", 2, 200, 50), await render.ColourAsync("blue", 2, 30, 90), await render.ColourAsync("yellow", 2, 1280, 960)], Quad);
        var frame = (await render.SeeAsync(128, 96))[1];

        Assert.Equal(("lime", "black", "black"), (RenderFixture.ColourAt(frame, 128, 96, 24), RenderFixture.ColourAt(frame, 128, 96, 8), RenderFixture.ColourAt(frame, 128, 96, 40)));
        Assert.Equal(("blue", "black"), (RenderFixture.ColourAt(frame, 128, 32, 72), RenderFixture.ColourAt(frame, 128, 6, 72)));
        Assert.Equal("yellow", RenderFixture.ColourAt(frame, 128, 68, 52));
    }

    [Fact]
    public async Task A_source_whose_frames_change_size_loses_none()
    {
        var changed = (await render.ColourAsync("lime", 5)).Concat(RenderFixture.Repeat((await render.ColourAsync("blue", 1, 96, 96))[0].Path, 5, 96, 96, from: 5)).ToList();
        var facts = await RenderAsync([changed], new TimelapseRecipe());

        Assert.Equal((64, 48, 10L), (facts.Width, facts.Height, facts.Frames));
        var seen = await render.SeeAsync(64, 48);
        Assert.Equal(("lime", "blue", "black"), (RenderFixture.ColourAt(seen[4], 64, 32, 24), RenderFixture.ColourAt(seen[5], 64, 32, 24), RenderFixture.ColourAt(seen[9], 64, 2, 24)));
    }

    [Fact]
    public async Task A_crop_shows_the_same_whether_or_not_its_blocks_could_be_cut_out()
    {
        var recipe = new TimelapseRecipe { Crops = [new Crop(70, 46, 53, 31)] };
        var frames = await render.MovingAsync("c", 6, 202, 116);
        await RenderAsync([frames], recipe);
        var made = await File.ReadAllBytesAsync(render.Output);

        // The same pixels, in several scans.
        var progressive = new List<FrameFile>();
        foreach (var (at, frame) in frames.Index())
        {
            await render.Media.RunAsync(MediaTool.Jpegtran, "-progressive", "-outfile", render.Media.PathOf($"p{at}.jpg"), frame.Path);
            progressive.Add(frame with { Path = render.Media.PathOf($"p{at}.jpg") });
        }

        await RenderAsync([progressive], recipe);
        Assert.Equal(made, await File.ReadAllBytesAsync(render.Output));
        await RenderAsync([[.. frames.Take(5), progressive[5]]], recipe);
        Assert.Equal(made, await File.ReadAllBytesAsync(render.Output));
    }

    [Fact]
    public async Task Folders_with_odd_names_do_no_harm()
    {
        var folder = Directory.CreateDirectory(render.Media.PathOf("100%d 'a;b[c]'")).FullName;
        var frames = await render.ColourAsync("red", 1);
        File.Copy(frames[0].Path, Path.Combine(folder, "x.jpg"));
        var tools = new MediaTools(Path.Combine(folder, "scratch"), TimeProvider.System);
        var plan = Plan([RenderFixture.Repeat(Path.Combine(folder, "x.jpg"), 2, 64, 48)], new TimelapseRecipe());
        Assert.Null(await new TimelapseRenderer(tools).RenderAsync(plan, Path.Combine(folder, "-o %03d.mp4"), null, TestContext.Current.CancellationToken));

        Assert.Equal(2, Mp4Index.Read(Path.Combine(folder, "-o %03d.mp4")).Value.Samples.Count);
    }

    private async Task<IEnumerable<string>> SidesAsync() => (await render.SeeAsync(112, 48)).Select(frame => RenderFixture.ColourAt(frame, 112, 88, 24));

    private static TimelapsePlan Plan(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe) => TimelapsePlan.Make(sources, recipe).Value;

    private Task<VideoFacts> RenderAsync(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe) => render.MakeAsync(Plan(sources, recipe));
}
