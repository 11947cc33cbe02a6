namespace Tidemark.Media;

/// <summary>A Huffman table of a JPEG (T.81, annex C and F.2.2.3), read and written by.</summary>
internal sealed class JpegHuffman
{
    private const int Quick = 12, Longest = 16;

    // By the next twelve bits: length and value of the code they begin with; 0 where it is longer, or none.
    private readonly ushort[] quick = new ushort[1 << Quick];

    // By length: the first code that is too large for it, shifted to 16 bits; and what leads from a code to its value.
    private readonly int[] ends = new int[Longest + 1];
    private readonly int[] places = new int[Longest + 1];
    private readonly byte[] values;

    // By value: its code, and how long that is; 0 where it has none.
    private readonly ushort[] codes = new ushort[256];
    private readonly byte[] lengths = new byte[256];

    /// <param name="counts">Codes of 1 to 16 bits each; together a code (<see cref="JpegTables"/>).</param>
    internal JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
    {
        this.values = values.ToArray();
        var (code, place) = (0, 0);
        for (var length = 1; length <= Longest; length++)
        {
            code <<= 1;
            places[length] = place - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, place++)
            {
                var value = values[place];
                (codes[value], lengths[value]) = ((ushort)code, (byte)length);
                if (length <= Quick)
                {
                    quick.AsSpan(code << (Quick - length), 1 << (Quick - length)).Fill((ushort)((length << 8) | value));
                }
            }

            ends[length] = code << (Longest - length);
        }
    }

    /// <summary>The value whose code these bits begin with, from the highest on; −1 where there is none.</summary>
    internal int Read(ulong bits, out int length)
    {
        var entry = quick[bits >> (64 - Quick)];
        if (entry != 0)
        {
            length = entry >> 8;
            return entry & 0xFF;
        }

        var next = (int)(bits >> (64 - Longest));
        for (length = Quick + 1; length <= Longest; length++)
        {
            if (next < ends[length])
            {
                return values[places[length] + (next >> (Longest - length))];
            }
        }

        return -1;
    }

    /// <summary>The code of a value; false where it has none.</summary>
    internal bool TryCode(int value, out uint code, out int length)
    {
        (code, length) = (codes[value], lengths[value]);
        return length > 0;
    }
}
