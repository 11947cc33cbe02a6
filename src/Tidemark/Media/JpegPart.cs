using System.Buffers;
using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct PixelPart(int X, int Y, int Width, int Height);

/// <summary>
/// Cuts the blocks that a part of a picture lies in out of a JPEG, without decoding it: its coded bits are read (ITU-T T.81,
/// annex F) and copied, but for the DC differences of blocks that have another neighbour before them now. Whoever decodes
/// what comes out sees the same pixels, and has only the part to decode. For pictures whose colours come in one scan of
/// sequential Huffman code, as cameras make them. Not for several threads at a time.
/// </summary>
internal sealed class JpegPart
{
    // A block has at most 64 codes of 16 bits, with 15 bits each.
    private const int Reserve = 512;

    private static readonly byte[] Stuffing = [0], EndOfImage = [0xFF, 0xD9];

    // By class (0 DC, 1 AC) × 4 + number: the last ones there were, and those of this picture.
    private readonly byte[][] definitions = [[], [], [], [], [], [], [], []];
    private readonly JpegHuffman?[] known = new JpegHuffman?[8];
    private readonly JpegHuffman?[] tables = new JpegHuffman?[8];
    private readonly List<int> restarts = [];
    private byte[] coded = [];
    private byte[] made = [];
    private JpegFrame? frame;
    private int interval;

    /// <summary>Cuts it; false where this picture is of another kind, or its bits make no sense: then nothing that was written counts.</summary>
    /// <param name="jpeg">A whole picture, walked before.</param>
    /// <param name="wanted">What is to be in it, inside the picture.</param>
    /// <param name="cut">What is: from block to block.</param>
    internal bool TryCut(ReadOnlySpan<byte> jpeg, PixelPart wanted, ArrayBufferWriter<byte> output, out PixelPart cut)
    {
        cut = default;
        if (!TryReadHeaders(jpeg, out var start, out var components) || frame is not { } whole)
        {
            return false;
        }

        // A scan of one component is not interleaved: its unit is a block (A.2.2).
        var units = components.Length == 1
            ? new Grid(8, 8, whole, wanted)
            : new Grid(8 * whole.Components.Max(one => one.H), 8 * whole.Components.Max(one => one.V), whole, wanted);
        Unstuff(jpeg[start..], out var length);
        if (!TryCopy(units, components, length, out var bytes))
        {
            return false;
        }

        cut = units.Part;
        WriteHeaders(jpeg, cut, output);
        Stuff(made.AsSpan(0, bytes), output);
        output.Write(EndOfImage);
        return true;
    }

    private bool TryReadHeaders(ReadOnlySpan<byte> jpeg, out int start, out Coded[] components)
    {
        (frame, interval, start, components) = (null, 0, 0, []);
        Array.Clear(tables);
        for (var rest = jpeg[2..]; TryNext(ref rest, out var marker, out var body);)
        {
            switch (marker)
            {
                case 0xC0 or 0xC1 when frame is null && JpegFrame.Read(marker, body).TryGet(out frame, out _):
                    break;
                case 0xC4:
                    if (!TryReadTables(body))
                    {
                        return false;
                    }

                    break;
                case 0xDD when body.Length == 2:
                    interval = Jpeg.Word(body, 0);
                    break;
                case 0xDA:
                    start = jpeg.Length - rest.Length;
                    return TryReadScan(body, out components);
                case 0xDB or 0xFE or (>= 0xE0 and <= 0xEF):
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    // Pictures of one camera mostly have the same tables, which are kept.
    private bool TryReadTables(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 17)
        {
            var (slot, count) = (((body[0] >> 4) * 4) + (body[0] & 15), 0);
            foreach (var codes in body[1..17])
            {
                count += codes;
            }

            if ((body[0] >> 4) > 1 || (body[0] & 15) > 3 || count > 256 || body.Length < 17 + count)
            {
                return false;
            }

            var definition = body[..(17 + count)];
            if (!definition.SequenceEqual(definitions[slot]) || known[slot] is null)
            {
                (definitions[slot], known[slot]) = (definition.ToArray(), new JpegHuffman(definition[1..17], definition[17..]));
            }

            tables[slot] = known[slot];
            body = body[(17 + count)..];
        }

        return body.IsEmpty;
    }

    // All components at once and in their order, all coefficients (B.2.3).
    private bool TryReadScan(ReadOnlySpan<byte> body, out Coded[] components)
    {
        components = [];
        if (frame is not { Components.Count: 1 or 3 } whole || body.Length != 4 + (2 * whole.Components.Count) || body[0] != whole.Components.Count || !body[^3..].SequenceEqual((byte[])[0, 63, 0]))
        {
            return false;
        }

        var read = new Coded[whole.Components.Count];
        for (var i = 0; i < read.Length; i++)
        {
            var (one, use) = (whole.Components[i], body[2 + (2 * i)]);
            if (body[1 + (2 * i)] != one.Id || (use >> 4) > 3 || (use & 15) > 3 || tables[use >> 4] is not { } dc || tables[4 + (use & 15)] is not { } ac)
            {
                return false;
            }

            read[i] = new Coded(dc, ac, read.Length == 1 ? 1 : one.H * one.V);
        }

        components = read;
        return true;
    }

    // Without the zero that follows each FF among the data, and without restart markers, whose places are noted (B.1.1.5, F.1.2.3).
    private void Unstuff(ReadOnlySpan<byte> data, out int length)
    {
        if (coded.Length < data.Length + Reserve)
        {
            (coded, made) = (new byte[data.Length + Reserve], new byte[data.Length + Reserve]);
        }

        restarts.Clear();
        length = 0;
        while (true)
        {
            var found = data.IndexOf((byte)0xFF);
            var until = found < 0 ? data.Length : found;
            data[..until].CopyTo(coded.AsSpan(length));
            length += until;
            if (found < 0 || found + 1 >= data.Length)
            {
                break;
            }

            var next = data[found + 1];
            if (next == 0)
            {
                coded[length++] = 0xFF;
            }
            else if (next is >= 0xD0 and <= 0xD7)
            {
                restarts.Add(length);
            }
            else if (next != 0xFF)
            {
                break;
            }

            data = data[(found + (next == 0xFF ? 1 : 2))..];
        }

        coded.AsSpan(length, Reserve).Clear();
    }

    private bool TryCopy(Grid units, Coded[] components, int length, out int bytes)
    {
        bytes = 0;
        ReadOnlySpan<byte> from = coded;
        var bits = new JpegBits(made);
        var (at, end, unit) = (0L, length * 8L, 0L);
        // What is copied next: it goes on as long as nothing is written in between.
        var (copyFrom, copyTo) = (0L, 0L);
        Span<int> before = stackalloc int[components.Length];
        Span<int> written = stackalloc int[components.Length];
        for (var row = 0; row < units.LastRow; row++)
        {
            for (var column = 0; column < units.Columns; column++, unit++)
            {
                if (interval > 0 && unit > 0 && unit % interval == 0)
                {
                    var restart = (unit / interval) - 1;
                    if (restart >= restarts.Count)
                    {
                        return false;
                    }

                    at = restarts[(int)restart] * 8L;
                    before.Clear();
                }

                var inside = row >= units.FirstRow && column >= units.FirstColumn && column < units.LastColumn;
                for (var i = 0; i < components.Length; i++)
                {
                    for (var block = 0; block < components[i].Blocks; block++)
                    {
                        var start = at;
                        if (at >= end || !TryReadDc(from, components[i].Dc, ref at, out var difference))
                        {
                            return false;
                        }

                        var rest = at;
                        if (!TryPassAc(from, components[i].Ac, ref at))
                        {
                            return false;
                        }

                        before[i] += difference;
                        if (!inside)
                        {
                            continue;
                        }

                        var now = before[i] - written[i];
                        written[i] = before[i];
                        if (now == difference && start == copyTo)
                        {
                            copyTo = at;
                            continue;
                        }

                        bits.Copy(from, copyFrom, copyTo);
                        (copyFrom, copyTo) = (now == difference ? start : rest, at);
                        if (now != difference && !TryWriteDc(ref bits, components[i].Dc, now))
                        {
                            return false;
                        }
                    }
                }
            }
        }

        bits.Copy(from, copyFrom, copyTo);
        bits.Finish();
        bytes = bits.Length;
        return at <= end && !bits.Full;
    }

    // F.2.2.1: how many bits the difference has, then those; a first bit of 0 means less than 0.
    private static bool TryReadDc(ReadOnlySpan<byte> from, JpegHuffman table, ref long at, out int difference)
    {
        var next = JpegBits.Peek(from, at);
        var size = table.Read(next, out var length);
        difference = 0;
        if (size is < 0 or > 11)
        {
            return false;
        }

        if (size > 0)
        {
            var value = (int)((next << length) >> (64 - size));
            difference = value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
        }

        at += length + size;
        return true;
    }

    // F.2.2.2: runs of zeros and what follows them, to the end of the block.
    private static bool TryPassAc(ReadOnlySpan<byte> from, JpegHuffman table, ref long at)
    {
        for (var coefficient = 1; coefficient < 64;)
        {
            var value = table.Read(JpegBits.Peek(from, at), out var length);
            if (value < 0)
            {
                return false;
            }

            var size = value & 15;
            at += length + size;
            if (size == 0 && value != 0xF0)
            {
                return value == 0;
            }

            coefficient += (value >> 4) + 1;
            if (coefficient > 64)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryWriteDc(ref JpegBits bits, JpegHuffman table, int difference)
    {
        var size = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Abs(difference));
        if (size > 11 || !table.TryCode(size, out var code, out var length))
        {
            return false;
        }

        bits.Put(code, length);
        if (size > 0)
        {
            bits.Put((ulong)(difference < 0 ? difference + (1 << size) - 1 : difference), size);
        }

        return true;
    }

    // As they were, but for the size, and without restarts.
    private static void WriteHeaders(ReadOnlySpan<byte> jpeg, PixelPart cut, ArrayBufferWriter<byte> output)
    {
        output.Write(jpeg[..2]);
        for (var rest = jpeg[2..]; TryNext(ref rest, out var marker, out var body);)
        {
            if (marker == 0xDD)
            {
                continue;
            }

            var segment = output.GetSpan(4 + body.Length);
            (segment[0], segment[1]) = (0xFF, marker);
            BinaryPrimitives.WriteUInt16BigEndian(segment[2..], (ushort)(body.Length + 2));
            body.CopyTo(segment[4..]);
            if (marker is 0xC0 or 0xC1)
            {
                BinaryPrimitives.WriteUInt16BigEndian(segment[5..], (ushort)cut.Height);
                BinaryPrimitives.WriteUInt16BigEndian(segment[7..], (ushort)cut.Width);
            }

            output.Advance(4 + body.Length);
            if (marker == 0xDA)
            {
                return;
            }
        }
    }

    private static void Stuff(ReadOnlySpan<byte> plain, ArrayBufferWriter<byte> output)
    {
        for (int found; (found = plain.IndexOf((byte)0xFF)) >= 0; plain = plain[(found + 1)..])
        {
            output.Write(plain[..(found + 1)]);
            output.Write(Stuffing);
        }

        output.Write(plain);
    }

    private static bool TryNext(scoped ref ReadOnlySpan<byte> rest, out byte marker, out ReadOnlySpan<byte> body)
    {
        marker = 0;
        body = default;
        var code = rest.IndexOfAnyExcept((byte)0xFF);
        if (code < 1 || rest.Length < code + 3 || Jpeg.Word(rest, code + 1) is var length && (length < 2 || length > rest.Length - code - 1))
        {
            return false;
        }

        marker = rest[code];
        body = rest.Slice(code + 3, length - 2);
        rest = rest[(code + 1 + length)..];
        return true;
    }

    // A component's tables, and its blocks in a unit.
    private readonly record struct Coded(JpegHuffman Dc, JpegHuffman Ac, int Blocks);

    // The units of a picture, and those that a part lies in.
    private readonly struct Grid
    {
        internal Grid(int width, int height, JpegFrame whole, PixelPart wanted)
        {
            Columns = Divide(whole.Width, width);
            (FirstColumn, LastColumn) = (wanted.X / width, Divide(wanted.X + wanted.Width, width));
            (FirstRow, LastRow) = (wanted.Y / height, Divide(wanted.Y + wanted.Height, height));
            var (x, y) = (FirstColumn * width, FirstRow * height);
            Part = new PixelPart(x, y, Math.Min(whole.Width, LastColumn * width) - x, Math.Min(whole.Height, LastRow * height) - y);
        }

        internal int Columns { get; }

        internal int FirstColumn { get; }

        internal int LastColumn { get; }

        internal int FirstRow { get; }

        internal int LastRow { get; }

        internal PixelPart Part { get; }

        private static int Divide(int number, int by) => (number + by - 1) / by;
    }
}
