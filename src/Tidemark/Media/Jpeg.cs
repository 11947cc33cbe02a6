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
}

/// <summary>
/// Walks a JPEG's markers from SOI to EOI (ITU-T T.81, annex B), so that a picture cut short is found without decoding it.
/// It says nothing about the coded pixels themselves.
/// </summary>
public static class Jpeg
{
    /// <summary>Padding tolerated after EOI, in bytes.</summary>
    public const int LongestTail = 64 * 1024;

    private const int LongestSide = 65500;
    private const long MostPixels = 200_000_000;

    /// <summary>The facts, or BadInput saying what is there instead of a whole JPEG. Never throws, whatever the bytes.</summary>
    public static Result<JpegFacts> Inspect(ReadOnlySpan<byte> bytes)
    {
        if (NotJpeg.Recognise(bytes) is { } other)
        {
            return other;
        }

        var walk = new JpegWalk(bytes);
        while (walk.NextMarker(out var marker))
        {
            switch (marker)
            {
                case 0xD9 when walk.Scans == 0:
                    return Broken("ends before its first scan");
                case 0xD9:
                    return Facts(walk, bytes.Length);
                case 0xD8:
                    return Broken("has a second start inside it");
                case 0x01 or (>= 0xD0 and <= 0xD7):
                    // TEM and stray restart markers stand alone (table B.1).
                    break;
                case 0xC3 or (>= 0xC5 and <= 0xC7) or (>= 0xC9 and <= 0xCB) or (>= 0xCD and <= 0xCF):
                    return new Failure(FailureKind.BadInput, "jpeg_unsupported", $"The JPEG is lossless, hierarchical or arithmetic coded (marker FF{marker:X2}), which no browser shows.");
                case 0xC0 or 0xC1 or 0xC2:
                    if (walk.ReadFrame(marker) is { } wrong)
                    {
                        return wrong;
                    }

                    break;
                case 0xDA when walk.Width == 0:
                    return Broken("has a scan before its frame header");
                case 0xDA:
                    if (!walk.SkipScan())
                    {
                        return Truncated(bytes.Length);
                    }

                    break;
                default:
                    if (!walk.SkipSegment(marker))
                    {
                        return Truncated(bytes.Length);
                    }

                    break;
            }
        }

        return walk.LostAt is { } place ? Broken($"has no marker at byte {place}, where one must be") : Truncated(bytes.Length);
    }

    private static Result<JpegFacts> Facts(in JpegWalk walk, int length)
    {
        var tail = length - walk.Position;
        return tail > LongestTail
            ? new Failure(FailureKind.BadInput, "jpeg_tail", $"{tail} bytes follow the end of the JPEG; up to {LongestTail} are taken for padding.")
            : new JpegFacts(walk.Width, walk.Height, walk.Components, walk.Progressive, walk.Position, tail) { Sampling = walk.Sampling };
    }

    internal static Failure Broken(string how) => new(FailureKind.BadInput, "jpeg_broken", $"The JPEG {how}.");

    internal static Failure Truncated(int length) => new(FailureKind.BadInput, "jpeg_truncated", $"The JPEG is cut short: its {length} bytes end before its end marker.");

    internal static Failure? Dimensions(int width, int height) =>
        width is 0 or > LongestSide || height is 0 or > LongestSide || (long)width * height > MostPixels
            ? new Failure(FailureKind.BadInput, "jpeg_dimensions", $"The JPEG says it is {width}x{height}; from 1x1 to {LongestSide} a side and {MostPixels / 1_000_000} megapixels are taken.")
            : null;

    internal static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
