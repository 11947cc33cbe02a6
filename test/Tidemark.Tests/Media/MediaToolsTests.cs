using Tidemark.Media;

namespace Tidemark.Tests.Media;

public sealed class MediaToolsTests : IDisposable
{
    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MediaTool.Ffmpeg)]
    [InlineData(MediaTool.Ffprobe)]
    [InlineData(MediaTool.Jpegtran)]
    public async Task Every_tool_is_found_and_says_its_version(MediaTool tool)
    {
        Assert.True(Path.IsPathRooted(media.Tools.Find(tool).Value));
        Assert.Matches(@"^\d+\.\d+", (await media.Tools.VersionAsync(tool, Cancel)).Value);
    }

    [Fact]
    public async Task A_missing_tool_names_its_mend()
    {
        var tools = new MediaTools(media.PathOf("scratch"), TimeProvider.System, new ToolPaths("/nowhere/ffmpeg", "/nowhere/ffprobe", "/nowhere/jpegtran"));

        var failure = tools.Find(MediaTool.Ffmpeg).Failure!;
        Assert.Equal((FailureKind.Infrastructure, "tool_missing"), (failure.Kind, failure.Code));
        Assert.Contains("/nowhere/ffmpeg", failure.Message);
        Assert.Contains("apt-get install ffmpeg", failure.Mend);
        Assert.Contains("apt-get install libjpeg-turbo-progs", tools.Find(MediaTool.Jpegtran).Failure!.Mend);
        Assert.Equal("tool_missing", (await tools.VersionAsync(MediaTool.Ffprobe, Cancel)).Failure?.Code);
        Assert.Equal("tool_missing", (await new Probe(tools).CountFramesAsync(media.PathOf("a"), null, Cancel)).Failure?.Code);
    }

    [Theory]
    [InlineData(1, "av_interleaved_write_frame(): No space left on device\nConversion failed!", FailureKind.Resource, "disk_full")]
    [InlineData(228, "[out#0 @ 0x55] Error muxing a packet: No space left on device", FailureKind.Resource, "disk_full")]
    [InlineData(1, "x264 [error]: malloc of size 12345 failed", FailureKind.Resource, "out_of_memory")]
    [InlineData(1, "a.mp4: Cannot allocate memory", FailureKind.Resource, "out_of_memory")]
    [InlineData(1, "/data/a.mp4: Permission denied", FailureKind.Infrastructure, "permission_denied")]
    [InlineData(1, "/data/a.mp4: Invalid data found when processing input", FailureKind.BadInput, "not_playable")]
    [InlineData(1, "[mjpeg @ 0x5572f9cebd80] error y=29 x=58", FailureKind.BadInput, "not_playable")]
    [InlineData(153, "", FailureKind.Resource, "output_limit")]
    [InlineData(152, "", FailureKind.Resource, "cpu_time")]
    [InlineData(255, "", FailureKind.Resource, "cpu_time")]
    [InlineData(139, "", FailureKind.ToolCrash, "tool_crashed")]
    [InlineData(1, "something new", FailureKind.ToolCrash, "tool_crashed")]
    public void What_ffmpeg_says_becomes_a_failure(int status, string words, FailureKind kind, string code)
    {
        var failure = FfmpegFailures.Explain(new ToolRun(status, words, TimeSpan.Zero), "ffmpeg", "the timelapse", "/data/out.mp4")!;
        Assert.Equal((kind, code), (failure.Kind, failure.Code));
        Assert.DoesNotContain("0x55", failure.Message);
        Assert.Equal(code is "disk_full" or "output_limit", failure.Message.Contains("/data/out.mp4", StringComparison.Ordinal));
    }

    [Fact]
    public void Progress_is_read_in_blocks_and_only_what_moves_counts()
    {
        var heard = new List<FfmpegProgress>();
        var reader = new ProgressReader(new Listener<FfmpegProgress>(heard.Add));
        bool Block(string text) => text.Split(' ').Aggregate(false, (_, line) => reader.Read(line));

        Assert.True(Block("frame=12 out_time_us=500000 speed=1.5x total_size=100 progress=continue"));
        Assert.False(Block("frame=12 out_time_us=500000 speed=N/A total_size=100 progress=continue"));
        Assert.True(Block("frame=12 out_time_us=500000 total_size=200 progress=end"));
        Assert.False(Block("out_time_us=-9223372036854775807 frame=nonsense progress=end"));
        Assert.Equal(new FfmpegProgress(12, TimeSpan.FromSeconds(0.5), 1.5), heard[0]);
        Assert.Null(heard[1].Speed);
        Assert.Equal(4, heard.Count);
    }
}

/// <summary>Hears each report at once and in order.</summary>
internal sealed class Listener<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
