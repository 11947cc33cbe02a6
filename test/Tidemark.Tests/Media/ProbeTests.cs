using Tidemark.Media;

namespace Tidemark.Tests.Media;

public sealed class ProbeTests : IDisposable
{
    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_tells_its_facts_and_its_frames_are_counted_by_decoding()
    {
        var path = await media.MakeAsync("a.mp4", "testsrc=s=160x90:r=30000/1001", "-f", "lavfi", "-i", "sine", "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");
        var facts = (await new Probe(media.Tools).ProbeAsync(path, Cancel)).Value;

        Assert.Equal(("h264", 160, 90, new FrameRate(30000, 1001), true, "yuv420p"), (facts.Codec, facts.Width, facts.Height, facts.FrameRate, facts.HasAudio, facts.PixelFormat));
        Assert.StartsWith("mov", facts.Container);
        Assert.InRange(facts.Duration.TotalSeconds, 0.95, 1.1);
        Assert.Equal(30, facts.Frames);
        Assert.Equal(30, (await new Probe(media.Tools).CountFramesAsync(path, null, Cancel)).Value);
        Assert.Empty(Directory.GetFileSystemEntries(media.Tools.ScratchRoot));
    }

    [Fact]
    public async Task Pixels_that_are_not_square_show_in_the_displayed_size()
    {
        var path = await media.MakeAsync("a.mp4", "testsrc=s=100x100:r=5", "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-vf", "setsar=2/1");
        var facts = (await new Probe(media.Tools).ProbeAsync(path, Cancel)).Value;
        Assert.Equal((100, 100, 200, 100), (facts.Width, facts.Height, facts.DisplayWidth, facts.DisplayHeight));
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{0}'\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{0}</BaseURL></Representation></AdaptationSet></Period></MPD>")]
    public async Task A_playlist_named_mp4_is_refused_and_opens_nothing(string script)
    {
        var bait = media.PathOf("bait.ts");
        await media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=s=64x48:r=5", "-t", "1", "-c:v", "libx264", bait);
        var path = media.PathOf("innocent.mp4");
        await File.WriteAllTextAsync(path, script.Replace("{0}", bait), Cancel);
        using var watch = new FileOpenWatch(bait);

        var probed = await new Probe(media.Tools).ProbeAsync(path, Cancel);
        var counted = await new Probe(media.Tools).CountFramesAsync(path, null, Cancel);

        Assert.True((probed.Failure?.Kind, counted.Failure?.Kind) is (FailureKind.BadInput, FailureKind.BadInput), $"{probed.Failure} {counted.Failure}");
        Assert.False(watch.WasOpened());
    }

    [Fact]
    public async Task Rubbish_and_missing_files_are_told_apart()
    {
        var path = media.PathOf("rubbish.mp4");
        await File.WriteAllBytesAsync(path, new byte[5000], Cancel);

        Assert.Equal(FailureKind.BadInput, (await new Probe(media.Tools).ProbeAsync(path, Cancel)).Failure?.Kind);
        Assert.Equal("file_not_found", (await new Probe(media.Tools).ProbeAsync(media.PathOf("none.mp4"), Cancel)).Failure?.Code);
    }

    [Fact]
    public async Task A_stream_damaged_in_the_middle_does_not_count_as_whole()
    {
        var path = await media.MakeAsync("a.mp4", "testsrc2=s=320x240:r=25", "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart");
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[4000], RandomAccess.GetLength(file) / 2);
        }

        var counted = await new Probe(media.Tools).CountFramesAsync(path, null, Cancel);
        Assert.Equal(FailureKind.BadInput, counted.Failure?.Kind);
    }
}
