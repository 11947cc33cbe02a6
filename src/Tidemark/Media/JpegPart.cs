using System.Buffers;

namespace Tidemark.Media;

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct PixelPart(int X, int Y, int Width, int Height);

/// <summary>
/// Cuts the blocks that a part of a picture lies in out of a JPEG, without decoding it: its coded bits are read (ITU-T T.81,
/// annex F) and copied, but for the DC differences of blocks that have another neighbour before them now. Whoever decodes
/// what comes out sees the same pixels, and has only the part to decode. For pictures whose colours come in one scan of
/// sequential Huffman code, as cameras make them. Not for several threads at a time.
/// </summary>
internal sealed partial class JpegPart
{
    // A block has at most 64 codes of 16 bits, with 15 bits each.
    private const int Reserve = 512;

    // Of a difference (11 bits, F.1.2.1.2), and, with room to spare, of what differences may add up to.
    private const int MostDifference = 2047, MostDc = 1 << 15;

    private static readonly byte[] Stuffing = [0], EndOfImage = [0xFF, 0xD9];

    private readonly List<int> restarts = [];
    private byte[] coded = [];
    private byte[] made = [];

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
                        if (before[i] is < -MostDc or > MostDc)
                        {
                            return false;
                        }

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
        if (difference is < -MostDifference or > MostDifference)
        {
            return false;
        }

        var size = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Abs(difference));
        if (!table.TryCode(size, out var code, out var length))
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

    private static void Stuff(ReadOnlySpan<byte> plain, ArrayBufferWriter<byte> output)
    {
        for (int found; (found = plain.IndexOf((byte)0xFF)) >= 0; plain = plain[(found + 1)..])
        {
            output.Write(plain[..(found + 1)]);
            output.Write(Stuffing);
        }

        output.Write(plain);
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
