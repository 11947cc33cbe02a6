using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>How a camera was held, as Exif 2.3 says (tag 0112): 1 upright, 3 upside down, 6 and 8 on its sides; 2, 4, 5, 7 the same mirrored.</summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112, Short = 3, EntryLength = 12;

    /// <summary>Reads it out of an APP1 segment's body; 1 where that says nothing, or nothing that can be.</summary>
    internal static int Read(ReadOnlySpan<byte> app1)
    {
        if (app1.Length < 14 || !app1.StartsWith("Exif\0\0"u8))
        {
            return 1;
        }

        var tiff = app1[6..];
        var little = tiff.StartsWith("II"u8);
        if (!little && !tiff.StartsWith("MM"u8))
        {
            return 1;
        }

        var at = Long(tiff[4..], little);
        if (at > tiff.Length - 2)
        {
            return 1;
        }

        var directory = tiff[(int)at..];
        var entries = Word(directory, little);
        for (var i = 0; i < entries && 2 + ((i + 1) * EntryLength) <= directory.Length; i++)
        {
            var entry = directory.Slice(2 + (i * EntryLength), EntryLength);
            if (Word(entry, little) == Tag)
            {
                return Word(entry[2..], little) == Short && Word(entry[8..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
            }
        }

        return 1;
    }

    private static int Word(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
