using System.Buffers;
using System.Buffers.Binary;

namespace Tidemark.Media;

// What stands before the coded data: read, and written with another size.
internal sealed partial class JpegPart
{
    // By class (0 DC, 1 AC) × 4 + number: the last ones there were, and those of this picture.
    private readonly byte[][] definitions = [[], [], [], [], [], [], [], []];
    private readonly JpegHuffman?[] known = new JpegHuffman?[8];
    private readonly JpegHuffman?[] tables = new JpegHuffman?[8];
    private JpegFrame? frame;
    private int interval;

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
        while (!body.IsEmpty)
        {
            if (!JpegTables.TryNextHuffman(ref body, out var slot, out var definition))
            {
                return false;
            }

            if (!definition.SequenceEqual(definitions[slot]) || known[slot] is null)
            {
                (definitions[slot], known[slot]) = (definition.ToArray(), new JpegHuffman(definition[1..17], definition[17..]));
            }

            tables[slot] = known[slot];
        }

        return true;
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
}
