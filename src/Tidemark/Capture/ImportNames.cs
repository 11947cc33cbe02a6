using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>A picture of the tree with the instant that its name says.</summary>
/// <param name="Note">See <see cref="LocalTimes"/>: its local time came twice, or not at all; null where there is nothing to say.</param>
internal sealed record NamedFile(string Path, DateTimeOffset Time, string? Note);

/// <summary>Reads the times of a tree's names: by one pattern for all of them, so that a name that fits another by chance is not misread.</summary>
internal static class ImportNames
{
    /// <summary>How many names each pattern fits, the most first; those that fit none are left out.</summary>
    public static IReadOnlyList<ImportShare> Shares(IEnumerable<string> paths)
    {
        var counts = new int[ImportPattern.All.Count];
        foreach (var name in paths.Select(Stem))
        {
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += ImportPattern.All[i].Read(name) is null ? 0 : 1;
            }
        }

        return [.. ImportPattern.All.Zip(counts, (pattern, files) => new ImportShare(pattern, files)).Where(share => share.Files > 0).OrderByDescending(share => share.Files)];
    }

    /// <summary>A path without its extension: what patterns read.</summary>
    public static string Stem(string path) => CropName.Read(path, StringComparison.OrdinalIgnoreCase)?.Stem ?? Path.ChangeExtension(path, null);

    /// <summary>The instant of one name, or why it has none.</summary>
    /// <param name="zone">Null: names that do not say their zone have none.</param>
    /// <param name="written">When the file was last written: it tells the two passes of a repeated hour apart.</param>
    public static Result<NamedFile> Read(string path, ImportPattern pattern, Zone? zone, Func<DateTimeOffset> written, DateTimeOffset now)
    {
        if (pattern.Read(Stem(path)) is not { } named)
        {
            return new Failure(FailureKind.BadInput, "no_time", $"Its name says no time of the pattern '{pattern.Id}' ({pattern.Example}).");
        }

        var (time, note) = (named.Instant ?? default, (string?)null);
        if (named.Local is { } local)
        {
            if (zone is null)
            {
                return new Failure(FailureKind.BadInput, "no_zone", "Its name says a local time and no zone.", "Say which: --zone UTC, or --zone Europe/Lisbon.");
            }

            (time, note) = LocalTimes.Resolve([local], zone, written())[0];
        }

        return time > now.AddDays(1)
            ? new Failure(FailureKind.BadInput, "future", $"Its name says {Rfc3339.Format(time)}, which is yet to come.")
            : new NamedFile(path, Archive.Frame.Instant(time), note);
    }
}
