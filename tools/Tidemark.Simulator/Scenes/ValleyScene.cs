namespace Tidemark.Simulator.Scenes;

/// <summary>Snowy mountains over a still lake, woods, and a cabin in the meadow.</summary>
internal sealed class ValleyScene : Scene
{
    private static readonly Rgb Lamp = Rgb.Hex(0xffb659);

    private readonly Ridge peaks;
    private readonly Ridge range;
    private readonly Ridge hills;
    private readonly Ridge wood;
    private readonly Ridge meadow;
    private readonly Ridge pines;

    public ValleyScene(int width, int height)
        : base(width, height)
    {
        peaks = Ridge.Make(width, x => (0.54f - (0.36f * Jagged((x * 2.3f) + 3.1f, 5) * (0.55f + (0.45f * MathF.Cos((x - 0.56f) * 4.4f))))) * height);
        range = Ridge.Make(width, x => (0.575f - (0.20f * Jagged((x * 3.3f) + 20, 5) * (0.35f + (1.1f * Math.Abs(x - 0.48f))))) * height);
        hills = Ridge.Make(width, x => (0.612f - ((0.035f + (0.22f * Math.Abs(x - 0.52f))) * (0.6f + (0.6f * Noise.Fractal((x * 4) + 60, 7.7f, 4))))) * height);
        wood = Ridge.Make(width, x => ((0.634f - (0.10f * MathF.Pow(Math.Abs(x - 0.5f) * 2, 1.8f))) * height) - (Pine(x * 110, 14, 4) * height / 720));
        meadow = Ridge.Make(width, x => (0.80f + (0.11f * Noise.Smooth(0.1f, 0.75f, x)) - (0.035f * Noise.Fractal((x * 3) + 80, 4.4f, 3))) * height);
        pines = Ridge.Make(width, x => ((1.02f - (0.13f * Noise.Smooth(0.70f, 0.98f, x))) * height) - (Pine(x * 19, 245, 8) * Noise.Smooth(0.68f, 0.86f, x) * height / 720));
    }

    protected override float Horizon => 0.635f;

    protected override void DrawLand(Canvas canvas, Light light, Weather weather)
    {
        DrawPeaks(canvas, light);
        range.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x53707a), 0.34f), light.On(Rgb.Hex(0x6a8488), 0.56f), 0.22f, 11);
        hills.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x44664c), 0.20f), light.On(Rgb.Hex(0x5d7c5c), 0.38f), 0.30f, 8);
        wood.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x24432f), 0.06f), light.On(Rgb.Hex(0x2f5138), 0.14f), 0.5f, 3);
        Water.Fill(canvas, light, weather, HorizonLine, Height, light.On(Rgb.Hex(0x2a6273)), 0.16f);
        DrawMist(canvas, light, weather);
        meadow.Fill(canvas, Height, light.On(Rgb.Hex(0x7fa050)), light.On(Rgb.Hex(0x44652f)), 0.34f, 4);
        DrawCabin(canvas, light, weather);
        pines.Fill(canvas, Height, light.On(Rgb.Hex(0x1f3b29)), light.On(Rgb.Hex(0x14271b)), 0.5f, 4);
    }

    /// <summary>Sharp crests: noise folded at its middle.</summary>
    private static float Jagged(float x, int octaves)
    {
        float sum = 0, weight = 0.58f;
        for (var i = 0; i < octaves; i++, weight *= 0.44f, x = (x * 2.1f) + 5.7f)
        {
            sum += (1 - Math.Abs((Noise.Value(x, i * 3.3f) * 2) - 1)) * weight;
        }

        return sum;
    }

    /// <summary>The outline of a row of firs, one a unit: height over the ground.</summary>
    private static float Pine(float x, float tall, int branches)
    {
        var best = 0f;
        for (var near = -1; near <= 1; near++)
        {
            var tree = (int)MathF.Floor(x) + near;
            var own = 0.55f + (0.45f * Noise.Hash(tree, 21));
            var off = Math.Abs(x - tree - 0.2f - (0.6f * Noise.Hash(tree, 22))) / 0.72f;
            var teeth = 0.05f * (((off * branches * 2) + Noise.Hash(tree, 23)) % 1);
            best = Math.Max(best, tall * (own * (1 - (off * 1.25f)) - teeth));
        }

        return best;
    }

    private void DrawPeaks(Canvas canvas, Light light)
    {
        var sunny = light.SunX < 0.5f ? -1 : 1;
        var grains = new float[Width];
        for (var y = peaks.Highest; y < HorizonLine; y++)
        {
            Noise.FractalRow(grains, 0, 0.035f / Unit, y / Unit * 0.05f, 3);
            var haze = 0.20f + (0.45f * Noise.Smooth(0.30f, 0.62f, (float)y / Height));
            for (var x = 0; x < Width; x++)
            {
                var coverage = Math.Min(1, y + 1 - peaks.TopAt(x));
                if (coverage <= 0 || y > range.TopAt(x) + 1)
                {
                    continue;
                }

                var slope = (peaks.TopAt(x + (5 * Unit)) - peaks.TopAt(x - (5 * Unit))) / (10 * Unit);
                var grain = grains[x] - 0.5f;
                var lit = Math.Clamp(0.55f + (slope * sunny * 0.28f) + (grain * 1.1f), 0.1f, 1);
                var snow = Noise.Smooth(0.0f, 0.05f, (0.385f + (grain * 0.16f)) - ((float)y / Height) + ((lit - 0.5f) * 0.05f));
                var stone = Rgb.Mix(Rgb.Hex(0x4d5866), Rgb.Hex(0x8b8d92), lit);
                var white = Rgb.Mix(Rgb.Hex(0x9fb4d2), Rgb.Hex(0xffffff), lit);
                var colour = light.On(Rgb.Mix(stone, white, snow), haze);
                canvas.Blend(x, y, Rgb.Mix(colour, light.Sun, light.Warm * lit * snow * 0.28f), coverage);
            }
        }
    }

    /// <summary>Mist lies on the lake while the sun is low.</summary>
    private void DrawMist(Canvas canvas, Light light, Weather weather)
    {
        var thick = Noise.Smooth(-14, 1, light.SunHeight) * (1 - Noise.Smooth(8, 26, light.SunHeight)) * (light.SunX < 0.5f ? 0.75f : 0.35f);
        if (thick <= 0.01f)
        {
            return;
        }

        var white = Rgb.Mix(light.Away, light.Sunward, 0.4f).Lit(new Rgb(0.2f, 0.2f, 0.22f));
        var veils = new float[Width];
        for (var y = Math.Max(0, (int)(HorizonLine - (58 * Unit))); y < HorizonLine + (70 * Unit) && y < Height; y++)
        {
            Noise.FractalRow(veils, weather.DriftX * 3, 0.006f / Unit, (y / Unit * 0.028f) + weather.Morph, 3);
            var high = 1 - Math.Abs((y - HorizonLine - (4 * Unit)) / (66 * Unit));
            for (var x = 0; x < Width; x++)
            {
                canvas.Blend(x, y, white, thick * Math.Max(0, high) * Noise.Smooth(0.25f, 0.75f, veils[x]));
            }
        }
    }

    private void DrawCabin(Canvas canvas, Light light, Weather weather)
    {
        float x = 0.235f * Width, ground = meadow.TopAt(0.26f * Width) + (26 * Unit), eaves = ground - (44 * Unit);
        var logs = light.On(Rgb.Hex(0x7a5236));
        for (var puff = 0; puff < 11; puff++)
        {
            float age = puff + ((weather.Seconds * 0.05f) % 1), sway = (Noise.Value(age * 0.5f, weather.Phase) - 0.35f) * 20;
            canvas.Disc(x + ((74 + (sway * age * 0.22f)) * Unit), eaves - ((58 + (age * 11)) * Unit), (4 + (age * 1.5f)) * Unit, light.On(Rgb.Hex(0xe6e8ea)), 0.26f * (1 - (age / 12)));
        }

        canvas.Box(x + (68 * Unit), eaves - (56 * Unit), x + (80 * Unit), eaves - (18 * Unit), light.On(Rgb.Hex(0x6f6a66)));
        canvas.Box(x, eaves, x + (108 * Unit), ground, logs);
        for (var log = 1; log < 6; log++)
        {
            canvas.Box(x, eaves + (log * 7.4f * Unit), x + (108 * Unit), eaves + (((log * 7.4f) + 1.3f) * Unit), logs * 0.65f, 0.8f);
        }

        canvas.Polygon(light.On(Rgb.Hex(0x4a3a33)), 1, new(x - (12 * Unit), eaves + (3 * Unit)), new(x + (16 * Unit), eaves - (42 * Unit)), new(x + (92 * Unit), eaves - (42 * Unit)), new(x + (120 * Unit), eaves + (3 * Unit)));
        canvas.Box(x + (46 * Unit), ground - (33 * Unit), x + (63 * Unit), ground, light.On(Rgb.Hex(0x3d2b20)));
        foreach (var left in (float[])[13, 77])
        {
            canvas.Box(x + (left * Unit), eaves + (11 * Unit), x + ((left + 19) * Unit), eaves + (28 * Unit), Rgb.Mix(light.On(Rgb.Hex(0x4b5963)), Lamp, light.Lamps));
            canvas.Line(x + ((left + 9.5f) * Unit), eaves + (11 * Unit), x + ((left + 9.5f) * Unit), eaves + (28 * Unit), 1.6f * Unit, logs * 0.6f);
            canvas.Glow(x + ((left + 9) * Unit), eaves + (20 * Unit), 62 * Unit, Lamp * (0.5f * light.Lamps));
        }
    }
}
