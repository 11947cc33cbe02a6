using Tidemark.Media;
using Tidemark.Tests.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Frames to render, and eyes to see what came out.</summary>
public sealed class RenderFixture : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    public MediaFixture Media { get; } = new();

    public string Output => Media.PathOf("out.mp4");

    /// <summary>Frames of one colour; the same file serves all instants.</summary>
    public async Task<List<FrameFile>> ColourAsync(string colour, int count, int width = 64, int height = 48) =>
        Repeat(await Media.MakeAsync($"{colour}{width}x{height}.jpg", $"color={colour}:s={width}x{height}", "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "2"), count, width, height);

    /// <summary>A moving picture as frames.</summary>
    public async Task<List<FrameFile>> MovingAsync(string name, int count, int width = 64, int height = 48)
    {
        await Media.MakeAsync($"{name}%04d.jpg", $"testsrc2=s={width}x{height}:r=25", "-frames:v", $"{count}", "-pix_fmt", "yuvj420p", "-q:v", "3");
        return [.. Enumerable.Range(1, count).Select(i => new FrameFile(Start.AddMinutes(i), Media.PathOf($"{name}{i:0000}.jpg"), width, height))];
    }

    public static List<FrameFile> Repeat(string path, int count, int width, int height, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(i => new FrameFile(Start.AddMinutes(i), path, width, height))];

    public Task<Failure?> RenderAsync(TimelapsePlan plan, IProgress<TimelapseProgress>? progress = null, CancellationToken? cancel = null) =>
        new TimelapseRenderer(Media.Tools).RenderAsync(plan, Output, progress, cancel ?? TestContext.Current.CancellationToken);

    /// <summary>Renders, and asks ffprobe what came out.</summary>
    public async Task<VideoFacts> MakeAsync(TimelapsePlan plan, IProgress<TimelapseProgress>? progress = null)
    {
        Assert.Null(await RenderAsync(plan, progress));
        return (await new Probe(Media.Tools).ProbeAsync(Output, TestContext.Current.CancellationToken)).Value;
    }

    /// <summary>A renderer of whose sidebars it is kept how many pictures were passed by: <see cref="Passed"/>.</summary>
    /// <param name="undecodable">What among ffmpeg's options makes it say that nothing decodes; empty: nothing.</param>
    public TimelapseRenderer Watched(string undecodable = "")
    {
        // What ffmpeg writes beside the video is gone with its folder.
        var wrapped = Media.PathOf("ffmpeg");
        File.WriteAllText(wrapped, $"#!/bin/sh\n[ '{undecodable}' ] && case \"$*\" in *'{undecodable}'*) echo 'Invalid data found when processing input' >&2; exit 1;; esac\n'{Media.Tools.Find(MediaTool.Ffmpeg).Value}' \"$@\"; status=$?; [ -e passed.txt ] && cp passed.txt '{Media.Folder}'; exit $status\n");
        File.SetUnixFileMode(wrapped, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(new MediaTools(Media.PathOf("scratch"), TimeProvider.System, new ToolPaths(wrapped)));
    }

    /// <summary>One for 25 pictures that were passed by; null: none had to be.</summary>
    public int? Passed => File.Exists(Media.PathOf("passed.txt")) ? File.ReadLines(Media.PathOf("passed.txt")).Count(line => line is not ['#', ..]) : null;

    /// <summary>The decoded frames as RGB, three bytes a pixel.</summary>
    public async Task<byte[][]> SeeAsync(int width, int height)
    {
        await Media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-y", "-i", Output, "-fps_mode", "passthrough", "-vf", "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int", "-pix_fmt", "rgb24", "-f", "rawvideo", Media.PathOf("seen.rgb"));
        return [.. (await File.ReadAllBytesAsync(Media.PathOf("seen.rgb"))).Chunk(width * height * 3)];
    }

    /// <summary>The name of the colour at a place.</summary>
    public static string ColourAt(byte[] frame, int width, int x, int y)
    {
        var at = ((y * width) + x) * 3;
        var (r, g, b) = (frame[at], frame[at + 1], frame[at + 2]);
        bool Near(int red, int green, int blue) => Math.Abs(r - red) < 12 && Math.Abs(g - green) < 12 && Math.Abs(b - blue) < 12;
        return Near(255, 0, 0) ? "red" : Near(0, 255, 0) ? "lime" : Near(0, 0, 255) ? "blue" : Near(255, 255, 0) ? "yellow"
            : Near(255, 255, 255) ? "white" : Near(0, 0, 0) ? "black" : $"{r},{g},{b}";
    }

    /// <summary>Nothing but the sources may be left: no output, no temporary, no scratch.</summary>
    public void AssertNothingLeft()
    {
        Assert.False(File.Exists(Output));
        Assert.Empty(Directory.GetFileSystemEntries(Media.Folder, "*" + TimelapseRenderer.TemporarySuffix));
        Assert.Empty(Directory.Exists(Media.Tools.ScratchRoot) ? Directory.GetFileSystemEntries(Media.Tools.ScratchRoot) : []);
    }

    public void Dispose() => Media.Dispose();
}
