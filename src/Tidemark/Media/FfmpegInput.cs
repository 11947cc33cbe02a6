namespace Tidemark.Media;

/// <summary>
/// Something ffmpeg may open. Every input is bound to files and to a fixed list of formats (design/media.md, M1): a playlist
/// or a concat script is none of them, whatever its name says, so that it cannot make ffmpeg open anything else.
/// </summary>
public sealed class FfmpegInput
{
    /// <summary>Formats of videos that we open, by ffmpeg's demuxer names. None of them refers to other files by default.</summary>
    internal const string VideoFormats = "mov,matroska,mpegts,mpeg,avi,flv,gif";

    private FfmpegInput(IReadOnlyList<string> arguments) => Arguments = arguments;

    internal IReadOnlyList<string> Arguments { get; }

    /// <summary>A video file.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="container">What <see cref="VideoFacts.Container"/> said, which then is forced; null: recognised by its content.</param>
    public static FfmpegInput Video(string path, string? container = null)
    {
        var format = container?.Split(',')[0];
        var forced = format is not null && VideoFormats.Split(',').Contains(format, StringComparer.Ordinal) ? new[] { "-f", format } : [];
        return new FfmpegInput([.. Bound(VideoFormats), .. forced, "-i", Path.GetFullPath(path)]);
    }

    /// <summary>JPEGs numbered from 1, all of one size and pixel format (a change in between loses frames).</summary>
    /// <remarks>A picture with damage inside counts as not decoded; ffmpeg would else patch it up in silence.</remarks>
    /// <param name="pattern">Their names inside the run's scratch folder, e.g. <c>a%06d.jpg</c>; relative, because a folder's name may hold a <c>%</c>.</param>
    /// <param name="fps">Frames a second.</param>
    internal static FfmpegInput Frames(string pattern, FrameRate fps) =>
        new([.. Bound("image2"), "-f", "image2", "-pattern_type", "sequence", "-start_number", "1", "-framerate", $"{fps}", "-noautorotate", "-c:v", "mjpeg", "-err_detect", "explode", "-i", pattern]);

    /// <summary>A picture of one colour.</summary>
    internal static FfmpegInput Plain(string colour, int width, int height) => new([.. Bound("lavfi"), "-f", "lavfi", "-i", $"color=c={colour}:s={width}x{height}:r=1"]);

    /// <summary>Videos one behind the other, by a list that we wrote in the run's scratch folder; packets come as they lie in them.</summary>
    internal static FfmpegInput Parts(string list) => new([.. Bound("concat,mov"), "-f", "concat", "-auto_convert", "0", "-i", list]);

    /// <summary>The same from the key frame on that is shown at this instant or last before it.</summary>
    internal FfmpegInput From(double seconds) => new(["-noaccurate_seek", "-threads", "1", "-ss", seconds.ToString("0.000000", System.Globalization.CultureInfo.InvariantCulture), .. Arguments]);

    /// <summary>The same from there on, each picture with the time that it has in the file.</summary>
    internal FfmpegInput From(SeekPoint point) => new(["-copyts", "-noaccurate_seek", "-seek_timestamp", "1", "-ss", point.At, .. Arguments]);

    internal static IReadOnlyList<string> Bound(string formats) => ["-protocol_whitelist", "file,pipe", "-format_whitelist", formats];
}
