namespace Tidemark.Simulator.Scenes;

/// <summary>Water mirrors what has been drawn above its far edge, broken by waves, and glitters below sun and moon.</summary>
internal static class Water
{
    /// <summary>
    /// Fills the rows from <paramref name="top"/> to <paramref name="bottom"/>. <paramref name="deep"/> is the water's own
    /// colour, as lit; <paramref name="rough"/> is 0 for a still lake and 1 for open sea.
    /// </summary>
    public static void Fill(Canvas canvas, Light light, Weather weather, int top, int bottom, Rgb deep, float rough)
    {
        bottom = Math.Min(bottom, canvas.Height);
        var sun = light.Sun * (Noise.Smooth(-4, 3, light.SunHeight) * (0.55f + (0.45f * light.Warm)));
        var moon = new Rgb(0.75f, 0.80f, 0.92f) * (light.Dark * 0.55f * Noise.Smooth(-0.02f, 0.1f, light.MoonRise));
        var waves = new float[canvas.Width];
        for (var y = top; y < bottom; y++)
        {
            var depth = (y - top + 0.5f) / (canvas.Height - top);
            var distance = 1 / (depth + 0.035f);
            var mirror = 0.86f - (0.46f * MathF.Sqrt(depth));
            float across = 0.0035f * distance * (720f / canvas.Height) * 5.2f, along = distance * 6.5f;
            var swing = rough * depth * canvas.Height * 0.11f;
            Array.Fill(waves, -0.8f);
            Noise.AddRow(waves, weather.Phase, across, along + (weather.Phase * 1.7f), 1);
            Noise.AddRow(waves, 31 - weather.Phase, across * 2.9f, (along * 2.7f) + weather.Phase, 0.6f);
            for (var x = 0; x < canvas.Width; x++)
            {
                var height = waves[x];
                var from = Math.Clamp(float.ConvertToIntegerNative<int>(top - 1 - ((y - top) * 0.92f) + (height * swing)), 0, top - 1);
                var at = ((from * canvas.Width) + Math.Clamp(x + float.ConvertToIntegerNative<int>(height * swing * 0.25f), 0, canvas.Width - 1)) * 3;
                var mirrored = new Rgb(canvas.Pixels[at], canvas.Pixels[at + 1], canvas.Pixels[at + 2]) * (1f / 255f);
                var colour = Rgb.Mix(deep, mirrored, Math.Clamp(mirror + (height * 0.34f * rough), 0, 1));
                colour = colour.Lit(Glitter(sun, light.SunX, x, canvas.Width, depth, height));
                colour = colour.Lit(Glitter(moon, light.MoonX, x, canvas.Width, depth, height));
                canvas.Set(x, y, colour);
            }
        }
    }

    private static Rgb Glitter(Rgb source, float position, int x, int width, float depth, float height)
    {
        var off = Math.Abs(((float)x / width) - position) / (0.035f + (0.13f * depth));
        if (off >= 2 || height <= 0.12f || source == default)
        {
            return default;
        }

        var near = 1 - (off * off * 0.25f);
        return source * (near * near * near * Noise.Smooth(0.12f, 0.5f, height) * 0.9f);
    }
}
