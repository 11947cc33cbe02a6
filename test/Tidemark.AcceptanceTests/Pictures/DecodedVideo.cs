using System.Diagnostics;
using System.Globalization;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.Pictures;

/// <summary>A file decoded by ffmpeg into luma, frame by frame, and the time codes read out of it.</summary>
internal sealed class DecodedVideo
{
    private readonly byte[] gray;

    private DecodedVideo(byte[] gray, int width, int height) => (this.gray, Width, Height) = (gray, width, height);

    public int Width { get; }

    public int Height { get; }

    public int Frames => gray.Length / (Width * Height);

    /// <summary>Decodes a video or a picture.</summary>
    public static async Task<DecodedVideo> OfAsync(string file)
    {
        var size = System.Text.Encoding.UTF8.GetString(await RunAsync("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", file)).Trim().Split(',');
        var (width, height) = (int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture));
        return new DecodedVideo(await RunAsync("ffmpeg", "-v", "error", "-nostdin", "-i", file, "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "gray", "-"), width, height);
    }

    /// <summary>Makes a file with ffmpeg's own pictures.</summary>
    public static Task MakeAsync(string file, string lavfi) => RunAsync("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", lavfi, "-pix_fmt", "yuv420p", file);

    /// <summary>The site and the instant that a part of a frame shows, by the code at the part's lower left; null where none can be read.</summary>
    /// <param name="frame">From 0.</param>
    /// <param name="cell">Edge of a code's cell in these pixels.</param>
    public (ushort Site, DateTimeOffset Instant)? CodeIn(int frame, int x, int y, int height, double cell)
    {
        var picture = gray.AsSpan(frame * Width * Height, Width * Height);
        return TimeCode.TryRead(picture, Width, Height, Width, x, y + height - (int)Math.Round(TimeCode.Rows * cell), out var instant, out var site, cell) ? (site, instant) : null;
    }

    /// <summary>The mean brightness of a part of a frame.</summary>
    public double Mean(int frame, int x, int y, int width, int height)
    {
        long sum = 0;
        for (var row = y; row < y + height; row++)
        {
            foreach (var value in gray.AsSpan((frame * Width * Height) + (row * Width) + x, width))
            {
                sum += value;
            }
        }

        return (double)sum / (width * height);
    }

    private static async Task<byte[]> RunAsync(string program, params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaints = process.StandardError.ReadToEndAsync(cancellation);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.Equal((0, ""), (process.ExitCode, await complaints));
        return output.ToArray();
    }
}
