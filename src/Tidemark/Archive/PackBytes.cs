using System.Buffers;
using System.Text;

namespace Tidemark.Archive;

/// <summary>Writes the numbers and texts of <see cref="PackedFrames"/>.</summary>
internal sealed class PackWriter(int expected)
{
    private readonly ArrayBufferWriter<byte> bytes = new(Math.Max(expected, 16));

    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    public void Byte(byte value) => bytes.Write([value]);

    public void Raw(ReadOnlySpan<byte> value) => bytes.Write(value);

    public void Unsigned(ulong value)
    {
        Span<byte> written = stackalloc byte[10];
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            written[length++] = (byte)(value | 0x80);
        }

        written[length++] = (byte)value;
        bytes.Write(written[..length]);
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Runs<T>(IEnumerable<T> values, Action<T> write)
    {
        var (run, current) = (0UL, default(T)!);
        foreach (var value in values)
        {
            if (run > 0 && !EqualityComparer<T>.Default.Equals(value, current))
            {
                Flush();
            }

            (run, current) = (run + 1, value);
        }

        if (run > 0)
        {
            Flush();
        }

        void Flush()
        {
            Unsigned(run);
            write(current);
            run = 0;
        }
    }

    /// <summary>A text, or none, as what it adds to the one before; gives what the next may share.</summary>
    public byte[] After(byte[] before, string? text)
    {
        if (text is null)
        {
            Unsigned(0);
            return before;
        }

        var encoded = Encoding.UTF8.GetBytes(text);
        var shared = before.AsSpan().CommonPrefixLength(encoded);
        Unsigned((ulong)(encoded.Length - shared) + 1);
        Unsigned((ulong)shared);
        Raw(encoded.AsSpan(shared));
        return encoded;
    }
}

/// <summary>Reads them back, and trusts no number of them.</summary>
internal ref struct PackReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int Left => rest.Length;

    public byte Byte() => Raw(1)[0];

    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length < 0 || length > rest.Length)
        {
            throw Damaged();
        }

        var raw = rest[..length];
        rest = rest[length..];
        return raw;
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var one = Byte();
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number that says how many, or how far.</summary>
    public int Count(int most) => Unsigned() is var count && count <= (ulong)most ? (int)count : throw Damaged();

    public (string? Text, byte[] Bytes) After(byte[] before)
    {
        var length = Count(rest.Length + 1);
        if (length == 0)
        {
            return (null, before);
        }

        byte[] encoded = [.. before.AsSpan(0, Count(before.Length)), .. Raw(length - 1)];
        return (Encoding.UTF8.GetString(encoded), encoded);
    }

    public readonly void End()
    {
        if (rest.Length > 0)
        {
            throw Damaged();
        }
    }

    private static InvalidDataException Damaged() => new("The packed frames are damaged.");
}
