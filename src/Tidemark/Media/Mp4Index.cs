using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>Where a coded picture lies in its file.</summary>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Time">When it is shown, in ticks, after the edit list.</param>
/// <param name="Key">Whether decoding can begin with it.</param>
public readonly record struct Mp4Sample(long Offset, int Size, long Time, bool Key);

/// <summary>
/// The first video track of an MP4, as its tables say (ISO/IEC 14496-12): read without a tool, and without believing any
/// number in it beyond what the file has room for.
/// </summary>
/// <param name="TimeScale">Ticks a second.</param>
/// <param name="Width">Pixels, as coded.</param>
/// <param name="Height">Pixels, as coded.</param>
/// <param name="Samples">In the order of decoding.</param>
/// <param name="Description">
/// How it is coded (<c>stsd</c>): codec, size, parameter sets, colours. Two files whose descriptions are equal can share one.
/// Bit rates, which differ, are left out.
/// </param>
public sealed record Mp4Index(int TimeScale, int Width, int Height, IReadOnlyList<Mp4Sample> Samples, ReadOnlyMemory<byte> Description)
{
    // Of a sample entry of video: its header, and what stands before its boxes (12.1.3).
    private const int EntryHeader = 8, EntryFixed = EntryHeader + 78;

    /// <summary>Reads it. BadInput <c>mp4_broken</c> where there is no such track, its tables contradict each other or the file, or it comes in fragments. Throws <see cref="IOException"/> where the file cannot be opened or read.</summary>
    public static Result<Mp4Index> Read(string path)
    {
        using var file = File.OpenHandle(path);
        return Mp4Box.ReadMovie(file) is not { } movie ? Broken(path, "it has no whole 'moov'")
            : Read(movie, RandomAccess.GetLength(file), out var index) is { } why ? Broken(path, why)
            : index!;
    }

    /// <summary>Reads it from the content of <c>moov</c>; gives what is wrong with it.</summary>
    /// <param name="length">Of the whole file.</param>
    internal static string? Read(ReadOnlySpan<byte> movie, long length, out Mp4Index? index)
    {
        index = null;
        if (!TryFindVideo(movie, out var track, out var media) || !Mp4Box.TryFind(media, "mdhd"u8, out var header)
            || !Mp4Box.TryFind(media, "minf"u8, out var information) || !Mp4Box.TryFind(information, "stbl"u8, out var tables))
        {
            return "it has no video track";
        }

        var scale = Scale(header);
        if (scale is 0 or > int.MaxValue)
        {
            return "its ticks have no length";
        }

        if (!Mp4Box.TryFind(tables, "stsd"u8, out var described) || Describe(described) is not var (description, width, height))
        {
            return "it does not say how it is coded";
        }

        if (Mp4Box.TryFind(movie, "mvex"u8, out _))
        {
            return "it comes in fragments";
        }

        if (Shift(movie, track, scale) is not { } shift)
        {
            return "its edit list has several parts";
        }

        var samples = Mp4Tables.Read(tables, length, shift, out var why);
        index = samples is null ? null : new Mp4Index((int)scale, width, height, samples, description);
        return why;
    }

    private static Failure Broken(string path, string why) =>
        new(FailureKind.BadInput, "mp4_broken", $"The pictures of {Path.GetFileName(path)} cannot be listed: {why}.");

    private static bool TryFindVideo(ReadOnlySpan<byte> movie, out ReadOnlySpan<byte> track, out ReadOnlySpan<byte> media)
    {
        while (Mp4Box.TryNext(ref movie, out var name, out track))
        {
            // version, flags, predefined; then what it handles.
            if (name.SequenceEqual("trak"u8) && Mp4Box.TryFind(track, "mdia"u8, out media)
                && Mp4Box.TryFind(media, "hdlr"u8, out var handler) && handler.Length >= 12 && handler[8..12].SequenceEqual("vide"u8))
            {
                return true;
            }
        }

        media = default;
        return false;
    }

    // mvhd and mdhd alike: version and flags, two times of 4 or 8 bytes each, the scale.
    private static uint Scale(ReadOnlySpan<byte> header)
    {
        var at = header is [1, ..] ? 20 : 12;
        return header.Length >= at + 4 ? BinaryPrimitives.ReadUInt32BigEndian(header[at..]) : 0;
    }

    // Version, flags, count; then the entry. The length of it counts the bit rates.
    private static (byte[] Description, int Width, int Height)? Describe(ReadOnlySpan<byte> described)
    {
        if (described.Length < 8 + EntryFixed)
        {
            return null;
        }

        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(described[8..]), (uint)described.Length - 8);
        if (size < EntryFixed)
        {
            return null;
        }

        var entry = described.Slice(8, size);
        var description = new List<byte>(size);
        description.AddRange(entry[4..EntryFixed]);
        for (var rest = entry[EntryFixed..]; ;)
        {
            var before = rest;
            if (!Mp4Box.TryNext(ref rest, out var name, out _))
            {
                break;
            }

            if (!name.SequenceEqual("btrt"u8))
            {
                description.AddRange(before[..^rest.Length]);
            }
        }

        return ([.. description], BinaryPrimitives.ReadUInt16BigEndian(entry[32..]), BinaryPrimitives.ReadUInt16BigEndian(entry[34..]));
    }

    // What the edit list (8.6.6) adds to every time: nothing is shown for a while, then all from some instant on. Null where there is more to it.
    private static long? Shift(ReadOnlySpan<byte> movie, ReadOnlySpan<byte> track, long scale)
    {
        if (!Mp4Box.TryFind(track, "edts"u8, out var edits) || !Mp4Box.TryFind(edits, "elst"u8, out var list) || list.Length < 8)
        {
            return 0;
        }

        var wide = list[0] == 1;
        var movieScale = Mp4Box.TryFind(movie, "mvhd"u8, out var header) ? Scale(header) : 0;
        var shift = 0L;
        for (var rest = list[8..]; rest.Length >= (wide ? 20 : 12); rest = rest[(wide ? 20 : 12)..])
        {
            var duration = wide ? BinaryPrimitives.ReadInt64BigEndian(rest) : BinaryPrimitives.ReadUInt32BigEndian(rest);
            var from = wide ? BinaryPrimitives.ReadInt64BigEndian(rest[8..]) : BinaryPrimitives.ReadInt32BigEndian(rest[4..]);
            if (from != -1)
            {
                return rest.Length > (wide ? 20 : 12) ? null : shift - from;
            }

            shift += movieScale == 0 ? 0 : (long)((Int128)duration * scale / movieScale);
        }

        return shift;
    }
}
