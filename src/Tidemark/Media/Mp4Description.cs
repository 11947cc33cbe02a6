using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>
/// What an MP4 says of how its video is coded (ISO/IEC 14496-12, <c>stsd</c>): codec, size, parameter sets, colours. Two files
/// whose descriptions are equal can share one. Their bit rates, which differ, are left out.
/// </summary>
internal static class Mp4Description
{
    private const int MostBytes = 64 << 20;
    private static readonly string[] Way = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];

    /// <summary>The first file whose description is not that of the first; null where all are alike. What has none differs.</summary>
    internal static string? Differing(IReadOnlyList<string> paths)
    {
        var first = Of(paths[0]);
        return first is null ? paths[0] : paths.Skip(1).FirstOrDefault(path => Of(path) is not { } other || !other.AsSpan().SequenceEqual(first));
    }

    /// <summary>The description; null where the file has none that can be read.</summary>
    internal static byte[]? Of(string path)
    {
        using var file = File.OpenHandle(path);
        if (MovieOf(file) is not { } movie)
        {
            return null;
        }

        ReadOnlySpan<byte> box = movie;
        foreach (var name in Way[1..])
        {
            if (!TryFind(box, name, out box))
            {
                return null;
            }
        }

        // version, flags, count; then one entry: header 8, fixed part 78, boxes.
        const int Fixed = 8 + 8 + 78;
        if (box.Length < Fixed)
        {
            return null;
        }

        var description = new List<byte>(box.Length);
        // Without the entry's length, which counts the bit rates.
        description.AddRange(box[12..Fixed]);

        for (var rest = box[Fixed..]; rest.Length >= 8;)
        {
            var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(rest), (uint)rest.Length);
            if (size < 8)
            {
                return null;
            }

            if (!rest[4..8].SequenceEqual("btrt"u8))
            {
                description.AddRange(rest[..size]);
            }

            rest = rest[size..];
        }

        return [.. description];
    }

    private static byte[]? MovieOf(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[16];
        var length = RandomAccess.GetLength(file);
        for (var at = 0L; at + 8 <= length;)
        {
            var read = RandomAccess.Read(file, header, at);
            var size = (long)BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && read == 16)
            {
                size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            }

            if (size < 8 || at + size > length)
            {
                return null;
            }

            if (header[4..8].SequenceEqual("moov"u8))
            {
                if (size > MostBytes)
                {
                    return null;
                }

                var movie = new byte[size - 8];
                return RandomAccess.Read(file, movie, at + 8) == movie.Length ? movie : null;
            }

            at += size;
        }

        return null;
    }

    private static bool TryFind(ReadOnlySpan<byte> boxes, string name, out ReadOnlySpan<byte> content)
    {
        while (boxes.Length >= 8)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
            if (size < 8 || size > boxes.Length)
            {
                break;
            }

            if (System.Text.Encoding.ASCII.GetString(boxes[4..8]) == name)
            {
                content = boxes[8..(int)size];
                return true;
            }

            boxes = boxes[(int)size..];
        }

        content = default;
        return false;
    }
}
