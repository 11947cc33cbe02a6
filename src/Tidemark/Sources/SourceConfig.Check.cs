using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Sources;

public sealed partial record SourceConfig
{
    private const long LeastKept = 1 << 20;

    /// <summary>Every fault at once, each with the field it is about; empty where the source can be used.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check() =>
        [.. CheckPlace(), .. CheckPointers(), .. CheckTimes(), .. CheckKind(), .. CheckKeeping()];

    /// <summary>Null where nothing of this node's own would be captured: the folder neither lies in one of these nor holds one.</summary>
    /// <param name="own">Absolute paths: the data folder, the archive.</param>
    public (string Field, Failure Failure)? CheckFolder(IEnumerable<string> own)
    {
        if (Folder is null || !Path.IsPathFullyQualified(Folder))
        {
            return null;
        }

        var folder = Real(Folder);
        return own.Select(Real).FirstOrDefault(ours => Lies(folder, ours) || Lies(ours, folder)) is { } met
            ? Bad("folder", "source_folder", $"{Folder} lies in {met}, where this node keeps its own files, or holds it.", "Let the camera upload into a folder of its own.")
            : null;
    }

    private IEnumerable<(string, Failure)> CheckPlace()
    {
        if (!SourceKind.All.Contains(Kind))
        {
            yield return Bad("kind", "source_kind", $"There is no kind of source '{Kind}'.", $"Use one of: {string.Join(", ", SourceKind.All)}.");
        }

        if (Kind == SourceKind.FrameFolder)
        {
            if (Url.Length > 0)
            {
                yield return Bad("url", "source_url", "A folder has no address.", "Leave the address away, or choose another kind.");
            }

            if (Folder is null || !Path.IsPathFullyQualified(Folder) || Folder.AsSpan().ContainsAny('\0', '\n'))
            {
                yield return Bad("folder", "source_folder", Folder is null ? "It is not said into which folder the camera uploads." : $"'{Folder}' is no absolute path.", "Write it from the root on: /srv/ftp/cam1.");
            }
        }
        else if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            yield return Bad("url", "source_url", $"'{Url}' is no address.", "Write http://… or https://….");
        }
        else if (uri.UserInfo.Length > 0)
        {
            yield return Bad("url", "source_url", "An address with a user name or password in it is not taken: it would be shown and logged.", "Remove what stands before '@'.");
        }

        if (EverySeconds is < 1 or > 86_400)
        {
            yield return Bad("everySeconds", "source_every", $"A poll every {EverySeconds} s is out of range.", "Use 1 s to 24 h.");
        }

        if (JitterSeconds is { } jitter && (jitter < 0 || jitter > EverySeconds))
        {
            yield return Bad("jitterSeconds", "source_jitter", $"A jitter of {jitter} s is out of range.", $"Use 0 to the interval, {EverySeconds} s.");
        }
    }

    private IEnumerable<(string, Failure)> CheckTimes()
    {
        Failure? failure = null;
        var zone = Time.Zone.Utc;
        if (Zone is not null && !Time.Zone.Parse(Zone).TryGet(out zone, out failure))
        {
            yield return ("zone", failure);
        }

        if (Window is not null && DayWindows.Parse(Window, zone ?? Time.Zone.Utc).Failed(out failure))
        {
            yield return ("window", failure);
        }

        foreach (var fault in Daylight?.Check() ?? [])
        {
            yield return fault;
        }

        if (ExpectedFrames is < 1 or > 86_400)
        {
            yield return Bad("expectedFrames", "source_expected", $"{ExpectedFrames} frames a day are out of range.", "Use 1 to 86,400.");
        }
    }

    private IEnumerable<(string, Failure)> CheckPointers()
    {
        if (Kind == SourceKind.FrameIndex && Index is null)
        {
            yield return Bad("index", "source_index", "It is not said where in the answer things are.", "Give JSON Pointers: --list, --time, --image.");
        }

        foreach (var (field, pointer) in Index?.Pointers() ?? [])
        {
            if (JsonPointer.Parse(pointer).Failed(out var failure))
            {
                yield return ($"index.{field}", failure);
            }
        }

        foreach (var host in AllowedHosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            yield return Bad("allowedHosts", "source_host", $"'{host}' is no host name.", "Write it without scheme and port: images.example.org.");
        }
    }

    // What belongs to another kind would do nothing: whoever wrote it meant something.
    private IEnumerable<(string, Failure)> CheckKind()
    {
        foreach (var (field, given, kind) in ((string, bool, string)[])[
            ("index", Index is not null, SourceKind.FrameIndex), ("timeFrom", TimeFrom is not null, SourceKind.FrameSnapshot),
            ("folder", Folder is not null, SourceKind.FrameFolder), ("namePattern", NamePattern is not null, SourceKind.FrameFolder), ("keepFiles", KeepFiles is not null, SourceKind.FrameFolder)])
        {
            if (given && Kind != kind && SourceKind.All.Contains(Kind))
            {
                yield return Bad(field, "source_setting", $"A source of the kind {Kind} has no '{field}'.", $"Leave it away; it belongs to {kind}.");
            }
        }

        if (NamePattern is not null && Time.NamePattern.Parse(NamePattern).Failed(out var failure))
        {
            yield return ("namePattern", failure);
        }

        if (TimeFrom is not null && !SnapshotTime.All.Contains(TimeFrom))
        {
            yield return Bad("timeFrom", "source_time_from", $"A snapshot's time cannot come from '{TimeFrom}'.", $"Use one of: {string.Join(", ", SnapshotTime.All)}.");
        }
    }

    private IEnumerable<(string, Failure)> CheckKeeping()
    {
        foreach (var crop in Crops?.Where(crop => JpegCrop.Parse(crop).Failed(out _)) ?? [])
        {
            yield return ("crops", JpegCrop.Parse(crop).Failure!);
        }

        if (Crops is { } crops && (crops.Count > MostCrops || crops.Distinct(StringComparer.Ordinal).Count() < crops.Count))
        {
            yield return Bad("crops", "source_crops", $"{crops.Count} crops are more than {MostCrops}, or the same comes twice.", $"Give each once, {MostCrops} at most.");
        }

        if (KeepDays is < 1 or > 36_500)
        {
            yield return Bad("keepDays", "source_keep", $"Frames cannot be kept for {KeepDays} days.", "Use 1 to 36,500 days; leave it away to keep them for ever.");
        }

        if (KeepBytes < LeastKept)
        {
            yield return Bad("keepBytes", "source_keep", $"{KeepBytes} bytes of frames are too few to keep.", "Use 1 MiB or more; leave it away to keep them all.");
        }
    }

    private static (string Field, Failure Failure) Bad(string field, string code, string message, string mend) => (field, new Failure(FailureKind.BadInput, code, message, mend));

    private static bool Lies(string inner, string outer) => inner == outer || inner.StartsWith(outer.TrimEnd('/') + "/", StringComparison.Ordinal);

    // Links in the way are followed as far as the path is there.
    private static string Real(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            try
            {
                real = Directory.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not there, or not to be looked into: it is taken as written.
            }
        }

        return real;
    }
}
