namespace Tidemark.Simulator.Scenes;

/// <summary>Deterministic value noise over a tile of 256 by 256, and hashes for things that are strewn about.</summary>
internal static class Noise
{
    private static readonly float[] Tile = MakeTile();

    /// <summary>A number in [0, 1) from three integers.</summary>
    public static float Hash(int a, int b = 0, int c = 0)
    {
        var h = ((uint)a * 0x9e3779b1u) ^ ((uint)b * 0x85ebca77u) ^ ((uint)c * 0xc2b2ae3du);
        h = (h ^ (h >> 15)) * 0x2c1b3c6du;
        h = (h ^ (h >> 12)) * 0x297a2d39u;
        return ((h ^ (h >> 15)) >> 8) * (1f / 16777216f);
    }

    /// <summary>Smooth value noise in [0, 1]; repeats every 256.</summary>
    public static float Value(float x, float y)
    {
        int ix = Floor(x), iy = Floor(y);
        float fx = x - ix, fy = y - iy;
        fx = fx * fx * (3f - (2f * fx));
        fy = fy * fy * (3f - (2f * fy));
        int x0 = ix & 255, x1 = (ix + 1) & 255, y0 = (iy & 255) << 8, y1 = ((iy + 1) & 255) << 8;
        var tile = Tile;
        float a = tile[y0 | x0], b = tile[y0 | x1], c = tile[y1 | x0], d = tile[y1 | x1];
        var top = a + ((b - a) * fx);
        return top + ((c + ((d - c) * fx) - top) * fy);
    }

    /// <summary>Adds <see cref="Value"/> times a weight along a row: the same as asking for each point, at a third of the price.</summary>
    public static void AddRow(Span<float> row, float x, float step, float y, float weight)
    {
        Span<float> line = stackalloc float[256];
        var iy = Floor(y);
        var fy = y - iy;
        fy = fy * fy * (3f - (2f * fy));
        var upper = Tile.AsSpan((iy & 255) << 8, 256);
        var lower = Tile.AsSpan(((iy + 1) & 255) << 8, 256);
        for (var i = 0; i < 256; i++)
        {
            line[i] = (upper[i] + ((lower[i] - upper[i]) * fy)) * weight;
        }

        for (var i = 0; i < row.Length; i++)
        {
            var at = x + (i * step);
            var ix = Floor(at);
            var fx = at - ix;
            fx = fx * fx * (3f - (2f * fx));
            var left = line[ix & 255];
            row[i] += left + ((line[(ix + 1) & 255] - left) * fx);
        }
    }

    /// <summary>Sets a row to <see cref="Fractal"/>.</summary>
    public static void FractalRow(Span<float> row, float x, float step, float y, int octaves)
    {
        row.Clear();
        var total = 1 - MathF.Pow(0.5f, octaves);
        for (var (i, weight) = (0, 0.5f / total); i < octaves; i++, weight *= 0.5f)
        {
            AddRow(row, x, step, y, weight);
            (x, step, y) = ((x * 2.03f) + 17.3f, step * 2.03f, (y * 2.01f) + 71.7f);
        }
    }

    /// <summary>A sum of octaves in [0, 1], each twice as fine and half as strong.</summary>
    public static float Fractal(float x, float y, int octaves)
    {
        float sum = 0, weight = 0.5f, total = 0;
        for (var i = 0; i < octaves; i++)
        {
            sum += Value(x, y) * weight;
            total += weight;
            weight *= 0.5f;
            (x, y) = ((x * 2.03f) + 17.3f, (y * 2.01f) + 71.7f);
        }

        return sum / total;
    }

    public static float Smooth(float from, float to, float value)
    {
        var t = Math.Clamp((value - from) / (to - from), 0f, 1f);
        return t * t * (3f - (2f * t));
    }

    private static int Floor(float value)
    {
        var whole = float.ConvertToIntegerNative<int>(value);
        return whole > value ? whole - 1 : whole;
    }

    private static float[] MakeTile()
    {
        var tile = new float[256 * 256];
        for (var i = 0; i < tile.Length; i++)
        {
            tile[i] = Hash(i & 255, i >> 8, 7);
        }

        return tile;
    }
}
