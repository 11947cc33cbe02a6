using Tidemark.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>A stretch far behind shows of its sidebar what the whole timelapse shows there, wherever decoding began.</summary>
public sealed class SidebarTests : IDisposable
{
    private const int Before = 180, Some = 30;

    // Ten a second for twenty seconds, each of another grey than those near to it.
    private const string Greys = "color=black:s=96x96:r=10:d=20,geq=lum='16+mod(N*7\\,220)':cb=128:cr=128";
    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "8", "-pix_fmt", "yuv420p", "-g", "50", "-bf", "3", "-sc_threshold", "0"];

    private readonly RenderFixture render = new();

    public void Dispose() => render.Dispose();

    /// <summary>The file's name, how it is made of the greys, and whether it is decoded from a key frame near what is shown.</summary>
    public static TheoryData<string, string[], bool> Videos => new()
    {
        { "closed.mp4", H264, true },
        { "open.mp4", [.. H264, "-x264-params", "open-gop=1"], true },
        { "open.mkv", [.. H264, "-x264-params", "open-gop=1"], true },
        { "late.mp4", [.. H264, "-output_ts_offset", "1.7"], true },
        { "uneven.mp4", [.. H264, "-vf", "select='mod(n\\,7)*mod(n\\,3)'", "-fps_mode", "vfr"], true },
        { "hevc.mp4", ["-c:v", "libx265", "-preset", "ultrafast", "-crf", "8", "-pix_fmt", "yuv420p", "-x265-params", "keyint=50:open-gop=1:bframes=3:scenecut=0:log-level=error"], true },
        { "one-key.mp4", [.. H264, "-g", "1000"], false },
        { "refreshed.mp4", [.. H264, "-x264-params", "intra-refresh=1"], false },
        { "greys.ts", H264, false },
        { "greys.avi", ["-c:v", "mpeg4", "-q:v", "2", "-g", "50"], false },
    };

    [Theory]
    [MemberData(nameof(Videos))]
    public async Task Decoded_from_a_key_frame_on_it_is_the_same_picture_by_picture(string name, string[] options, bool near) =>
        await IsTheSameAsync(await render.Media.MakeAsync(name, Greys, options), near);

    [Fact]
    public async Task Behind_its_end_its_last_picture_is_held() =>
        await IsTheSameAsync(await render.Media.MakeAsync("held.mp4", Greys, [.. H264, "-x264-params", "open-gop=1"]), near: true, before: 300);

    [Fact]
    public async Task Where_it_does_not_decode_from_there_it_is_decoded_from_its_beginning() =>
        await IsTheSameAsync(await render.Media.MakeAsync("leaning.mp4", Greys, H264), near: false, undecodable: "-copyts");

    [Fact]
    public async Task What_was_cut_without_encoding_begins_where_its_edit_list_says()
    {
        var whole = await render.Media.MakeAsync("whole.mp4", Greys, [.. H264, "-x264-params", "open-gop=1"]);
        var cut = render.Media.PathOf("cut.mp4");
        await render.Media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-ss", "2.3", "-i", whole, "-c", "copy", cut);
        await IsTheSameAsync(cut, near: true);
    }

    [Fact]
    public async Task Sound_that_begins_earlier_moves_nothing()
    {
        var silent = await render.Media.MakeAsync("silent.mp4", Greys, H264);
        var loud = render.Media.PathOf("loud.mp4");
        await render.Media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-itsoffset", "1.3", "-i", silent, "-f", "lavfi", "-i", "sine=d=25", "-map", "1", "-map", "0", "-c:v", "copy", "-c:a", "aac", loud);
        await IsTheSameAsync(loud, near: true);
    }

    private async Task IsTheSameAsync(string sidebar, bool near, int before = Before, string undecodable = "")
    {
        var renderer = render.Watched(undecodable);
        var red = await render.ColourAsync("red", before + Some);
        var recipe = new TimelapseRecipe { Fps = 12, Sidebar = sidebar, Encoder = new EncoderChoice(Preset: "veryfast", Crf: 8) };

        var whole = await GreysAsync(renderer, Plan(before + Some));
        Assert.Equal(whole[before..], await GreysAsync(renderer, Plan(Some).After(before)), (one, other) => Math.Abs(one - other) < 4);
        Assert.True(near == (render.Passed < before / 25), $"{render.Passed} times 25 pictures were passed by before the {before}th.");

        TimelapsePlan Plan(int pictures) => TimelapsePlan.Make([red[..pictures]], recipe).Value;
    }

    // In the middle of the sidebar.
    private async Task<int[]> GreysAsync(TimelapseRenderer renderer, TimelapsePlan plan)
    {
        Assert.Null(await renderer.RenderAsync(plan, render.Output, null, TestContext.Current.CancellationToken));
        return [.. (await render.SeeAsync(64 + 48, 48)).Select(frame => (int)frame[((24 * (64 + 48)) + 88) * 3])];
    }
}
