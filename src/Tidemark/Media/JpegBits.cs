using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>Bits written one behind the other, from the highest on.</summary>
internal struct JpegBits(byte[] buffer)
{
    private ulong pending;
    private int count;

    /// <summary>Whole bytes written.</summary>
    internal int Length { get; private set; }

    /// <summary>Whether there was no room any more; what was written since is not whole.</summary>
    internal bool Full { get; private set; }

    internal void Put(ulong value, int bits)
    {
        pending = (pending << bits) | value;
        count += bits;
        if (count >= 32)
        {
            count -= 32;
            if (Length + 8 > buffer.Length)
            {
                Full = true;
                return;
            }

            BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(Length), (uint)(pending >> count));
            Length += 4;
        }
    }

    /// <summary>Copies bits from one place to another.</summary>
    internal void Copy(ReadOnlySpan<byte> from, long start, long end)
    {
        while (start < end)
        {
            var bits = (int)Math.Min(32, end - start);
            Put(Peek(from, start) >> (64 - bits), bits);
            start += bits;
        }
    }

    /// <summary>Fills the last byte with ones (F.1.2.3).</summary>
    internal void Finish()
    {
        Put((1ul << ((8 - (count % 8)) % 8)) - 1, (8 - (count % 8)) % 8);
        for (; count > 0 && Length < buffer.Length; count -= 8)
        {
            buffer[Length++] = (byte)(pending >> (count - 8));
        }
    }

    /// <summary>The bits from there on, at least 57 of them; eight bytes must follow.</summary>
    internal static ulong Peek(ReadOnlySpan<byte> from, long at) => BinaryPrimitives.ReadUInt64BigEndian(from[(int)(at >> 3)..]) << (int)(at & 7);
}
