using System.Globalization;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// A day of a source under a root, the archive or a copy of it: <c>ROOT/frames/SOURCE/DAY/</c>. What the names in it mean.
/// Only names that are ours are touched; operators' markers are no findings, everything else is foreign: told, and left alone.
/// </summary>
/// <param name="Root">The archive's folder, or the copy's.</param>
/// <param name="Day">Midnight, UTC.</param>
public sealed record DayFolder(string Root, string Source, DateTimeOffset Day)
{
    /// <summary>The sums of the newest revision.</summary>
    public const string Sums = "SHA256SUMS";

    /// <summary>The note that its frames were let go.</summary>
    public const string Deleted = "DELETED.json";

    private const string Picture = ".jpg", ManifestStart = "manifest.", ManifestEnd = ".json";

    private static readonly string[] Markers = [".tmp", ".skip", ".iowait"];

    public string Folder { get; } = System.IO.Path.Combine(Root, "frames", Source, Rfc3339.Day(Day));

    public string this[string name] => System.IO.Path.Combine(Folder, name);

    public static string FrameName(DateTimeOffset time) => Rfc3339.Stamp(time) + Picture;

    public static string ManifestName(int revision) => string.Create(CultureInfo.InvariantCulture, $"{ManifestStart}{revision}{ManifestEnd}");

    public static string SumsName(int revision) => string.Create(CultureInfo.InvariantCulture, $"{Sums}.{revision}");

    /// <summary>Whether a file's name is that of a frame of the day.</summary>
    public static bool TryFrameTime(string name, DateTimeOffset day, out DateTimeOffset time)
    {
        time = default;
        return name.EndsWith(Picture, StringComparison.Ordinal) && Rfc3339.TryParseStamp(name[..^Picture.Length], out time) && time >= day && time < day.AddDays(1);
    }

    /// <summary>Whether a file's name is that of a crop of a frame of the day.</summary>
    public static bool IsCrop(string name, DateTimeOffset day) =>
        CropName.FrameOf(name) is { } frame && TryFrameTime(frame, day, out _);

    /// <summary>Reads the name of a day's folder, <c>2026-11-22</c>.</summary>
    public static bool TryDay(string name, out DateTimeOffset day) =>
        DateTimeOffset.TryParseExact(name, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out day);

    /// <summary>What lies in it now; nothing where there is no such folder.</summary>
    public DayContent List()
    {
        var (frames, crops, foreign) = (new List<(DateTimeOffset Time, long Bytes)>(), new List<string>(), new List<string>());
        var (revisions, sums) = (new List<int>(), new List<string>());
        var folder = new DirectoryInfo(Folder);
        if (!folder.Exists)
        {
            return new DayContent(false, [], [], [], [], []);
        }

        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var name = entry.Name;
            if (entry is not FileInfo { LinkTarget: null } file)
            {
                foreign.Add(name);
            }
            else if (TryFrameTime(name, Day, out var time))
            {
                frames.Add((time, file.Length));
            }
            else if (IsCrop(name, Day))
            {
                crops.Add(name);
            }
            else if (Revision(name, ManifestStart, ManifestEnd) is { } revision)
            {
                revisions.Add(revision);
            }
            else if (name is Sums or Deleted || Revision(name, Sums + ".", "") is not null)
            {
                sums.Add(name);
            }
            else if (!Array.Exists(Markers, marker => name.EndsWith(marker, StringComparison.Ordinal)))
            {
                foreign.Add(name);
            }
        }

        frames.Sort();
        crops.Sort(StringComparer.Ordinal);
        revisions.Sort();
        foreign.Sort(StringComparer.Ordinal);
        return new DayContent(true, frames, crops, revisions, sums, foreign);
    }

    /// <summary>The day folders of a source, oldest first.</summary>
    public static IEnumerable<DateTimeOffset> DaysOf(string root, string source)
    {
        var folder = new DirectoryInfo(System.IO.Path.Combine(root, "frames", source));
        return (folder.Exists ? folder.EnumerateDirectories() : [])
            .Select(entry => entry.LinkTarget is null && TryDay(entry.Name, out var day) ? day : default).Where(day => day != default).Order();
    }

    private static int? Revision(string name, string start, string end) =>
        name.Length > start.Length + end.Length && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(start.Length, name.Length - start.Length - end.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0
                ? revision
                : null;
}

/// <summary>What lies in a day's folder.</summary>
/// <param name="Exists">False where there is no folder.</param>
/// <param name="Frames">Files that are named like frames of the day, with their sizes, in order.</param>
/// <param name="Crops">Names.</param>
/// <param name="Revisions">Those that have a manifest, in order.</param>
/// <param name="Notes">Sums and the note of a deletion.</param>
/// <param name="Foreign">Names that are none of ours.</param>
public sealed record DayContent(bool Exists, IReadOnlyList<(DateTimeOffset Time, long Bytes)> Frames, IReadOnlyList<string> Crops, IReadOnlyList<int> Revisions, IReadOnlyList<string> Notes, IReadOnlyList<string> Foreign);
