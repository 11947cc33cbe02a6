using System.Globalization;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>How stretches are encoded, so that they can be joined, and that the same pictures make the same bytes everywhere (design/timelapse.md, L3 and L4).</summary>
internal static class TimelapseEncoder
{
    /// <summary>Part of every stretch's key: raised whenever a change of ours makes other bytes of the same frames.</summary>
    internal const int Form = 1;

    // What x264 decides depends on how many threads it has: so never on the machine's.
    private const int Threads = 4;

    // Ticks of a picture's time are whole: times in the file are exact.
    private const int LeastTicks = 10_000;

    /// <summary>ffmpeg's options for one stretch.</summary>
    internal static string[] Options(TimelapseRecipe recipe) =>
    [
        "-c:v", "libx264", "-preset", "fast", "-crf", "23", "-pix_fmt", "yuv420p", "-threads", $"{Threads}", "-g", $"{Group(recipe.Fps)}",
        // Bit-exact flags keep versions and dates out of the file.
        "-flags:v", "+bitexact+cgop", "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1",
        "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        .. Container(recipe),
    ];

    /// <summary>ffmpeg's options for the file, a stretch's or the whole's.</summary>
    internal static string[] Container(TimelapseRecipe recipe) => ["-video_track_timescale", $"{Ticks(recipe.Fps)}", "-movflags", "+faststart", "-f", "mp4"];

    // Closed groups of two seconds, so that scrubbing is quick and later cuts can copy.
    private static string Group(FrameRate fps) => Math.Ceiling(fps.PerSecond * 2).ToString(CultureInfo.InvariantCulture);

    private static long Ticks(FrameRate fps) => (long)fps.Numerator * Math.Max(1, (LeastTicks + fps.Numerator - 1) / fps.Numerator);
}
