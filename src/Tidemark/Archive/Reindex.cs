using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What rebuilding the index came to.</summary>
/// <param name="Copies">Of the days that were let go, those whose copy was read and is right.</param>
public sealed record ReindexOutcome(int Sources, int SealedDays, int DeletedDays, int Copies, long Frames, long Adopted, int Kept, IReadOnlyList<string> Unusable);

/// <summary>
/// Rebuilds rows from files and manifests (invariant A4): sealed days from their newest manifest, let go or not; what no
/// manifest names from the files themselves. Rows that are right already are left alone, so that one that was cut off goes on
/// where it was. Only while no node runs. It holds one day in memory at a time. Which copies are right it takes on nobody's
/// word: those of days that were let go it reads; those of days that are there the copying reads anyway, before it copies.
/// </summary>
public sealed class Reindex(DataFolder folder, FrameIndex index, DayStore days, Verifier verifier)
{
    private const int Batch = 500;
    private const int MostNamed = 1000;

    /// <param name="slots">Told of the slots that a manifest has, to make their rows anew.</param>
    /// <param name="copy">Null: there is none, or it is away.</param>
    public async Task<ReindexOutcome> RunAsync(Func<string, DateTimeOffset, string, CancellationToken, Task> slots, CopyPlace? copy, ArchiveProgress progress, CancellationToken cancellation)
    {
        var outcome = new ReindexOutcome(0, 0, 0, 0, 0, 0, 0, []);
        var unusable = new List<string>();
        var sources = (Directory.Exists(folder.Frames) ? Directory.EnumerateDirectories(folder.Frames) : []).Select(path => Path.GetFileName(path)!).Where(ArchiveCheck.IsSource).Order(StringComparer.Ordinal).ToList();
        foreach (var source in sources)
        {
            foreach (var day in DayFolder.DaysOf(folder.Archive, source))
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Stage = $"{source} {Rfc3339.Day(day)}";
                var place = new DayFolder(folder.Archive, source, day);
                var content = place.List();
                if (Newest(place, content) is (var manifest, var sum))
                {
                    var deleted = Deletion(place);
                    var row = await days.FindAsync(source, day, cancellation);
                    var right = row is not null && row.Revision == manifest.Revision && row.Manifest.Span.SequenceEqual(sum) && row.DeletedAt is null == deleted is null;
                    if (!right)
                    {
                        await days.RebuildAsync(manifest, sum, deleted?.At, deleted?.Rule, cancellation);
                    }

                    if (manifest.Slots is { } json)
                    {
                        await slots(source, day, json.GetRawText(), cancellation);
                    }

                    var recognised = deleted is not null && copy is not null && await RecogniseAsync(source, day, copy, progress, cancellation);
                    outcome = outcome with
                    {
                        Copies = outcome.Copies + (recognised ? 1 : 0),
                        SealedDays = outcome.SealedDays + 1,
                        DeletedDays = outcome.DeletedDays + (deleted is null ? 0 : 1),
                        Frames = outcome.Frames + manifest.Frames.Count,
                        Kept = outcome.Kept + (right ? 1 : 0),
                    };
                    progress.Done(manifest.Frames.Count);
                }

                var adopted = await AdoptAsync(place, content, unusable, progress, cancellation);
                outcome = outcome with { Adopted = outcome.Adopted + adopted, Frames = outcome.Frames + adopted };
            }

            await days.TotalsDifferAsync(source, mend: true, cancellation);
        }

        return outcome with { Sources = sources.Count, Unusable = unusable };
    }

    // Nobody else would: the copying passes over what is not there to be copied.
    private async Task<bool> RecogniseAsync(string source, DateTimeOffset day, CopyPlace copy, ArchiveProgress progress, CancellationToken cancellation)
    {
        var row = (await days.FindAsync(source, day, cancellation))!;
        return ((await days.CopiesAsync(source, day, cancellation)).TryGetValue(copy.Id!, out var known) && known.Revision == row.Revision)
            || await verifier.RecogniseAsync(row, copy, progress, cancellation);
    }

    // The newest that can be read: one that is damaged leaves the one before, and what that lacks is adopted.
    private static (Manifest, byte[])? Newest(DayFolder place, DayContent content)
    {
        foreach (var revision in content.Revisions.Reverse())
        {
            if (SealedFiles.TryRead(place[DayFolder.ManifestName(revision)]) is { } json && Manifest.Parse(json, place.Source, place.Day).TryGet(out var manifest, out _))
            {
                return (manifest, SHA256.HashData(json));
            }
        }

        return null;
    }

    private async Task<long> AdoptAsync(DayFolder place, DayContent content, List<string> unusable, ArchiveProgress progress, CancellationToken cancellation)
    {
        var present = await index.InstantsAsync(place.Source, TimeRange.Day(place.Day), cancellation);
        long adopted = 0;
        foreach (var batch in content.Frames.Where(frame => !present.Contains(frame.Time)).Chunk(Batch))
        {
            var frames = new Frame?[batch.Length];
            await Parallel.ForAsync(0, batch.Length, cancellation, (i, _) =>
            {
                var path = place[DayFolder.FrameName(batch[i].Time)];
                if (SealedFiles.TryRead(path) is { } bytes && Jpeg.Inspect(bytes).TryGet(out var facts, out var _))
                {
                    frames[i] = new Frame(place.Source, batch[i].Time, null, bytes.Length, facts.Width, facts.Height, SHA256.HashData(bytes), new DateTimeOffset(File.GetLastWriteTimeUtc(path)), "adopted");
                }

                progress.Done();
                return ValueTask.CompletedTask;
            });
            await index.AddAsync([.. frames.OfType<Frame>()], cancellation);
            adopted += frames.Count(frame => frame is not null);
            unusable.AddRange(batch.Where((_, i) => frames[i] is null).Take(MostNamed - unusable.Count).Select(file => place[DayFolder.FrameName(file.Time)]));
        }

        return adopted;
    }

    private static (DateTimeOffset At, string? Rule)? Deletion(DayFolder place)
    {
        if (!File.Exists(place[DayFolder.Deleted]))
        {
            return null;
        }

        try
        {
            using var note = JsonDocument.Parse(SealedFiles.TryRead(place[DayFolder.Deleted]) ?? []);
            return note.RootElement.TryGetProperty("deletedAt", out var at) && Rfc3339.TryParse(at.GetString(), out var when)
                ? (when, note.RootElement.TryGetProperty("rule", out var rule) ? rule.GetString() : null)
                : (DateTimeOffset.UnixEpoch, null);
        }
        catch (JsonException)
        {
            return (DateTimeOffset.UnixEpoch, null);
        }
    }
}
