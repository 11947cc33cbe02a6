using Microsoft.Extensions.Logging;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// Makes the second copy: each sealed day's folder, file by file, under another root. Only what was read back from its disk
/// and is right counts as a verified copy. What was copied before an interruption is read, not copied again.
/// </summary>
public sealed class Copier(DataFolder folder, DayStore days, TimeProvider time, ILogger<Copier> logger)
{
    /// <summary>Copies a sealed day.</summary>
    /// <returns>Why there is no verified copy of it now; null where there is.</returns>
    public async Task<Failure?> CopyAsync(CopyPlace place, SealedDay day, ArchiveProgress? progress, CancellationToken cancellation)
    {
        if (!place.Open().TryGet(out var id, out var away))
        {
            return away;
        }

        var (here, there) = (new DayFolder(folder.Archive, day.Source, day.Day), new DayFolder(place.Root, day.Source, day.Day));
        var rows = await days.RowsAsync(day.Source, day.Day, cancellation);
        if (rows.Day is not { DeletedAt: null } now)
        {
            return null;
        }

        try
        {
            var failed = new List<string>();
            var files = SealedFiles.Of(now, rows.Packed, here);
            foreach (var file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!CopyFile(file, here, there, place.Incoming, progress, cancellation))
                {
                    failed.Add(file.Name);
                    await days.DamagedAsync(new Damage(day.Source, day.Day, DayStore.Archive, file.Name, File.Exists(here[file.Name]) ? "differs" : "missing", time.GetUtcNow()), cancellation);
                    Log.Damaged(logger, here[file.Name], "not copied");
                }

                progress?.Done();
            }

            // What earlier revisions said goes along, where it is there.
            for (var revision = 1; revision < now.Revision; revision++)
            {
                CopyAlong(DayFolder.ManifestName(revision), here, there, place.Incoming, cancellation);
                CopyAlong(DayFolder.SumsName(revision), here, there, place.Incoming, cancellation);
            }

            if (failed.Count > 0 || files.Count < now.Frames + 3)
            {
                return new Failure(FailureKind.Verification, "copy_incomplete",
                    $"{day.Source} on {Rfc3339.Day(day.Day)} could not be copied whole: {(failed.Count > 0 ? $"{failed.Count} of {files.Count} files are not what was sealed, {failed[0]} first" : "its manifest is damaged")}.",
                    "'tidemark archive check' names them all. Once they are put right: tidemark archive copy");
            }

            await days.CopiedAsync(id, now, time.GetUtcNow(), cancellation);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, place.Root);
        }
    }

    private static bool CopyFile(SealedFile file, DayFolder from, DayFolder to, string incoming, ArchiveProgress? progress, CancellationToken cancellation)
    {
        if (File.Exists(to[file.Name]) && SealedFiles.Read(to[file.Name], file, fromDisk: true, progress, cancellation) is null)
        {
            // From a run that was cut off: its content is on the disk, its name must be too.
            DurableFile.Sync(to.Folder);
            return true;
        }

        return File.Exists(from[file.Name]) && SealedFiles.Put(file, from[file.Name], to, incoming, progress, cancellation);
    }

    private static void CopyAlong(string name, DayFolder from, DayFolder to, string incoming, CancellationToken cancellation)
    {
        if (File.Exists(from[name]) && !File.Exists(to[name]))
        {
            var sum = FileSum.Of(from[name], fromDisk: false, null, cancellation);
            SealedFiles.Put(new SealedFile(name, 0, sum), from[name], to, incoming, null, cancellation);
        }
    }
}
