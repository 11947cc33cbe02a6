using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tidemark.Capture;

/// <summary>A place in the journal.</summary>
/// <param name="Segment">Number of the file.</param>
/// <param name="Offset">Bytes into it.</param>
public readonly record struct JournalPosition(long Segment, long Offset)
{
    public static bool operator <(JournalPosition a, JournalPosition b) => a.Segment == b.Segment ? a.Offset < b.Offset : a.Segment < b.Segment;

    public static bool operator >(JournalPosition a, JournalPosition b) => b < a;
}

/// <summary>Some records in order.</summary>
/// <param name="Next">Where to go on reading.</param>
public sealed record JournalBatch(IReadOnlyList<JournalRecord> Records, JournalPosition Next);

/// <summary>
/// The journal's files: <c>journal/NUMBER.log</c>, in the order of their numbers. What is damaged in them is kept under
/// <c>journal/damaged/</c>, told, and read over.
/// </summary>
internal sealed class JournalFolder(string folder, ILogger logger)
{
    private const string Extension = ".log";
    private const int ReadAtOnce = 1 << 20;

    public string PathOf(long segment) => Path.Combine(folder, segment.ToString("D12", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Numbers of the segments, ascending.</summary>
    public List<long> Segments() =>
        [.. Directory.EnumerateFiles(folder, "*" + Extension)
            .Select(file => long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= 0).Order()];

    /// <summary>
    /// Cuts off what a crash left behind the last whole line of a segment: it was never acknowledged. Should it be more than
    /// one torn line it is no crash's doing, and is kept aside.
    /// </summary>
    /// <returns>The segment's length then.</returns>
    public long CutTail(long segment)
    {
        using var file = new FileStream(PathOf(segment), FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        var end = EndOfLastWholeLine(content);
        if (end == content.Length)
        {
            return end;
        }

        if (content.AsSpan(end).Contains((byte)'\n'))
        {
            SetAside(new JournalPosition(segment, end), content.AsSpan(end));
        }

        Log.JournalCut(logger, content.Length - end, PathOf(segment));
        file.SetLength(end);
        file.Flush(flushToDisk: true);
        return end;
    }

    /// <summary>Reads on from a place.</summary>
    /// <param name="from">Where to begin; where that is not there, the next that is.</param>
    /// <param name="end">What lies behind is not read.</param>
    public JournalBatch Read(JournalPosition from, JournalPosition end)
    {
        while (from < end)
        {
            if (!File.Exists(PathOf(from.Segment)))
            {
                from = new JournalPosition(Segments().FirstOrDefault(segment => segment > from.Segment, end.Segment), 0);
                continue;
            }

            var batch = ReadSegment(from, from.Segment == end.Segment ? end.Offset : null);
            if (batch.Records.Count > 0 || batch.Next == from)
            {
                return batch;
            }

            from = batch.Next;
        }

        return new JournalBatch([], from);
    }

    /// <summary>Removes shipped segments that are older, or more, than is kept.</summary>
    /// <param name="before">The first that is not shipped whole.</param>
    public void Remove(long before, DateTimeOffset olderThan, long mostBytes)
    {
        long kept = 0;
        foreach (var segment in Segments().Where(segment => segment < before).Reverse())
        {
            var file = new FileInfo(PathOf(segment));
            kept += file.Length;
            if (kept > mostBytes || file.LastWriteTimeUtc < olderThan.UtcDateTime)
            {
                file.Delete();
            }
        }
    }

    private JournalBatch ReadSegment(JournalPosition place, long? limit)
    {
        using var file = new FileStream(PathOf(place.Segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var left = (limit ?? file.Length) - place.Offset;
        var content = new byte[Math.Clamp(left, 0, ReadAtOnce)];
        file.Position = place.Offset;
        content = content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        var records = new List<JournalRecord>();
        var offset = 0;
        while (content.AsSpan(offset).IndexOf((byte)'\n') is >= 0 and var length)
        {
            var line = content.AsSpan(offset, length);
            if (JournalLine.Decode(line) is { } record)
            {
                records.Add(record);
            }
            else
            {
                SetAside(place with { Offset = place.Offset + offset }, line);
            }

            offset += length + 1;
        }

        if (content.Length < left && offset > 0)
        {
            return new JournalBatch(records, place with { Offset = place.Offset + offset });
        }

        // No line ends here: in a segment that is finished it is a torn tail, else a damaged stretch that is passed over.
        if (offset < content.Length)
        {
            SetAside(place with { Offset = place.Offset + offset }, content.AsSpan(offset));
        }

        var read = place with { Offset = place.Offset + content.Length };
        return new JournalBatch(records, limit is null && content.Length == left ? NextSegment(read) : read);
    }

    private JournalPosition NextSegment(JournalPosition end) =>
        Segments().FirstOrDefault(segment => segment > end.Segment, -1) is >= 0 and var next ? new JournalPosition(next, 0) : end;

    private void SetAside(JournalPosition at, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(folder, "damaged", $"{at.Segment:D12}-{at.Offset}");
        try
        {
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, bytes);
            }

            Log.JournalDamaged(logger, bytes.Length, PathOf(at.Segment), at.Offset, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.JournalDamaged(logger, bytes.Length, PathOf(at.Segment), at.Offset, error.Message);
        }
    }

    private static int EndOfLastWholeLine(ReadOnlySpan<byte> content)
    {
        for (var end = content.LastIndexOf((byte)'\n'); end >= 0;)
        {
            var start = content[..end].LastIndexOf((byte)'\n') + 1;
            if (JournalLine.IsWhole(content[start..end]))
            {
                return end + 1;
            }

            end = start - 1;
        }

        return 0;
    }
}
