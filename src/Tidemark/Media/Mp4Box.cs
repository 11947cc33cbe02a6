using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Media;

/// <summary>Boxes of an MP4 (ISO/IEC 14496-12, 4.2): length, name, content. What is cut short or overlong ends the walk.</summary>
internal static class Mp4Box
{
    // 100 hours of 60 pictures a second have some 400 MB of tables.
    private const long LargestMovie = 1L << 29;

    /// <summary>The content of <c>moov</c>, found from the file's beginning; null where there is none, or not whole.</summary>
    internal static byte[]? ReadMovie(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[16];
        var length = RandomAccess.GetLength(file);
        for (var at = 0L; at + 8 <= length;)
        {
            var (size, start) = Header(header[..RandomAccess.Read(file, header, at)], length - at);
            if (size < start || size > length - at)
            {
                return null;
            }

            if (header[4..8].SequenceEqual("moov"u8))
            {
                if (size > LargestMovie)
                {
                    return null;
                }

                var movie = new byte[size - start];
                return ReadWhole(file, movie, at + start) ? movie : null;
            }

            at += size;
        }

        return null;
    }

    /// <summary>Fills the buffer from there on; false where the file ends before.</summary>
    internal static bool ReadWhole(SafeFileHandle file, Span<byte> buffer, long at)
    {
        for (int read; buffer.Length > 0; buffer = buffer[read..], at += read)
        {
            if ((read = RandomAccess.Read(file, buffer, at)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The content of the first box of this name among these boxes.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        while (TryNext(ref boxes, out var found, out content))
        {
            if (found.SequenceEqual(name))
            {
                return true;
            }
        }

        content = default;
        return false;
    }

    /// <summary>Takes the next box off these.</summary>
    internal static bool TryNext(scoped ref ReadOnlySpan<byte> boxes, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        name = default;
        content = default;
        if (boxes.Length < 8)
        {
            return false;
        }

        var (size, start) = Header(boxes[..Math.Min(16, boxes.Length)], boxes.Length);
        if (size < start || size > boxes.Length)
        {
            return false;
        }

        name = boxes[4..8];
        content = boxes[start..(int)size];
        boxes = boxes[(int)size..];
        return true;
    }

    // Length of the whole box and of its header; 0 long where the header is cut short. A length of 0 means "to the end", 1 that it follows in 64 bits.
    private static (long Size, int Start) Header(ReadOnlySpan<byte> bytes, long rest) =>
        bytes.Length < 8 ? (0, 8)
        : BinaryPrimitives.ReadUInt32BigEndian(bytes) switch
        {
            0 => (rest, 8),
            1 => bytes.Length < 16 ? (0, 16) : (BinaryPrimitives.ReadInt64BigEndian(bytes[8..]), 16),
            var size => (size, 8),
        };
}
