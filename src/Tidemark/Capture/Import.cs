using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Takes an existing tree of frames into the archive. Originals are never changed or removed; nothing is overwritten; what is
/// there already is passed over, so an import that was cut off goes on when it is asked for again.
/// </summary>
public sealed class Import(FrameArchive archive, DataFolder folder, SourceStore sources, DiskWatch disk, CaptureOptions options, TimeProvider time)
{
    /// <summary>Imports, or only judges (<see cref="ImportRequest.DryRun"/>).</summary>
    /// <returns>A failure where nothing could be begun; else the report, also where it ended early.</returns>
    public async Task<Result<ImportReport>> RunAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation)
    {
        if (Check(request).Failed(out var wrong))
        {
            return wrong;
        }

        ImportTree tree;
        try
        {
            tree = ImportTree.Walk(request.Folder, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, request.Folder);
        }

        var run = new ImportRun(request, tree, archive, folder, options, time, progress);
        var report = await run.RunAsync(disk, cancellation);
        return report with { Notes = [.. report.Notes, .. await AboutSourceAsync(report)] };
    }

    private async Task<IReadOnlyList<string>> AboutSourceAsync(ImportReport report)
    {
        if (!(await sources.FindAsync(report.Request.Source, CancellationToken.None)).TryGet(out var source, out _))
        {
            return [$"There is no source named '{report.Request.Source}': its frames are kept and can be listed, and the page shows them once a source of that name is added."];
        }

        return source.Config.KeepDays is { } keep && report.First is { } first && first < time.GetUtcNow().AddDays(-Math.Min(keep, 36_500))
            ? [$"'{source.Id}' keeps {keep} days, and some of these frames are older: they are let go at the next retention after their days are sealed. To keep them, change 'keepDays' first."]
            : [];
    }

    private Result<bool> Check(ImportRequest request)
    {
        if (!Path.IsPathFullyQualified(request.Folder) || !Directory.Exists(request.Folder))
        {
            return new Failure(FailureKind.NotFound, "folder_not_found", $"There is no folder {request.Folder} on the node's machine.", "Name one that the node's user may read.");
        }

        var tree = Path.GetFullPath(request.Folder).TrimEnd('/') + "/";
        if (tree.StartsWith(folder.Frames + "/", StringComparison.Ordinal) || (folder.Frames + "/").StartsWith(tree, StringComparison.Ordinal))
        {
            return new Failure(FailureKind.BadInput, "own_archive", $"{request.Folder} is, or holds, this node's own archive.", "What lies there is archived already; 'tidemark archive reindex' finds what the index lacks.");
        }

        if (request.Zone is { } zone && Zone.Parse(zone).Failed(out var unknown))
        {
            return unknown;
        }

        return request.Pattern is { } pattern && ImportPattern.Find(pattern).Failed(out unknown) ? unknown : true;
    }
}

/// <summary>One import under way.</summary>
internal sealed class ImportRun(ImportRequest request, ImportTree tree, FrameArchive archive, DataFolder folder, CaptureOptions options, TimeProvider time, IProgress<ImportProgress> progress)
{
    // EXDEV.
    private const int OtherFileSystem = 18;

    private readonly List<ImportLeft> left = [];
    private readonly HashSet<string> leftPaths = new(StringComparer.Ordinal);
    private readonly Dictionary<DateTimeOffset, byte[]> judged = [];
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly long began = time.GetTimestamp();
    private HashSet<DateTimeOffset> present = [];
    private TimeRange presentOf;
    private int leftCount, done, imported, skipped, crops, ambiguous;
    private long doneBytes, importedBytes;
    private DateTimeOffset? first, last;
    private Failure? ended;

    public async Task<ImportReport> RunAsync(DiskWatch disk, CancellationToken cancellation)
    {
        var shares = ImportNames.Shares(tree.Frames);
        var pattern = request.Pattern is { } given ? ImportPattern.Find(given).Value : shares.Count > 0 ? shares[0].Pattern : null;
        var zone = request.Zone is { } name ? Zone.Parse(name).Value : null;
        foreach (var one in tree.Left)
        {
            Leave(one);
        }

        try
        {
            foreach (var path in tree.Frames.Concat(tree.Crops))
            {
                cancellation.ThrowIfCancellationRequested();
                ended ??= request.DryRun ? null : disk.Refusal(DiskLevel.Low);
                if (ended is not null)
                {
                    break;
                }

                var before = importedBytes;
                await OneAsync(path, pattern, zone, cancellation);
                disk.Wrote(importedBytes - before);
            }

            CheckOtherSums(ended is null, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            ended = new Failure(FailureKind.Cancelled, "cancelled", "The import was called off.", "Ask for it again: what is in the archive is passed over.");
        }
        catch (IOException error) when (request.Link && error.HResult == OtherFileSystem)
        {
            ended = new Failure(FailureKind.BadInput, "other_file_system", $"{request.Folder} and the archive lie on different file systems: no file can have a name on both.", "Use --copy.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ended = DiskFailures.Map(error, folder.Archive);
        }

        return new ImportReport(request, pattern, shares, tree.Frames.Count, imported, importedBytes, skipped, crops, ambiguous, left, leftCount, first, last, Notes(pattern, shares), ended);
    }

    private async Task OneAsync(string path, ImportPattern? pattern, Zone? zone, CancellationToken cancellation)
    {
        var size = 0L;
        var named = pattern is null
            ? new Failure(FailureKind.BadInput, "no_time", "Its name says no time in any pattern.")
            : ImportNames.Read(path, pattern, zone, () => new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(request.Folder, path))), time.GetUtcNow());
        if (!named.TryGet(out var file, out var failure))
        {
            Leave(path, failure);
        }
        else
        {
            size = await TakeAsync(file, cancellation);
        }

        done++;
        doneBytes += size;
        Tell();
    }

    // Gives how large it was.
    private async Task<long> TakeAsync(NamedFile file, CancellationToken cancellation)
    {
        var path = Path.Combine(request.Folder, file.Path);
        byte[] content;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > options.MostFrameBytes)
            {
                Leave(file.Path, new Failure(FailureKind.BadInput, "too_large", $"It has {length >> 20} MiB, more than a frame may have (capture.mostFrame)."));
                return length;
            }

            content = await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Leave(file.Path, new Failure(FailureKind.Infrastructure, "unreadable", error.Message));
            return 0;
        }

        var sum = SHA256.HashData(content);
        read.Add(file.Path);
        if (tree.Sums.TryGetValue(file.Path, out var expected) && expected != Convert.ToHexStringLower(sum))
        {
            Leave(file.Path, new Failure(FailureKind.BadInput, "sum_mismatch", "It is not what its SHA256SUMS says: it was changed or damaged since."));
        }
        else if (Jpeg.Inspect(content).Failed(out var unusable))
        {
            Leave(file.Path, unusable);
        }
        else if (CropName.Read(file.Path, StringComparison.OrdinalIgnoreCase) is { } crop)
        {
            await TakeCropAsync(file, crop.Number, content, sum, cancellation);
        }
        else
        {
            await TakeFrameAsync(file, content, sum, cancellation);
        }

        return content.Length;
    }

    private async Task TakeFrameAsync(NamedFile file, byte[] content, byte[] sum, CancellationToken cancellation)
    {
        if (await IsPresentAsync(file.Time, cancellation))
        {
            Judge(file, sum, judged.TryGetValue(file.Time, out var taken) ? taken : (await archive.Index.FindAsync(request.Source, file.Time, cancellation))?.Sha256.ToArray());
            return;
        }

        if (!request.DryRun)
        {
            var incoming = Incoming(file.Path, content);
            if (!(await archive.PublishAsync(request.Source, file.Time, Path.GetFileName(file.Path), incoming, cancellation)).TryGet(out var frame, out var failure))
            {
                // What keeps every further file from being taken ends the import; a fault of one picture does not.
                ended = failure.Kind is FailureKind.Resource or FailureKind.Infrastructure ? failure : null;
                Leave(file.Path, failure);
                return;
            }

            // Once the file has its name, its row is written whatever becomes of this import.
            await archive.Index.AddAsync(frame with { Note = file.Note }, CancellationToken.None);
            // Where a file without a row had the name, that file is the frame (A2).
            if (!frame.Sha256.Span.SequenceEqual(sum))
            {
                present.Add(file.Time);
                Judge(file, sum, frame.Sha256.ToArray());
                return;
            }
        }

        present.Add(file.Time);
        judged[file.Time] = sum;
        imported++;
        importedBytes += content.Length;
        ambiguous += file.Note is null ? 0 : 1;
        first = first is { } earliest && earliest < file.Time ? earliest : file.Time;
        last = last is { } latest && latest > file.Time ? latest : file.Time;
    }

    private void Judge(NamedFile file, byte[] sum, byte[]? there)
    {
        if (there is null)
        {
            Leave(file.Path, new Failure(FailureKind.Conflict, "let_go", $"The archive had a frame at {Rfc3339.Format(file.Time)}, which a retention rule has let go."));
        }
        else if (there.AsSpan().SequenceEqual(sum))
        {
            skipped++;
        }
        else
        {
            Leave(file.Path, new Failure(FailureKind.Conflict, "conflict", $"The archive has another picture at {Rfc3339.Format(file.Time)}: {folder.FramePath(request.Source, file.Time)}"));
        }
    }

    private async Task TakeCropAsync(NamedFile file, int number, byte[] content, byte[] sum, CancellationToken cancellation)
    {
        var crop = CropName.Of(folder.FramePath(request.Source, file.Time), number);
        var there = await IsPresentAsync(file.Time, cancellation) && (judged.ContainsKey(file.Time) || await archive.Index.FindAsync(request.Source, file.Time, cancellation) is not null);
        if (!there)
        {
            Leave(file.Path, new Failure(FailureKind.NotFound, "crop_without_frame", $"There is no frame at {Rfc3339.Format(file.Time)} that it could be a crop of."));
        }
        else if (File.Exists(crop) || !(request.DryRun || DurableFile.Publish(Incoming(file.Path, content), crop)))
        {
            if (SHA256.HashData(await File.ReadAllBytesAsync(crop, cancellation)).AsSpan().SequenceEqual(sum))
            {
                skipped++;
            }
            else
            {
                Leave(file.Path, new Failure(FailureKind.Conflict, "conflict", $"The archive has another crop there: {crop}"));
            }
        }
        else
        {
            crops++;
        }
    }

    private async Task<bool> IsPresentAsync(DateTimeOffset instant, CancellationToken cancellation)
    {
        if (!presentOf.Contains(instant))
        {
            presentOf = TimeRange.Day(instant);
            present = await archive.Index.InstantsAsync(request.Source, presentOf, cancellation);
        }

        return present.Contains(instant) || judged.ContainsKey(instant);
    }

    // A file of its own that the archive takes: a copy, or a further name of the original.
    private string Incoming(string path, byte[] content)
    {
        var incoming = archive.NewIncoming();
        if (!request.Link)
        {
            File.WriteAllBytes(incoming, content);
        }
        else if (DurableFile.Link(Path.Combine(request.Folder, path), incoming) is { } refused)
        {
            throw refused;
        }

        return incoming;
    }

    // Sums of what is no frame, and of what is not there, are checked too.
    private void CheckOtherSums(bool whole, CancellationToken cancellation)
    {
        foreach (var (path, sum) in whole ? tree.Sums.OrderBy(one => one.Key, StringComparer.Ordinal) : Enumerable.Empty<KeyValuePair<string, string>>())
        {
            cancellation.ThrowIfCancellationRequested();
            if (read.Contains(path) || leftPaths.Contains(path))
            {
                continue;
            }

            var full = Path.Combine(request.Folder, path);
            if (!File.Exists(full))
            {
                Leave(path, new Failure(FailureKind.NotFound, "sum_missing", "Its SHA256SUMS names it, and it is not there."));
                continue;
            }

            using var stream = File.OpenRead(full);
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) != sum)
            {
                Leave(path, new Failure(FailureKind.BadInput, "sum_mismatch", "It is not what its SHA256SUMS says: it was changed or damaged since."));
            }
        }
    }

    private void Leave(string path, Failure failure) => Leave(new ImportLeft(path, failure.Code, failure.ToString()));

    private void Leave(ImportLeft one)
    {
        leftCount++;
        leftPaths.Add(one.File);
        if (left.Count < ImportReport.MostNamed)
        {
            left.Add(one);
        }
    }

    private void Tell()
    {
        var elapsed = time.GetElapsedTime(began).TotalSeconds;
        var all = tree.Frames.Count + tree.Crops.Count;
        var secondsLeft = elapsed > 1 && doneBytes > 0 ? elapsed / doneBytes * Math.Max(0, tree.Bytes - doneBytes) : (double?)null;
        progress.Report(new ImportProgress(done, all, doneBytes, tree.Bytes, secondsLeft));
    }

    private List<string> Notes(ImportPattern? pattern, IReadOnlyList<ImportShare> shares)
    {
        var notes = new List<string>();
        if (request.Pattern is null && pattern is not null && shares.Count > 1)
        {
            notes.Add($"Names were read as '{pattern.Id}', which {shares[0].Files} of {tree.Frames.Count} fit; '{shares[1].Pattern.Id}' fits {shares[1].Files}.");
        }

        if (ambiguous > 0)
        {
            notes.Add($"{ambiguous} local times came twice, or not at all, when the clocks were changed; their frames are marked.");
        }

        return notes;
    }
}
