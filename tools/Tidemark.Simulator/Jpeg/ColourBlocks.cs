namespace Tidemark.Simulator.Jpeg;

/// <summary>RGB pixels to the six blocks of a 4:2:0 unit: four of Y, one each of Cb and Cr, centred on zero.</summary>
internal static class ColourBlocks
{
    /// <summary>Takes 16 by 16 pixels, <paramref name="stride"/> bytes from row to row.</summary>
    public static void Fill(Span<float> blocks, ReadOnlySpan<byte> rgb, int stride)
    {
        var cb = blocks.Slice(4 * 64, 64);
        var cr = blocks.Slice(5 * 64, 64);
        for (var y = 0; y < 16; y += 2)
        {
            var upper = rgb.Slice(y * stride, 48);
            var lower = rgb.Slice((y + 1) * stride, 48);
            for (var half = 0; half < 2; half++)
            {
                var luma = blocks.Slice((((y >> 3) * 2) + half) * 64, 64);
                var row = (y & 7) * 8;
                for (var x = 0; x < 8; x += 2)
                {
                    var at = ((half * 8) + x) * 3;
                    int r = 0, g = 0, b = 0;
                    luma[row + x] = Luma(upper, at, ref r, ref g, ref b);
                    luma[row + x + 1] = Luma(upper, at + 3, ref r, ref g, ref b);
                    luma[row + x + 8] = Luma(lower, at, ref r, ref g, ref b);
                    luma[row + x + 9] = Luma(lower, at + 3, ref r, ref g, ref b);
                    var chroma = ((y >> 1) * 8) + (half * 4) + (x >> 1);
                    cb[chroma] = ((-0.168735892f * r) - (0.331264108f * g) + (0.5f * b)) * 0.25f;
                    cr[chroma] = ((0.5f * r) - (0.418687589f * g) - (0.081312411f * b)) * 0.25f;
                }
            }
        }
    }

    /// <summary>Copies 16 by 16 pixels that reach over the right or lower edge, repeating the last column and row.</summary>
    public static void CopyEdge(Span<byte> tile, ReadOnlySpan<byte> rgb, int width, int height, int left, int top)
    {
        for (var y = 0; y < 16; y++)
        {
            var row = Math.Min(top + y, height - 1) * width;
            for (var x = 0; x < 16; x++)
            {
                rgb.Slice((row + Math.Min(left + x, width - 1)) * 3, 3).CopyTo(tile[(((y * 16) + x) * 3)..]);
            }
        }
    }

    private static float Luma(ReadOnlySpan<byte> rgb, int at, ref int red, ref int green, ref int blue)
    {
        int r = rgb[at], g = rgb[at + 1], b = rgb[at + 2];
        red += r;
        green += g;
        blue += b;
        return (0.299f * r) + (0.587f * g) + (0.114f * b) - 128f;
    }
}
