namespace Tidemark.Media;

/// <summary>A component of a JPEG's frame header (T.81 B.2.2).</summary>
internal readonly record struct JpegComponent(byte Id, int H, int V, int QuantTable);

/// <summary>A JPEG's frame header.</summary>
internal sealed record JpegFrame(int Width, int Height, bool Progressive, IReadOnlyList<JpegComponent> Components)
{
    // jpeglib's bound, which is T.81's too (B.2.3): an MCU has at most ten blocks.
    private const int MostBlocksInMcu = 10;

    private int MostH => Components.Max(component => component.H);

    private int MostV => Components.Max(component => component.V);

    /// <summary>MCUs of a scan of these components (A.2).</summary>
    public long Mcus(IReadOnlyList<JpegComponent> scan) => scan.Count == 1
        ? (long)Blocks(Width, scan[0].H, MostH) * Blocks(Height, scan[0].V, MostV)
        : (long)Divide(Width, 8 * MostH) * Divide(Height, 8 * MostV);

    /// <summary>Blocks that a scan of these components codes.</summary>
    public long BlocksOf(IReadOnlyList<JpegComponent> scan) => Mcus(scan) * (scan.Count == 1 ? 1 : scan.Sum(component => component.H * component.V));

    public static bool Fits(IReadOnlyList<JpegComponent> scan) => scan.Count == 1 || scan.Sum(component => component.H * component.V) <= MostBlocksInMcu;

    public static Result<JpegFrame> Read(byte marker, ReadOnlySpan<byte> body)
    {
        if (body.Length < 6 || body[5] is not (1 or 3 or 4) || body.Length != 6 + (3 * body[5]))
        {
            return Jpeg.Broken("has a frame header of the wrong size");
        }

        if (body[0] != 8)
        {
            return Jpeg.Unsupported($"has {body[0]} bits a sample");
        }

        var (height, width) = (Jpeg.Word(body, 1), Jpeg.Word(body, 3));
        if (Jpeg.Dimensions(width, height) is { } absurd)
        {
            return absurd;
        }

        var components = new List<JpegComponent>(4);
        for (var i = 6; i < body.Length; i += 3)
        {
            var component = new JpegComponent(body[i], body[i + 1] >> 4, body[i + 1] & 15, body[i + 2]);
            if (component.H is < 1 or > 4 || component.V is < 1 or > 4 || component.QuantTable > 3 || components.Any(one => one.Id == component.Id))
            {
                return Jpeg.Broken("has a frame header whose components cannot be");
            }

            components.Add(component);
        }

        var frame = new JpegFrame(width, height, marker == 0xC2, components);
        return components.Any(component => frame.MostH % component.H != 0 || frame.MostV % component.V != 0)
            ? Jpeg.Unsupported("has colour components whose sampling is no whole part of the others'")
            : frame;
    }

    private static int Blocks(int pixels, int factor, int most) => Divide(Divide(pixels * factor, most), 8);

    private static int Divide(int number, int by) => (number + by - 1) / by;
}
