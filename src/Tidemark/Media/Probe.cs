using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tidemark.Media;

/// <summary>Asks ffprobe and ffmpeg what a file is.</summary>
public sealed class Probe(MediaTools tools)
{
    private const int LongestAnswer = 1024 * 1024;

    // Until the first picture that is shown is out, edits and reordering included.
    private const int FirstPackets = 64;

    // Seconds before the wanted picture: a key frame's place in the file is not quite its time.
    private const double SeekMargin = 2;

    // By ffmpeg's names of their demuxers.
    private static readonly string[] SeekableFormats = ["mov", "matroska"];

    /// <summary>Facts from the headers (some 100 ms). BadInput where it is no video of a format that we open, NotFound where there is no file.</summary>
    public async Task<Result<VideoFacts>> ProbeAsync(string path, CancellationToken cancel)
    {
        var answer = await AskAsync(path, null, [
            "-show_entries", "format=format_name,duration:stream=codec_type,codec_name,width,height,pix_fmt,r_frame_rate,avg_frame_rate,nb_frames,duration,color_space,color_range,sample_aspect_ratio:stream_disposition=attached_pic:stream_side_data=rotation",
        ], cancel);
        return answer.TryGet(out var said, out var failure) ? Facts(said, path) : failure;
    }

    /// <summary>
    /// Where decoding may begin so that every picture shown from an instant on comes as if it had begun with the file, each with its time. Null where nothing
    /// says so for certain: only in <see cref="SeekableFormats"/> has every picture its own time, and where no key frame lies before, there is nothing to gain.
    /// </summary>
    /// <param name="after">How long after the first picture that is shown.</param>
    internal async Task<SeekPoint?> SeekAsync(string path, string container, TimeSpan after, CancellationToken cancel)
    {
        var format = container.Split(',')[0];
        if (!SeekableFormats.Contains(format, StringComparer.Ordinal))
        {
            return null;
        }

        // The first picture may come some packets later. Where the file begins shifts the second look by as much, mostly nothing, to the safe side.
        var at = Math.Max(0, after.TotalSeconds - SeekMargin).ToString("0.000000", CultureInfo.InvariantCulture);
        var answer = await AskAsync(path, format, ["-select_streams", "v:0", "-read_intervals", $"%+#{FirstPackets},{at}%+#1", "-show_entries", "frame=key_frame,best_effort_timestamp:stream=time_base"], cancel);
        if (!answer.TryGet(out var said, out _) || said is not { Streams: [var stream, ..], Frames: [{ BestEffortTimestamp: { } first }, .., { KeyFrame: 1, BestEffortTimestamp: { } key }] })
        {
            return null;
        }

        var unit = Fraction(stream.TimeBase, '/');
        return unit.Numerator > 0 && key > first && (key - first) * unit.PerSecond < after.TotalSeconds - (SeekMargin / 2) ? new SeekPoint(at, first) : null;
    }

    /// <summary>Decodes the first video stream wholly and counts (M4); a stream that does not decode cleanly is BadInput.</summary>
    public async Task<Result<long>> CountFramesAsync(string path, IProgress<FfmpegProgress>? progress, CancellationToken cancel)
    {
        using var scratch = Scratch.Create(tools);
        var job = new FfmpegJob(
            [FfmpegInput.Video(path)],
            ["-map", "0:v:0", "-fps_mode", "passthrough", "-xerror", "-f", "null"],
            "-")
        { Subject = Path.GetFileName(path) };
        var run = await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancel);
        return run.Failed(out var failure) ? failure : run.Value.Frames;
    }

    private async Task<Result<ProbeAnswer>> AskAsync(string path, string? format, IReadOnlyList<string> what, CancellationToken cancel)
    {
        if (tools.Find(MediaTool.Ffprobe).Failed(out var missing))
        {
            return missing;
        }

        if (!File.Exists(path))
        {
            return new Failure(FailureKind.NotFound, "file_not_found", $"There is no file {path}.");
        }

        using var scratch = Scratch.Create(tools);
        string[] arguments = ["-v", "error", "-hide_banner", "-print_format", "json=compact=1", .. what, .. FfmpegInput.Video(path, format).Arguments];
        var answer = new StringBuilder();
        var command = new ToolCommand(tools.Find(MediaTool.Ffprobe).Value, arguments, scratch.Folder) { Limits = ToolLimits.Brief };
        var run = await Tool.RunAsync(command, tools.Time, line => Keep(answer, line), cancel);
        if (run.Failed(out var failure))
        {
            return failure;
        }

        if (FfmpegFailures.Explain(run.Value, "ffprobe", Path.GetFileName(path), path) is { } said)
        {
            return said;
        }

        try
        {
            return JsonSerializer.Deserialize(answer.ToString(), ProbeJson.Default.ProbeAnswer) ?? new ProbeAnswer(null, null, null);
        }
        catch (JsonException e)
        {
            return new Failure(FailureKind.ToolCrash, "tool_crashed", $"ffprobe's answer about {Path.GetFileName(path)} is no JSON: {e.Message}");
        }
    }

    private static bool Keep(StringBuilder answer, string line)
    {
        if (answer.Length + line.Length < LongestAnswer)
        {
            answer.Append(line).Append('\n');
        }

        return true;
    }

    private static Result<VideoFacts> Facts(ProbeAnswer answer, string path)
    {
        var streams = answer.Streams ?? [];
        var video = streams.FirstOrDefault(s => s.CodecType == "video" && s.Disposition?.AttachedPic != 1);
        if (video is null || video.Width <= 0 || video.Height <= 0)
        {
            return new Failure(FailureKind.BadInput, "no_video", $"{Path.GetFileName(path)} has no video stream.");
        }

        var rate = Fraction(video.AvgFrameRate, '/') is { Numerator: > 0 } average ? average : Fraction(video.RFrameRate, '/');
        var (width, height) = Shown(video);
        return new VideoFacts(
            answer.Format?.FormatName ?? "", video.CodecName ?? "", video.Width, video.Height, rate, Seconds(answer.Format?.Duration ?? video.Duration),
            long.TryParse(video.NbFrames, out var frames) ? frames : null, streams.Any(s => s.CodecType == "audio"), video.PixFmt ?? "")
        {
            ColorSpace = Tagged(video.ColorSpace),
            ColorRange = Tagged(video.ColorRange),
            DisplayWidth = width,
            DisplayHeight = height,
        };
    }

    private static (int Width, int Height) Shown(ProbeStream video)
    {
        var pixel = Fraction(video.SampleAspectRatio, ':');
        var width = pixel.Numerator > 0 ? (int)Math.Clamp(Math.Round((double)video.Width * pixel.Numerator / pixel.Denominator), 1, 65535) : video.Width;
        var turned = Math.Abs(video.SideDataList?.FirstOrDefault(d => d.Rotation is not null)?.Rotation ?? 0) is > 45 and < 135 or > 225 and < 315;
        return turned ? (video.Height, width) : (width, video.Height);
    }

    private static string? Tagged(string? value) => value is null or "unknown" or "unspecified" or "reserved" ? null : value;

    private static TimeSpan Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    private static FrameRate Fraction(string? text, char between)
    {
        var parts = (text ?? "").Split(between);
        return parts.Length == 2 && int.TryParse(parts[0], out var over) && int.TryParse(parts[1], out var under) && under > 0 ? new FrameRate(over, under) : new FrameRate(0, 1);
    }
}
