namespace Tidemark.Simulator.Scenes;

/// <summary>Capitals, digits and a few signs, 5 by 7 dots; every other character is drawn as a blank.</summary>
internal static class BitmapFont
{
    private const string Order = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:./";

    /// <summary>Seven rows a character, the leftmost dot in bit 4.</summary>
    private static ReadOnlySpan<byte> Rows =>
    [
        14, 17, 17, 31, 17, 17, 17, 30, 17, 17, 30, 17, 17, 30, 14, 17, 16, 16, 16, 17, 14, 28, 18, 17, 17, 17, 18, 28,
        31, 16, 16, 30, 16, 16, 31, 31, 16, 16, 30, 16, 16, 16, 14, 17, 16, 23, 17, 17, 15, 17, 17, 17, 31, 17, 17, 17,
        14, 4, 4, 4, 4, 4, 14, 7, 2, 2, 2, 2, 18, 12, 17, 18, 20, 24, 20, 18, 17, 16, 16, 16, 16, 16, 16, 31,
        17, 27, 21, 21, 17, 17, 17, 17, 17, 25, 21, 19, 17, 17, 14, 17, 17, 17, 17, 17, 14, 30, 17, 17, 30, 16, 16, 16,
        14, 17, 17, 17, 21, 18, 13, 30, 17, 17, 30, 20, 18, 17, 15, 16, 16, 14, 1, 1, 30, 31, 4, 4, 4, 4, 4, 4,
        17, 17, 17, 17, 17, 17, 14, 17, 17, 17, 17, 17, 10, 4, 17, 17, 17, 21, 21, 21, 10, 17, 17, 10, 4, 10, 17, 17,
        17, 17, 17, 10, 4, 4, 4, 31, 1, 2, 4, 8, 16, 31,
        14, 17, 19, 21, 25, 17, 14, 4, 12, 4, 4, 4, 4, 14, 14, 17, 1, 2, 4, 8, 31, 31, 2, 4, 2, 1, 17, 14,
        2, 6, 10, 18, 31, 2, 2, 31, 16, 30, 1, 1, 17, 14, 6, 8, 16, 30, 17, 17, 14, 31, 1, 2, 4, 8, 8, 8,
        14, 17, 17, 14, 17, 17, 14, 14, 17, 17, 15, 1, 2, 12,
        0, 0, 0, 31, 0, 0, 0, 0, 12, 12, 0, 12, 12, 0, 0, 0, 0, 0, 0, 12, 12, 0, 1, 2, 4, 8, 16, 0,
    ];

    public static int WidthOf(string text, int dot) => text.Length * 6 * dot;

    /// <summary>Draws with the upper left corner at (<paramref name="left"/>, <paramref name="top"/>); clipped at the edges.</summary>
    public static void Draw(Canvas canvas, string text, int left, int top, int dot, Rgb colour, float alpha = 1)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var glyph = Order.IndexOf(char.ToUpperInvariant(text[i]), StringComparison.Ordinal);
            for (var pixel = 0; glyph >= 0 && pixel < 35 * dot * dot; pixel++)
            {
                int x = pixel % (5 * dot), y = pixel / (5 * dot);
                if ((Rows[(glyph * 7) + (y / dot)] & (16 >> (x / dot))) != 0)
                {
                    canvas.Blend(left + (i * 6 * dot) + x, top + y, colour, alpha);
                }
            }
        }
    }
}
