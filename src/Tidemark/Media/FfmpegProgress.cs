using System.Globalization;

namespace Tidemark.Media;

/// <summary>Where an ffmpeg run is.</summary>
/// <param name="Frames">Video frames written so far.</param>
/// <param name="OutTime">Media time written so far.</param>
/// <param name="Speed">Media seconds a second; null where not known yet.</param>
public sealed record FfmpegProgress(long Frames, TimeSpan OutTime, double? Speed);

/// <summary>Reads the blocks of <c>key=value</c> lines that <c>-progress</c> prints; each ends with <c>progress=continue</c> or <c>end</c>.</summary>
internal sealed class ProgressReader(IProgress<FfmpegProgress>? listener)
{
    private long frames;
    private long microseconds;
    private long bytes;
    private double? speed;
    private (long, long, long) before;

    /// <summary>The state after the last whole block.</summary>
    internal FfmpegProgress Last { get; private set; } = new(0, TimeSpan.Zero, null);

    /// <summary>Takes a line; true where a block ended and shows that something moved since the one before.</summary>
    internal bool Read(string line)
    {
        var cut = line.IndexOf('=');
        if (cut < 0)
        {
            return false;
        }

        var value = line.AsSpan(cut + 1).Trim();
        switch (line[..cut])
        {
            case "frame":
                frames = Number(value, frames);
                return false;
            case "out_time_us":
                microseconds = Number(value, microseconds);
                return false;
            case "total_size":
                bytes = Number(value, bytes);
                return false;
            case "speed":
                speed = double.TryParse(value.TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out var read) ? read : null;
                return false;
            case "progress":
                Last = new FfmpegProgress(frames, TimeSpan.FromMicroseconds(microseconds), speed);
                listener?.Report(Last);
                var moved = before != (frames, microseconds, bytes);
                before = (frames, microseconds, bytes);
                return moved;
            default:
                return false;
        }
    }

    // "N/A" stands where ffmpeg does not know; out_time is hugely negative before the first frame.
    private static long Number(ReadOnlySpan<char> value, long otherwise) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : otherwise;
}
