namespace Tidemark.Media;

/// <summary>What a JPEG's markers say.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Components">1 grey, 3 colour, 4 CMYK.</param>
/// <param name="Progressive">Whether it is coded in several scans (SOF2).</param>
/// <param name="End">Offset just past EOI.</param>
/// <param name="Tail">Bytes after that: padding some cameras leave.</param>
public sealed record JpegFacts(int Width, int Height, int Components, bool Progressive, int End, int Tail)
{
    /// <summary>Sampling factors, component names and Adobe's transform: equal for pictures that decode to one pixel format.</summary>
    public string Sampling { get; init; } = "";
}

/// <summary>Walks a JPEG's markers (ITU-T T.81, annex B).</summary>
public static class Jpeg
{
    /// <summary>The facts, or BadInput saying what is there instead of a whole JPEG. Never throws on any bytes.</summary>
    public static Result<JpegFacts> Inspect(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
}
