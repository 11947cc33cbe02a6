namespace Tidemark.Simulator.Scenes;

/// <summary>The upper edge of a hill, a wood or a shore, one height a column; everything below it is filled.</summary>
internal sealed class Ridge(float[] tops)
{
    private readonly int highest = (int)tops.Min();

    public static Ridge Make(int width, Func<float, float> topAt)
    {
        var tops = new float[width];
        for (var x = 0; x < width; x++)
        {
            tops[x] = topAt((float)x / width);
        }

        return new Ridge(tops);
    }

    /// <summary>The first row that it touches.</summary>
    public int Highest => Math.Max(0, highest);

    public float TopAt(float x) => tops[Math.Clamp((int)x, 0, tops.Length - 1)];

    /// <summary>Fills down to <paramref name="bottom"/>, from one colour at the highest point to another at the bottom, with a grain.</summary>
    public void Fill(Canvas canvas, int bottom, Rgb high, Rgb low, float grain = 0, float grainSize = 9)
    {
        var grains = new float[canvas.Width];
        for (var y = Highest; y < Math.Min(bottom, canvas.Height); y++)
        {
            var colour = Rgb.Mix(high, low, (float)(y - highest) / Math.Max(1, bottom - highest));
            if (grain != 0)
            {
                Array.Fill(grains, 1 - (grain / 2));
                Noise.AddRow(grains, 0, 1 / grainSize, y / grainSize * 2, grain);
            }

            for (var x = 0; x < canvas.Width; x++)
            {
                var coverage = y + 1 - tops[x];
                if (coverage <= 0)
                {
                    continue;
                }

                var shade = grain == 0 ? colour : colour * grains[x];
                if (coverage >= 1)
                {
                    canvas.Set(x, y, shade);
                }
                else
                {
                    canvas.Blend(x, y, shade, coverage);
                }
            }
        }
    }
}
