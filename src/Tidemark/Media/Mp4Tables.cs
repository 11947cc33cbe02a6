using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>The tables of samples of an MP4's track (ISO/IEC 14496-12, 8.6 and 8.7), made into a list.</summary>
internal static class Mp4Tables
{
    // 150 hours of 60 pictures a second; a file that claims more only wants our memory.
    private const int Most = 1 << 25;

    /// <summary>All samples of these tables; null, and why, where tables are missing or contradict each other.</summary>
    /// <param name="tables">The content of <c>stbl</c>.</param>
    /// <param name="length">Of the file.</param>
    /// <param name="shift">Added to every time.</param>
    internal static List<Mp4Sample>? Read(ReadOnlySpan<byte> tables, long length, long shift, out string? why)
    {
        why = null;
        if (!Mp4Box.TryFind(tables, "stsz"u8, out var sizes) || !Mp4Box.TryFind(tables, "stsc"u8, out var runs) || !Mp4Box.TryFind(tables, "stts"u8, out var durations))
        {
            why = "a table of its pictures is missing";
            return null;
        }

        var wide = Mp4Box.TryFind(tables, "co64"u8, out var chunks);
        if (!wide && !Mp4Box.TryFind(tables, "stco"u8, out chunks))
        {
            why = "it does not say where its pictures lie";
            return null;
        }

        var samples = Placed(new Table(sizes, "stsz"), new Table(runs, 12), new Table(chunks, wide ? 8 : 4), wide, length);
        if (samples is null)
        {
            why = "where its pictures lie contradicts itself, or the file's length";
            return null;
        }

        if (!Mp4Box.TryFind(tables, "ctts"u8, out var offsets))
        {
            offsets = default;
        }

        if (!Time(samples, new Table(durations, 8), new Table(offsets, 8), shift))
        {
            why = "it does not say when each of its pictures is shown";
            return null;
        }

        if (Mp4Box.TryFind(tables, "stss"u8, out var keys))
        {
            MarkKeys(samples, new Table(keys, 4));
        }

        return samples;
    }

    // 8.7: sizes, and runs of chunks with so many samples each. All are keys until something else is known.
    private static List<Mp4Sample>? Placed(Table sizes, Table runs, Table chunks, bool wide, long length)
    {
        if (sizes.Count > Most || sizes.Count * (long)Math.Max(1, sizes.Same) > length)
        {
            return null;
        }

        var samples = new List<Mp4Sample>(sizes.Count);
        var run = -1;
        for (var chunk = 0; chunk < chunks.Count && samples.Count < sizes.Count; chunk++)
        {
            while (run + 1 < runs.Count && runs.U32(run + 1, 0) <= chunk + 1L)
            {
                run++;
            }

            var at = wide ? chunks.I64(chunk) : chunks.U32(chunk, 0);
            for (long left = run < 0 ? 0 : runs.U32(run, 4); left > 0 && samples.Count < sizes.Count; left--)
            {
                var size = sizes.Same != 0 ? sizes.Same : sizes.U32(samples.Count, 0);
                if (at < 0 || size is 0 or > int.MaxValue || size > length - at)
                {
                    return null;
                }

                samples.Add(new Mp4Sample(at, (int)size, 0, true));
                at += size;
            }
        }

        return samples.Count == sizes.Count ? samples : null;
    }

    // 8.6.1: each is decoded so long after the one before, and shown so long after it is decoded.
    private static bool Time(List<Mp4Sample> samples, Table durations, Table offsets, long shift)
    {
        var (decoded, duration, offset) = (0L, new Run(), new Run());
        for (var i = 0; i < samples.Count; i++)
        {
            if (!duration.Next(durations, out var lasts))
            {
                return false;
            }

            var later = offset.Next(offsets, out var shown) ? (int)shown : 0;
            samples[i] = samples[i] with { Time = decoded + later + shift };
            decoded += lasts;
        }

        return true;
    }

    private static void MarkKeys(List<Mp4Sample> samples, Table keys)
    {
        for (var (i, key) = (0, 0); i < samples.Count; i++)
        {
            while (key < keys.Count && keys.U32(key, 0) < i + 1L)
            {
                key++;
            }

            samples[i] = samples[i] with { Key = key < keys.Count && keys.U32(key, 0) == i + 1L };
        }
    }

    // Where one is in a table of counts and values.
    private struct Run
    {
        private int entry;
        private uint taken;

        public bool Next(Table table, out uint value)
        {
            while (entry < table.Count && taken >= table.U32(entry, 0))
            {
                entry++;
                taken = 0;
            }

            taken++;
            value = entry < table.Count ? table.U32(entry, 4) : 0;
            return entry < table.Count;
        }
    }

    // Version and flags, a count, and as many entries; never more than there is room for.
    private readonly ref struct Table
    {
        private readonly ReadOnlySpan<byte> entries;
        private readonly int width;

        public Table(ReadOnlySpan<byte> content, int width)
        {
            this.width = width;
            entries = content.Length < 8 ? default : content[8..];
            Count = content.Length < 8 ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(content[4..]), (uint)(entries.Length / width));
        }

        // stsz: one size for all, or 0 and a size each.
        public Table(ReadOnlySpan<byte> content, string _)
        {
            width = 4;
            if (content.Length < 12)
            {
                return;
            }

            entries = content[12..];
            Same = BinaryPrimitives.ReadUInt32BigEndian(content[4..]);
            var count = BinaryPrimitives.ReadUInt32BigEndian(content[8..]);
            Count = (int)Math.Min(count, Same != 0 ? int.MaxValue : (uint)(entries.Length / width));
        }

        public int Count { get; }

        public uint Same { get; }

        public uint U32(int entry, int at) => BinaryPrimitives.ReadUInt32BigEndian(entries[((entry * width) + at)..]);

        public long I64(int entry) => BinaryPrimitives.ReadInt64BigEndian(entries[(entry * width)..]);
    }
}
