using System.Buffers.Binary;
using System.Text;

namespace Tidemark.Simulator.Jpeg;

/// <summary>Changes to the segments before a JPEG's scan; its pixels stay as they are.</summary>
public static class JpegSegments
{
    private const byte Sof0 = 0xc0;
    private const byte Sof2 = 0xc2;
    private const byte Com = 0xfe;

    /// <summary>The same picture with a comment right after its start: other bytes, equal pixels.</summary>
    public static byte[] WithComment(ReadOnlySpan<byte> jpeg, string comment)
    {
        var length = Encoding.UTF8.GetByteCount(comment);
        var commented = new byte[jpeg.Length + length + 4];
        jpeg[..2].CopyTo(commented);
        commented[2] = 0xff;
        commented[3] = Com;
        BinaryPrimitives.WriteUInt16BigEndian(commented.AsSpan(4), (ushort)(length + 2));
        Encoding.UTF8.GetBytes(comment, commented.AsSpan(6));
        jpeg[2..].CopyTo(commented.AsSpan(6 + length));
        return commented;
    }

    /// <summary>The same bytes under a header that claims another size.</summary>
    public static byte[] WithSize(ReadOnlySpan<byte> jpeg, ushort width, ushort height)
    {
        var claimed = jpeg.ToArray();
        for (var at = 2; at + 9 <= claimed.Length && claimed[at] == 0xff; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(claimed.AsSpan(at + 2)))
        {
            if (claimed[at + 1] is >= Sof0 and <= Sof2)
            {
                BinaryPrimitives.WriteUInt16BigEndian(claimed.AsSpan(at + 5), height);
                BinaryPrimitives.WriteUInt16BigEndian(claimed.AsSpan(at + 7), width);
                return claimed;
            }
        }

        throw new InvalidDataException("There is no frame header before the scan.");
    }
}
