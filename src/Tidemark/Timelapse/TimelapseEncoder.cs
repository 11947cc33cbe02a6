using System.Globalization;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>How stretches are encoded, so that they can be joined, and that the same pictures make the same bytes everywhere (design/timelapse.md, L3 and L4).</summary>
internal static class TimelapseEncoder
{
    /// <summary>Part of every stretch's key: raised whenever a change of ours makes other bytes of the same frames.</summary>
    internal const int Form = 2;

    // What encoders decide depends on how many threads they have: so never on the machine's.
    private const int Threads = 4;

    // Ticks of a picture's time are whole: times in the file are exact.
    private const int LeastTicks = 10_000;

    /// <summary>ffmpeg's name of the pixels.</summary>
    internal static string Pixels(EncoderChoice choice) => choice.Depth switch { 10 => "yuv420p10le", 12 => "yuv420p12le", _ => "yuv420p" };

    /// <summary>How the video's name ends, and its media type.</summary>
    internal static (string Ending, string Type) File(TimelapseFormat format) => format switch
    {
        TimelapseFormat.WebM => ("webm", "video/webm"),
        TimelapseFormat.Gif => ("gif", "image/gif"),
        _ => ("mp4", "video/mp4"),
    };

    /// <summary>ffmpeg's options for one stretch.</summary>
    internal static string[] Options(TimelapseRecipe recipe) =>
    [
        .. Codec(recipe.Encoder, Group(recipe)), "-pix_fmt", Pixels(recipe.Encoder),
        // Bit-exact flags keep versions and dates out of the file.
        "-flags:v", "+bitexact+cgop", "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1",
        "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        .. Container(recipe),
    ];

    /// <summary>ffmpeg's options for the file, a stretch's or the whole's.</summary>
    internal static string[] Container(TimelapseRecipe recipe) =>
        [.. recipe.Encoder.Format == TimelapseFormat.H265 ? (string[])["-tag:v", "hvc1"] : [], "-video_track_timescale", $"{Ticks(recipe.Fps)}", "-movflags", "+faststart", "-f", "mp4"];

    private static string[] Codec(EncoderChoice choice, string group)
    {
        var crf = choice.Crf?.ToString("0.##", CultureInfo.InvariantCulture);
        string[] tune = choice.Value("tune") is { } tuned ? ["-tune", tuned] : [];
        var pairs = choice.Pairs().Where(pair => pair.Name != "tune").Select(pair => $"{pair.Name}={pair.Value}");
        return choice.Format switch
        {
            TimelapseFormat.H265 =>
            [
                "-c:v", "libx265", "-preset", choice.Preset ?? "fast", "-crf", crf ?? "28", .. tune,
                "-x265-params", string.Join(':', [$"keyint={group}", .. pairs, "open-gop=0", $"pools={Threads}", "frame-threads=2", "info=0", "log-level=error"]),
            ],
            TimelapseFormat.Av1 => ["-c:v", "libsvtav1", "-preset", choice.Preset ?? "8", "-crf", crf ?? "35", "-g", group, "-svtav1-params", $"lp={Threads}"],
            TimelapseFormat.WebM => ["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", choice.Preset ?? "4", "-crf", crf ?? "33", "-b:v", "0", "-g", group, "-threads", $"{Threads}", "-row-mt", "0"],
            // What a GIF is made of in the end.
            TimelapseFormat.Gif => ["-c:v", "libx264", "-preset", "fast", "-crf", "12", "-threads", $"{Threads}", "-g", group],
            _ =>
            [
                "-c:v", "libx264", "-preset", choice.Preset ?? "fast", "-crf", crf ?? "23", .. tune, "-threads", $"{Threads}", "-g", group,
                .. pairs.Any() ? (string[])["-x264-params", string.Join(':', pairs)] : [],
            ],
        };
    }

    // Closed groups of two seconds, so that scrubbing is quick and later cuts can copy.
    private static string Group(TimelapseRecipe recipe) => recipe.Encoder.Value("keyint") ?? Math.Ceiling(recipe.Fps.PerSecond * 2).ToString(CultureInfo.InvariantCulture);

    private static long Ticks(FrameRate fps) => (long)fps.Numerator * Math.Max(1, (LeastTicks + fps.Numerator - 1) / fps.Numerator);
}
