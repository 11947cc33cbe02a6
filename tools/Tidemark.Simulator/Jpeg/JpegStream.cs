using System.Buffers.Binary;

namespace Tidemark.Simulator.Jpeg;

/// <summary>Growing output: marker segments, and entropy-coded bits with their stuffing.</summary>
internal sealed class JpegStream(int capacity)
{
    private byte[] buffer = new byte[capacity];
    private int length;
    private ulong bits;
    private int bitCount;

    public void Marker(byte code)
    {
        Reserve(2);
        buffer[length++] = 0xff;
        buffer[length++] = code;
    }

    /// <summary>A marker with its payload; the length field counts itself.</summary>
    public void Segment(byte code, ReadOnlySpan<byte> payload)
    {
        Marker(code);
        Reserve(payload.Length + 2);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length), (ushort)(payload.Length + 2));
        payload.CopyTo(buffer.AsSpan(length + 2));
        length += payload.Length + 2;
    }

    /// <summary>Appends the low <paramref name="count"/> bits (at most 32); higher bits must be zero.</summary>
    public void Bits(uint value, int count)
    {
        bits = (bits << count) | value;
        bitCount += count;
        if (bitCount >= 32)
        {
            Drain();
        }
    }

    /// <summary>Pads the last byte with ones, as T.81 F.1.2.3 asks.</summary>
    public void FlushBits()
    {
        var pad = (8 - (bitCount & 7)) & 7;
        Bits((1u << pad) - 1, pad);
        Drain();
    }

    public byte[] ToArray() => buffer.AsSpan(0, length).ToArray();

    private void Drain()
    {
        Reserve(16);
        while (bitCount >= 8)
        {
            bitCount -= 8;
            var value = (byte)(bits >> bitCount);
            buffer[length++] = value;
            if (value == 0xff)
            {
                buffer[length++] = 0;
            }
        }
    }

    private void Reserve(int more)
    {
        if (length + more > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + more));
        }
    }
}
