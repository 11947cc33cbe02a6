using System.Security.Cryptography;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// The archive's fsck: holds rows, files, manifests, sums, copies and totals against each other, day by day, and names every
/// disagreement. It reads no frame (<see cref="Verifier"/> does) and changes nothing, unless it is to mend.
/// </summary>
public sealed class ArchiveCheck(DataFolder folder, DayStore days, Sealer sealer, TimeProvider time)
{
    /// <param name="copy">Null: there is none, or it is away.</param>
    /// <param name="source">Only this one; null: all.</param>
    /// <param name="repair">Mends what can be mended.</param>
    /// <param name="found">Told of each disagreement as it is found.</param>
    public async Task RunAsync(CopyPlace? copy, string? source, TimeRange range, bool repair, Action<Finding> found, ArchiveProgress progress, CancellationToken cancellation)
    {
        var sources = source is null ? await SourcesAsync(cancellation) : [source];
        progress.Expect(sources.Count, 0);
        foreach (var one in sources)
        {
            progress.Stage = one;
            foreach (var day in await DaysAsync(one, range, cancellation))
            {
                await CheckAsync(one, day, copy, repair, found, cancellation);
            }

            if (range.Start <= DateTimeOffset.UnixEpoch && await days.TotalsDifferAsync(one, repair, cancellation) is { } totals)
            {
                found(new Finding(one, default, DayStore.Archive, "", "totals_differ", $"The totals of {one} say {totals.Said.Frames} frames and {totals.Said.Bytes} bytes; its rows and days have {totals.Are.Frames} and {totals.Are.Bytes}.", repair));
            }

            progress.Done();
        }

        foreach (var name in ForeignSources())
        {
            found(new Finding(name, default, DayStore.Archive, "", "foreign", $"{Path.Combine(folder.Frames, name)} is not ours; it is left alone.", false));
        }
    }

    private async Task CheckAsync(string source, DateTimeOffset day, CopyPlace? copy, bool repair, Action<Finding> found, CancellationToken cancellation)
    {
        var place = new DayFolder(folder.Archive, source, day);
        var (rows, content) = (await days.RowsAsync(source, day, cancellation), place.List());
        var today = day >= sealer.Before;
        void Found(string file, string code, string message, bool mended = false, string? at = null) => found(new Finding(source, day, at ?? DayStore.Archive, file, code, message, mended));

        foreach (var name in content.Foreign)
        {
            Found(name, "foreign", $"{place[name]} is not ours; it is left alone.");
        }

        var known = rows.Packed.Concat(rows.Rows).DistinctBy(frame => frame.Time).ToDictionary(frame => frame.Time);
        var looked = content.Frames.Where(file => !known.ContainsKey(file.Time)).ToList();
        if (looked.Count > 0 && !today)
        {
            var outcome = repair && rows.Day is not { DeletedAt: not null } ? await sealer.SealAsync(source, day, null, cancellation) : default(Result<SealOutcome>?);
            var unusable = outcome is { Failure: null } sealing ? sealing.Value.Unusable : [];
            foreach (var (at, _) in looked)
            {
                var name = DayFolder.FrameName(at);
                Found(name, "file_without_row", $"{place[name]} has no row.", outcome is { Failure: null } done && done.Value.Waiting is null && !unusable.Contains(name));
            }

            (rows, content) = (await days.RowsAsync(source, day, cancellation), place.List());
        }

        if (rows.Day is { DeletedAt: not null })
        {
            // What came after it was let go has a row of its own. What the seal had counts nowhere, and no rule lets it go a second time.
            var late = rows.Rows.Select(row => DayFolder.FrameName(row.Time)).ToHashSet(StringComparer.Ordinal);
            var gone = content.Frames.Where(file => known.ContainsKey(file.Time)).Select(file => DayFolder.FrameName(file.Time)).Where(name => !late.Contains(name));
            foreach (var name in gone.Concat(content.Crops.Where(crop => !late.Contains(CropName.FrameOf(crop)!))))
            {
                Found(name, "file_let_go", $"{place[name]} is there, and was let go with its day: it is in no list and no total. Where letting go was cut off its next run removes it; else move it away.");
            }
        }
        else
        {
            var there = content.Frames.ToDictionary(file => file.Time, file => file.Bytes);
            foreach (var frame in known.Values)
            {
                var name = DayFolder.FrameName(frame.Time);
                if (!there.TryGetValue(frame.Time, out var bytes))
                {
                    Found(name, "row_without_file", $"{place[name]} is not there, and its row says that it is. 'tidemark archive verify' puts it back from the second copy, where there is one.");
                }
                else if (bytes != frame.Bytes)
                {
                    Found(name, "wrong_size", $"{place[name]} has {bytes} bytes, and its row says {frame.Bytes}. 'tidemark archive verify' puts it back from the second copy, where there is one.");
                }
            }
        }

        if (rows.Rows.FirstOrDefault(row => rows.Packed.Any(packed => packed.Time == row.Time)) is { } twice)
        {
            Found(DayFolder.FrameName(twice.Time), "row_twice", $"{place[DayFolder.FrameName(twice.Time)]} has a row, and is packed too.");
        }

        await CheckSealAsync(place, content, rows, repair, Found, cancellation);
        if (copy is { Id: { } id } && rows.Day is not null)
        {
            await CheckCopyAsync(new DayFolder(copy.Root, source, day), id, rows, Found, cancellation);
        }

        foreach (var damage in await days.DamageAsync(source, day, cancellation))
        {
            Found(damage.File, $"known_{damage.Code}", $"{damage.File} {Verifier.Word(damage.Code)}: found at {Rfc3339.Format(damage.FoundAt)}, and not mended.", at: damage.Place);
        }
    }

    private async Task CheckSealAsync(DayFolder place, DayContent content, DayRows rows, bool repair, Action<string, string, string, bool, string?> found, CancellationToken cancellation)
    {
        if (content.Revisions.Count > 0 && content.Revisions[^1] > (rows.Day?.Revision ?? 0))
        {
            var finished = repair && (await sealer.FinishAsync(place, content.Revisions[^1], cancellation)).Failure is null;
            found(DayFolder.ManifestName(content.Revisions[^1]), "seal_without_row", $"{place[DayFolder.ManifestName(content.Revisions[^1])]} is there, and the day's row is of revision {rows.Day?.Revision ?? 0}.", finished, null);
            return;
        }

        if (rows.Day is not { } day)
        {
            if (place.Day < sealer.Before.AddDays(-1) && (rows.Rows.Count > 0 || rows.SlotChanges > 0))
            {
                var sealing = repair ? await sealer.SealAsync(place.Source, place.Day, null, cancellation) : default(Result<SealOutcome>?);
                found("", "not_sealed", $"{place.Source} on {Rfc3339.Day(place.Day)} is over, and not sealed.", sealing is { Failure: null } done && done.Value.Revision > 0, null);
            }

            return;
        }

        var name = DayFolder.ManifestName(day.Revision);
        if (!File.Exists(place[name]))
        {
            found(name, "manifest_missing", $"{place[name]} is not there. 'tidemark archive verify' puts it back from the second copy, where there is one.", false, null);
            return;
        }

        var json = await File.ReadAllBytesAsync(place[name], cancellation);
        if (!SHA256.HashData(json).AsSpan().SequenceEqual(day.Manifest.Span) || !Manifest.Parse(json, place.Source, place.Day).TryGet(out var manifest, out _))
        {
            found(name, "manifest_differs", $"{place[name]} is not what was sealed. 'tidemark archive verify' puts it back from the second copy, where there is one.", false, null);
            return;
        }

        if (!manifest.Frames.Select(Sum).SequenceEqual(rows.Packed.Select(Sum)))
        {
            found(name, "packed_differs", $"The row of {place.Source} on {Rfc3339.Day(place.Day)} does not have the frames that {place[name]} names. 'tidemark archive reindex' makes the rows anew.", false, null);
        }

        foreach (var crop in manifest.Crops.Where(crop => day.DeletedAt is null && !content.Crops.Contains(crop.File)))
        {
            found(crop.File, "crop_missing", $"{place[crop.File]} is not there, and {name} names it.", false, null);
        }

        var late = content.Crops.Except(manifest.Crops.Select(crop => crop.File), StringComparer.Ordinal).ToList();
        if (late.Count > 0 && day.DeletedAt is null)
        {
            var sealing = repair ? await sealer.SealAsync(place.Source, place.Day, null, cancellation) : default(Result<SealOutcome>?);
            var done = sealing is { Failure: null } made && made.Value.New;
            foreach (var crop in late)
            {
                found(crop, "crop_not_sealed", $"{place[crop]} came after the day was sealed, and is in no manifest.", done, null);
            }

            if (done)
            {
                return;
            }
        }

        var sums = Sealer.SumsOf(manifest, json);
        foreach (var file in (string[])[DayFolder.SumsName(day.Revision), DayFolder.Sums])
        {
            if (!File.Exists(place[file]) || !(await File.ReadAllBytesAsync(place[file], cancellation)).AsSpan().SequenceEqual(sums))
            {
                var mended = repair && Rewrite(place, file, sums);
                found(file, "sums_differ", $"{place[file]} is not what {name} says.", mended, null);
            }
        }
    }

    // Sums follow from the manifest: they are no record of their own.
    private bool Rewrite(DayFolder place, string file, byte[] sums)
    {
        var temporary = Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".part");
        DurableFile.Write(temporary, sums);
        DurableFile.Replace(temporary, place[file]);
        return true;
    }

    private async Task CheckCopyAsync(DayFolder place, string id, DayRows rows, Action<string, string, string, bool, string?> found, CancellationToken cancellation)
    {
        if (!(await days.CopiesAsync(place.Source, place.Day, cancellation)).TryGetValue(id, out var made) || made.Revision != rows.Day!.Revision)
        {
            return;
        }

        var there = place.List();
        var sizes = there.Frames.ToDictionary(file => file.Time, file => file.Bytes);
        foreach (var frame in rows.Packed.Where(frame => !sizes.TryGetValue(frame.Time, out var bytes) || bytes != frame.Bytes))
        {
            found(DayFolder.FrameName(frame.Time), "copy_differs", $"{place[DayFolder.FrameName(frame.Time)]} is not there, or not of {frame.Bytes} bytes. 'tidemark archive verify' puts it back.", false, id);
        }

        foreach (var name in (string[])[DayFolder.ManifestName(rows.Day!.Revision), DayFolder.SumsName(rows.Day.Revision), DayFolder.Sums])
        {
            if (!File.Exists(place[name]))
            {
                found(name, "copy_differs", $"{place[name]} is not there. 'tidemark archive verify' puts it back.", false, id);
            }
        }
    }

    private async Task<List<string>> SourcesAsync(CancellationToken cancellation) =>
        [.. (await days.SourcesAsync(cancellation)).Concat(Folders().Where(IsSource)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private async Task<List<DateTimeOffset>> DaysAsync(string source, TimeRange range, CancellationToken cancellation) =>
        [.. (await days.DaysAsync(source, cancellation)).Concat(await days.OpenDaysAsync(source, cancellation)).Concat(DayFolder.DaysOf(folder.Archive, source)).Distinct().Where(range.Contains).Order()];

    private IEnumerable<string> Folders() => Directory.Exists(folder.Frames) ? Directory.EnumerateFileSystemEntries(folder.Frames).Select(path => Path.GetFileName(path)!) : [];

    private IEnumerable<string> ForeignSources() => Folders().Where(name => !IsSource(name));

    /// <summary>Whether a folder under frames/ is named like a source.</summary>
    internal static bool IsSource(string name) => name.Length is > 0 and <= 63 && name[0] != '-' && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static (DateTimeOffset, long, string) Sum(Frame frame) => (frame.Time, frame.Bytes, Convert.ToHexString(frame.Sha256.Span));
}
