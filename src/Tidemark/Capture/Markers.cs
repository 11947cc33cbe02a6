using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Operators' markers (C4, F4): a frame whose marker is there is left alone. Beside the frame <c>STAMP.jpg.tmp</c>,
/// <c>STAMP.jpg.skip</c> and <c>STAMP.jpg.iowait</c>; <c>PREFIX.skip</c>, where the prefix is that of a stamp from its year
/// on (<c>20261122T08.skip</c>), in the day's folder or, for a day, a month or a year, in the source's. Only ever looked for.
/// </summary>
public sealed class Markers(DataFolder folder)
{
    private const int Year = 4, DayLength = 8;
    private static readonly string[] Endings = [".tmp", ".skip", ".iowait"];

    /// <summary>Whether the source's frame at an instant is to be left alone.</summary>
    public bool Skips(string source, DateTimeOffset instant)
    {
        var frame = folder.FramePath(source, instant);
        var (day, stamp) = (Path.GetDirectoryName(frame)!, Rfc3339.Stamp(instant));
        return Prefixes(Path.GetDirectoryName(day)!, stamp, DayLength)
            || (Directory.Exists(day) && (Endings.Any(ending => Exists(frame + ending)) || Prefixes(day, stamp, stamp.Length)));
    }

    /// <summary>The same as a failure that says which.</summary>
    public static Failure Skipped(string what) => new(FailureKind.Conflict, "skipped", $"An operator's marker says to leave {what} alone.", "Remove the marker to have it captured.");

    private static bool Prefixes(string folder, string stamp, int longest)
    {
        for (var length = Year; length <= longest; length++)
        {
            if (Exists(Path.Combine(folder, stamp[..length] + ".skip")))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
