using System.Numerics;

namespace Tidemark.Simulator.Scenes;

/// <summary>An RGB picture in memory and the few shapes that scenes are made of. Coordinates are pixels, edges are smooth.</summary>
internal sealed class Canvas(int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Rows of R, G, B without gaps.</summary>
    public byte[] Pixels { get; } = new byte[width * height * 3];

    public void Set(int x, int y, Rgb colour)
    {
        var at = ((y * Width) + x) * 3;
        Pixels[at] = Byte(colour.R);
        Pixels[at + 1] = Byte(colour.G);
        Pixels[at + 2] = Byte(colour.B);
    }

    public void Blend(int x, int y, Rgb colour, float alpha)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height)
        {
            return;
        }

        var at = ((y * Width) + x) * 3;
        Pixels[at] = Byte(Mixed(Pixels[at], colour.R, alpha));
        Pixels[at + 1] = Byte(Mixed(Pixels[at + 1], colour.G, alpha));
        Pixels[at + 2] = Byte(Mixed(Pixels[at + 2], colour.B, alpha));
    }

    /// <summary>Shines light on a pixel, see <see cref="Rgb.Lit"/>.</summary>
    public void Add(int x, int y, Rgb light)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height)
        {
            return;
        }

        var at = ((y * Width) + x) * 3;
        var lit = new Rgb(Pixels[at] / 255f, Pixels[at + 1] / 255f, Pixels[at + 2] / 255f).Lit(light);
        Pixels[at] = Byte(lit.R);
        Pixels[at + 1] = Byte(lit.G);
        Pixels[at + 2] = Byte(lit.B);
    }

    public void Disc(float cx, float cy, float radius, Rgb colour, float alpha = 1)
    {
        for (var y = (int)(cy - radius - 1); y <= cy + radius + 1; y++)
        {
            for (var x = (int)(cx - radius - 1); x <= cx + radius + 1; x++)
            {
                var distance = Vector2.Distance(new(x + 0.5f, y + 0.5f), new(cx, cy));
                var coverage = Math.Clamp(radius - distance + 0.5f, 0f, 1f);
                if (coverage > 0)
                {
                    Blend(x, y, colour, alpha * coverage);
                }
            }
        }
    }

    /// <summary>A lamp's halo: light that falls off to nothing at the radius.</summary>
    public void Glow(float cx, float cy, float radius, Rgb light)
    {
        int top = Math.Max(0, (int)(cy - radius)), bottom = Math.Min(Height - 1, (int)(cy + radius));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = Math.Max(0, (int)(cx - radius)); x <= cx + radius; x++)
            {
                float dx = (x + 0.5f - cx) / radius, dy = (y + 0.5f - cy) / radius;
                var near = 1 - ((dx * dx) + (dy * dy));
                if (near > 0)
                {
                    Add(x, y, light * (near * near * near));
                }
            }
        }
    }

    public void Box(float left, float top, float right, float bottom, Rgb colour, float alpha = 1)
        => Polygon(colour, alpha, new(left, top), new(right, top), new(right, bottom), new(left, bottom));

    public void Line(float x0, float y0, float x1, float y1, float thickness, Rgb colour, float alpha = 1)
    {
        var along = new Vector2(x1 - x0, y1 - y0);
        var side = new Vector2(-along.Y, along.X) * (thickness / 2 / Math.Max(0.001f, along.Length()));
        Vector2 from = new(x0, y0), to = new(x1, y1);
        Polygon(colour, alpha, from + side, to + side, to - side, from - side);
    }

    /// <summary>Fills a convex polygon; four lines of coverage a pixel row, exact across.</summary>
    public void Polygon(Rgb colour, float alpha, params ReadOnlySpan<Vector2> points)
    {
        float low = float.MaxValue, high = float.MinValue;
        foreach (var point in points)
        {
            low = Math.Min(low, point.Y);
            high = Math.Max(high, point.Y);
        }

        Span<float> lefts = stackalloc float[4];
        Span<float> rights = stackalloc float[4];
        for (var y = Math.Max(0, (int)MathF.Floor(low)); y <= Math.Min(Height - 1, (int)high); y++)
        {
            float leftmost = Width, rightmost = 0;
            for (var line = 0; line < 4; line++)
            {
                (lefts[line], rights[line]) = Crossing(points, y + (line * 0.25f) + 0.125f);
                leftmost = Math.Min(leftmost, lefts[line]);
                rightmost = Math.Max(rightmost, rights[line]);
            }

            for (var x = Math.Max(0, (int)MathF.Floor(leftmost)); x < Math.Min(Width, rightmost); x++)
            {
                float coverage = 0;
                for (var line = 0; line < 4; line++)
                {
                    coverage += Math.Clamp(Math.Min(rights[line], x + 1) - Math.Max(lefts[line], x), 0f, 1f);
                }

                Blend(x, y, colour, alpha * coverage * 0.25f);
            }
        }
    }

    private static (float Left, float Right) Crossing(ReadOnlySpan<Vector2> points, float y)
    {
        float left = float.MaxValue, right = float.MinValue;
        for (var i = 0; i < points.Length; i++)
        {
            Vector2 a = points[i], b = points[(i + 1) % points.Length];
            if ((a.Y <= y) != (b.Y <= y))
            {
                var x = a.X + ((b.X - a.X) * (y - a.Y) / (b.Y - a.Y));
                left = Math.Min(left, x);
                right = Math.Max(right, x);
            }
        }

        return (left, right);
    }

    private static float Mixed(byte under, float over, float alpha) => (under / 255f) + ((over - (under / 255f)) * alpha);

    private static byte Byte(float value) => (byte)float.ConvertToIntegerNative<int>((float.MinNative(float.MaxNative(value, 0f), 1f) * 255f) + 0.5f);
}
