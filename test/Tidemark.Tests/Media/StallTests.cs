using Tidemark.Media;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Media;

/// <summary>What counts as movement of a tool that says nothing.</summary>
public sealed class StallTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Theory]
    [InlineData("out.mp4")]
    [InlineData("further.txt")]
    public async Task A_tool_that_says_nothing_moves_as_long_as_its_files_change(string grows)
    {
        var (time, heard) = (new ManualTime(), 0);
        var silent = media.PathOf("silent");
        await File.WriteAllTextAsync(silent, $"#!/bin/sh\ntouch '{media.PathOf("started")}'\nexec sleep 600\n");
        File.SetUnixFileMode(silent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var tools = new MediaTools(media.PathOf("scratch"), time, new ToolPaths(silent));
        using var scratch = Scratch.Create(tools);
        var job = new FfmpegJob([], [], media.PathOf("out.mp4")) { Further = ["-f", "framecrc", media.PathOf("further.txt")], Subject = "nothing" };
        var run = new Ffmpeg(tools).RunAsync(job, scratch, new Listener<FfmpegProgress>(_ => heard++), TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => File.Exists(media.PathOf("started")), Soon);

        for (var minute = 1; minute <= 5; minute++)
        {
            await File.AppendAllTextAsync(media.PathOf(grows), "more", TestContext.Current.CancellationToken);
            time.Advance(ToolLimits.Default.Stall);
            Assert.Equal(minute, heard);
        }

        time.Advance(ToolLimits.Default.Stall);
        Assert.Equal("tool_stalled", (await run.WaitAsync(Soon, TimeProvider.System)).Failure?.Code);
    }
}
