using System.Text.RegularExpressions;

namespace Tidemark.Media;

/// <summary>The one place where what ffmpeg, ffprobe and jpegtran say becomes our failures.</summary>
public static partial class FfmpegFailures
{
    private const int OutOfProcessorTime = 24;
    private const int FileTooLarge = 25;

    /// <summary>The failure that a run's status and last words mean; null where it succeeded.</summary>
    /// <param name="run">As it ended.</param>
    /// <param name="tool">Name for people.</param>
    /// <param name="subject">What was worked on.</param>
    /// <param name="output">The file written, named where the disk was the trouble.</param>
    public static Failure? Explain(ToolRun run, string tool, string subject, string output)
    {
        if (run.Status == 0)
        {
            return null;
        }

        var words = LastWords(run.StandardError);
        return run.Signal switch
        {
            OutOfProcessorTime => OutOfTime(tool, subject),
            FileTooLarge => new(FailureKind.Resource, "output_limit", $"{output} grew beyond the size that one file of {subject} may have.", "Ask for a shorter range or a smaller picture."),
            { } signal => Crash($"{tool} was killed by signal {signal} while it worked on {subject}{Said(words)}."),
            null => ByWords(run, words, tool, subject, output),
        };
    }

    private static Failure ByWords(ToolRun run, string words, string tool, string subject, string output)
    {
        var all = run.StandardError;
        bool Says(string what) => all.Contains(what, StringComparison.OrdinalIgnoreCase);

        if (Says("No space left on device") || Says("Disk quota exceeded"))
        {
            return DiskFailures.Full(output);
        }

        if (Says("Cannot allocate memory") || Says("malloc of size") || Says("Failed to set value") && Says("memory"))
        {
            return new(FailureKind.Resource, "out_of_memory", $"{tool} ran out of memory on {subject}.", "Ask for a smaller picture, or give the machine more memory.");
        }

        if (Says("Permission denied") || Says("Read-only file system"))
        {
            return new(FailureKind.Infrastructure, "permission_denied", $"{tool} may not read or write what {subject} needs{Said(words)}.", "Give the user that tidemark runs as access to its data folder.");
        }

        if (Says("Input/output error"))
        {
            return new(FailureKind.Infrastructure, "disk_error", $"The disk failed under {subject}{Said(words)}.", "Look at the machine's log (dmesg) for the disk's errors.");
        }

        // A decoder that complains about what it reads; encoders go by other names (libx264).
        var decoder = words.StartsWith("[mjpeg", StringComparison.Ordinal) || words.StartsWith("[h264", StringComparison.Ordinal) || words.StartsWith("[hevc", StringComparison.Ordinal);
        if (decoder || Says("not on whitelist") || Says("Invalid data found") || Says("moov atom not found") || Says("error while decoding")
            || Says("could not find codec parameters") || Says(": End of file") || Says("does not contain any stream") || Says("matches no streams") || Says("No such file or directory"))
        {
            return new(FailureKind.BadInput, "not_playable", $"{subject} cannot be read as video or pictures{Said(words)}.");
        }

        // ffmpeg takes SIGTERM, SIGINT and SIGXCPU as a wish to end, and then ends with 255 and without a word.
        return run.Status == 255 && words.Length == 0
            ? OutOfTime(tool, subject)
            : Crash($"{tool} gave up on {subject} with status {run.Status}{Said(words)}.");
    }

    private static Failure OutOfTime(string tool, string subject) =>
        new(FailureKind.Resource, "cpu_time", $"{tool} used up its processor time on {subject}, or was told to stop from outside.", "Ask for a shorter range.");

    private static Failure Crash(string message) => new(FailureKind.ToolCrash, "tool_crashed", message);

    private static string Said(string words) => words.Length == 0 ? "" : $": {words}";

    /// <summary>The last line that means something to a person, without the addresses of ffmpeg's objects.</summary>
    internal static string LastWords(string standardError)
    {
        var lines = standardError.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line = lines.LastOrDefault(l => l is not ("Conversion failed!" or "Last message repeated") && !l.StartsWith("Last message repeated", StringComparison.Ordinal)) ?? "";
        line = ObjectAddress().Replace(line, "").TrimEnd('.');
        return line.Length > 300 ? line[..300] + "…" : line;
    }

    [GeneratedRegex(@" ?@ 0x[0-9a-f]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ObjectAddress();
}
