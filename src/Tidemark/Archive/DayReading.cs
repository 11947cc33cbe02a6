using System.Security.Cryptography;
using Tidemark.Media;

namespace Tidemark.Archive;

/// <summary>Reads the files of a day that no revision has yet, each once, and holds them against the rows.</summary>
internal sealed class DayReading(DayFolder place, IReadOnlyList<Frame> rows)
{
    private readonly Dictionary<DateTimeOffset, Frame> rowOf = rows.ToDictionary(row => row.Time);

    /// <summary>Frames for the next revision, in order: as their rows say, or as their files were found.</summary>
    public List<Frame> Frames { get; } = [];

    public List<ManifestCrop> Crops { get; } = [];

    public int Adopted { get; private set; }

    public List<string> Differing { get; } = [];

    public List<string> Unusable { get; } = [];

    /// <summary>A file without a row is so new that its row may be on its way.</summary>
    public bool TooYoung { get; private set; }

    /// <summary>Names of frames whose rows have no file.</summary>
    public IReadOnlyList<string> Missing(DayContent content)
    {
        var there = content.Frames.Select(frame => frame.Time).ToHashSet();
        return [.. rows.Where(row => !there.Contains(row.Time)).Select(row => DayFolder.FrameName(row.Time))];
    }

    /// <param name="old">Files without a row that are newer than this are waited with.</param>
    /// <param name="now">Files from the future are not.</param>
    public async Task ReadAsync(
        IReadOnlyList<(DateTimeOffset Time, long Bytes)> frames, IReadOnlyList<string> crops, DateTimeOffset old, DateTimeOffset now, ArchiveProgress? progress, CancellationToken cancellation)
    {
        TooYoung = frames.Any(frame => !rowOf.ContainsKey(frame.Time) && new DateTimeOffset(File.GetLastWriteTimeUtc(place[DayFolder.FrameName(frame.Time)])) is var written && written > old && written <= now);
        if (TooYoung)
        {
            return;
        }

        var read = new (Frame? Frame, bool Adopted, bool Differs)[frames.Count];
        // Of small files two at a time hide the wait for the disk behind the sums.
        await Parallel.ForAsync(0, frames.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = 2 }, (i, stop) =>
        {
            read[i] = Read(frames[i].Time, progress, stop);
            return ValueTask.CompletedTask;
        });
        for (var i = 0; i < read.Length; i++)
        {
            var name = DayFolder.FrameName(frames[i].Time);
            if (read[i].Frame is not { } frame)
            {
                Unusable.Add(name);
                continue;
            }

            Frames.Add(frame);
            Adopted += read[i].Adopted ? 1 : 0;
            if (read[i].Differs)
            {
                Differing.Add(name);
            }
        }

        foreach (var crop in crops)
        {
            Crops.Add(new ManifestCrop(crop, new FileInfo(place[crop]).Length, Convert.ToHexStringLower(FileSum.Of(place[crop], fromDisk: false, null, cancellation))));
        }
    }

    // The row's sum is what came in. Where the file is something else now it goes into the manifest all the same: what is lost stays to be seen.
    private (Frame?, bool, bool) Read(DateTimeOffset time, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var path = place[DayFolder.FrameName(time)];
        if (rowOf.TryGetValue(time, out var row))
        {
            var sum = FileSum.Of(path, fromDisk: false, progress is null ? null : progress.Read, cancellation);
            progress?.Done();
            return (row, false, !row.Sha256.Span.SequenceEqual(sum));
        }

        var content = File.ReadAllBytes(path);
        progress?.Done();
        return Jpeg.Inspect(content).TryGet(out var facts, out _)
            ? (new Frame(place.Source, time, null, content.Length, facts.Width, facts.Height, SHA256.HashData(content), new DateTimeOffset(File.GetLastWriteTimeUtc(path)), "adopted"), true, false)
            : (null, false, false);
    }
}
