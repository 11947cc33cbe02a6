using System.Buffers.Binary;

namespace Tidemark.Media;

/// <summary>What a JPEG's markers say.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Components">1 grey, 3 colour, 4 CMYK.</param>
/// <param name="Progressive">Whether it is coded in several passes (SOF2).</param>
/// <param name="End">Offset just past EOI.</param>
/// <param name="Tail">Bytes after that: padding some cameras leave.</param>
public sealed record JpegFacts(int Width, int Height, int Components, bool Progressive, int End, int Tail)
{
    /// <summary>Component names, sampling factors and Adobe's transform, e.g. <c>1:22 2:11 3:11</c>: equal for pictures that decode to one pixel format.</summary>
    public string Sampling { get; init; } = "";

    /// <summary>How it is to be turned, by Exif: 1 not at all, 3 upside down, 6 clockwise, 8 the other way; 2, 4, 5, 7 the same mirrored.</summary>
    public int Orientation { get; init; } = 1;
}

/// <summary>
/// Walks a JPEG's markers from SOI to EOI (ITU-T T.81, annex B), so that a picture that is cut short or whose parts do not
/// fit each other is found without decoding it: headers, tables that scans need, restart markers in their order and number,
/// every component's scan, and data enough for the picture's size. It does not read the coded pixels: bits that flipped
/// among them and make no marker cannot be told by a walk.
/// </summary>
public static class Jpeg
{
    /// <summary>Padding tolerated after EOI, in bytes.</summary>
    public const int LongestTail = 64 * 1024;

    // One block: what is smaller is a pixel that counts visitors, not a picture.
    private const int ShortestSide = 8;
    private const int LongestSide = 65500;
    private const long MostPixels = 200_000_000;

    /// <summary>The facts, or BadInput saying what is there instead of a whole JPEG. Never throws, whatever the bytes.</summary>
    public static Result<JpegFacts> Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new Failure(FailureKind.BadInput, "jpeg_empty", "The answer is empty: not one byte.");
        }

        if (bytes is [0xFF])
        {
            return Truncated(1);
        }

        if (FileKind.Of(bytes) is var kind && kind != FileKind.Jpeg)
        {
            return new Failure(FailureKind.BadInput, "not_jpeg", $"The answer is {kind.Words}.");
        }

        var walk = new JpegWalk(bytes);
        while (walk.NextMarker(out var marker))
        {
            if (marker == 0xD9)
            {
                return walk.Unfinished() is { } lacking ? lacking : Facts(walk, bytes.Length);
            }

            if (Step(ref walk, marker) is { } wrong)
            {
                return wrong;
            }
        }

        return walk.LostAt is { } place ? Broken($"has no marker at byte {place}, where one must be") : Truncated(bytes.Length);
    }

    private static Failure? Step(ref JpegWalk walk, byte marker) => marker switch
    {
        0xD8 => Broken("has a second start inside it"),
        >= 0xD0 and <= 0xD7 => Broken("has a restart marker outside its scans"),
        0x01 => null, // TEM stands alone (table B.1).
        0xC3 or (>= 0xC5 and <= 0xC7) or (>= 0xC9 and <= 0xCB) or 0xCC or (>= 0xCD and <= 0xCF) or 0xDE or 0xDF =>
            Unsupported($"is lossless, hierarchical or arithmetic coded (marker FF{marker:X2})"),
        0xDC => Unsupported("gives its height after its first scan (DNL)"),
        0xC0 or 0xC1 or 0xC2 => walk.ReadFrame(marker),
        0xC4 => walk.ReadHuffmanTables(),
        0xDB => walk.ReadQuantTables(),
        0xDD => walk.ReadRestartInterval(),
        0xDA => walk.ReadScan(),
        (>= 0xE0 and <= 0xEF) or 0xFE => walk.SkipSegment(marker),
        _ => Broken($"has a marker that no JPEG has (FF{marker:X2})"),
    };

    private static JpegFacts Facts(in JpegWalk walk) =>
        new(walk.Frame!.Width, walk.Frame.Height, walk.Frame.Components.Count, walk.Frame.Progressive, walk.Position, 0) { Sampling = walk.Sampling, Orientation = walk.Orientation };

    private static Result<JpegFacts> Facts(in JpegWalk walk, int length)
    {
        var tail = length - walk.Position;
        return tail > LongestTail
            ? new Failure(FailureKind.BadInput, "jpeg_tail", $"{tail} bytes follow the end of the JPEG; up to {LongestTail} are taken for padding.")
            : Facts(walk) with { Tail = tail };
    }

    internal static Failure Broken(string how) => new(FailureKind.BadInput, "jpeg_broken", $"The JPEG {how}.");

    internal static Failure Unsupported(string how) => new(FailureKind.BadInput, "jpeg_unsupported", $"The JPEG {how}, which no browser shows.");

    internal static Failure Truncated(int length) => new(FailureKind.BadInput, "jpeg_truncated", $"The JPEG is cut short: its {length} bytes end before its end marker.");

    internal static Failure? Dimensions(int width, int height) =>
        width is < ShortestSide or > LongestSide || height is < ShortestSide or > LongestSide || (long)width * height > MostPixels
            ? new Failure(FailureKind.BadInput, "jpeg_dimensions", $"The JPEG says it is {width}x{height}; {ShortestSide} to {LongestSide} pixels a side and {MostPixels / 1_000_000} megapixels are taken.")
            : null;

    internal static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
