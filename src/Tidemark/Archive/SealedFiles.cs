using System.Security.Cryptography;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What is right in one place of a sealed day, and what is not.</summary>
/// <param name="Right">Files that are what they were sealed as.</param>
/// <param name="Wrong">Those that are not, with <c>missing</c>, <c>differs</c> or <c>unreadable</c>.</param>
internal sealed record PlaceState(IReadOnlyList<SealedFile> Right, IReadOnlyList<(SealedFile File, string Code)> Wrong);

/// <summary>A file of a sealed day, and what it must be.</summary>
/// <param name="Sha256">Null: what is written about it, not sealed itself; it is there or not.</param>
internal sealed record SealedFile(string Name, long Bytes, ReadOnlyMemory<byte> Sha256);

/// <summary>The files of a sealed day: which there must be, reading them, and putting one back from another place.</summary>
internal static class SealedFiles
{
    /// <summary>
    /// All files of the day's newest revision: frames, crops, manifest, sums. The row's SHA-256 says which manifest is right, in
    /// whichever place it is found; where it is nowhere, the frames are known by the row.
    /// </summary>
    public static IReadOnlyList<SealedFile> Of(SealedDay day, IReadOnlyList<Frame> packed, params IReadOnlyList<DayFolder> places)
    {
        var name = DayFolder.ManifestName(day.Revision);
        var frames = packed.Select(frame => new SealedFile(DayFolder.FrameName(frame.Time), frame.Bytes, frame.Sha256));
        foreach (var place in places)
        {
            if (TryRead(place[name]) is { } json && SHA256.HashData(json).AsSpan().SequenceEqual(day.Manifest.Span) && Manifest.Parse(json, day.Source, day.Day).TryGet(out var manifest, out _))
            {
                var sums = Sealer.SumsOf(manifest, json);
                return
                [
                    .. day.DeletedAt is null ? frames : [],
                    .. day.DeletedAt is null ? manifest.Crops.Select(crop => new SealedFile(crop.File, crop.Bytes, Convert.FromHexString(crop.Sha256))) : [],
                    new SealedFile(name, json.Length, day.Manifest),
                    new SealedFile(DayFolder.SumsName(day.Revision), sums.Length, SHA256.HashData(sums)),
                    new SealedFile(DayFolder.Sums, sums.Length, SHA256.HashData(sums)),
                ];
            }
        }

        return [.. day.DeletedAt is null ? frames : [], new SealedFile(name, 0, day.Manifest)];
    }

    /// <summary>What a day's sums name. 64 digits, two signs, the name: sha256sum's own form.</summary>
    public static IEnumerable<string> NamesIn(string sums) => File.ReadLines(sums).Where(line => line.Length > 66).Select(line => line[66..]);

    /// <summary>Reads every file of a place, several at a time.</summary>
    public static async Task<PlaceState> ReadAsync(DayFolder place, IReadOnlyList<SealedFile> files, int atOnce, bool fromDisk, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var codes = new string?[files.Count];
        await Parallel.ForAsync(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation }, (i, stop) =>
        {
            codes[i] = Read(place[files[i].Name], files[i], fromDisk, progress, stop);
            progress?.Done();
            return ValueTask.CompletedTask;
        });
        return new PlaceState([.. files.Where((_, i) => codes[i] is null)], [.. files.Select((file, i) => (file, codes[i]!)).Where(file => file.Item2 is not null)]);
    }

    /// <summary>Null: it is right.</summary>
    public static string? Read(string path, SealedFile file, bool fromDisk, ArchiveProgress? progress, CancellationToken cancellation)
    {
        try
        {
            return FileSum.Of(path, fromDisk, progress is null ? null : progress.Read, cancellation).AsSpan().SequenceEqual(file.Sha256.Span) ? null : "differs";
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return "missing";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // A pipe of that name is no file either.
            return "unreadable";
        }
    }

    /// <summary>
    /// Puts a file into a place: read from another, written, synced, read back from the disk, and only then named. What has the
    /// name already and is something else goes to <c>ROOT/damaged/</c>, and is never destroyed.
    /// </summary>
    /// <returns>False where what was read or written is not what it must be; then nothing has changed.</returns>
    /// <exception cref="IOException">A disk refuses.</exception>
    public static bool Put(SealedFile file, string from, DayFolder to, string incoming, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var temporary = Path.Combine(incoming, RandomNumberGenerator.GetHexString(32, lowercase: true) + ".part");
        try
        {
            DurableFile.Step(DiskStep.Write, temporary);
            using (var copy = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                if (!FileSum.Of(from, fromDisk: false, copy, progress is null ? null : progress.Read, cancellation).AsSpan().SequenceEqual(file.Sha256.Span))
                {
                    return false;
                }
            }

            DurableFile.Sync(temporary);
            if (!FileSum.Of(temporary, fromDisk: true, null, cancellation).AsSpan().SequenceEqual(file.Sha256.Span))
            {
                return false;
            }

            DurableFile.CreateFolder(to.Folder);
            if (file.Name == DayFolder.Sums)
            {
                DurableFile.Replace(temporary, to[file.Name]);
                return true;
            }

            if (File.Exists(to[file.Name]))
            {
                SetAside(to, file.Name);
            }

            return DurableFile.Publish(temporary, to[file.Name]) || Read(to[file.Name], file, fromDisk: true, null, cancellation) is null;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Where damaged files of a day go.</summary>
    public static string DamagedFolder(DayFolder place) => Path.Combine(place.Root, "damaged", place.Source, Rfc3339.Day(place.Day));

    private static void SetAside(DayFolder place, string name)
    {
        var folder = DamagedFolder(place);
        DurableFile.CreateFolder(folder);
        for (var number = 1; ; number++)
        {
            var aside = Path.Combine(folder, $"{name}.{number}");
            if (!File.Exists(aside))
            {
                DurableFile.Step(DiskStep.Rename, aside, place[name]);
                File.Move(place[name], aside, overwrite: false);
                DurableFile.Sync(folder);
                DurableFile.Sync(place.Folder);
                return;
            }
        }
    }

    /// <summary>A file whole; null where the disk does not give it: it costs itself, and no other.</summary>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
