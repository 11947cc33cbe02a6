namespace Tidemark.Simulator.Scenes;

/// <summary>The sky down to the horizon. Gradients and clouds are worked out at a quarter of the size and spread; stars, sun and moon are drawn sharp.</summary>
internal static class Sky
{
    private const int Coarse = 4;

    public static void Draw(Canvas canvas, Light light, Weather weather, int horizon)
    {
        int columns = (canvas.Width / Coarse) + 2, rows = (horizon / Coarse) + 2;
        var colours = new Rgb[columns * rows];
        var cover = new float[columns * rows];
        float[] thick = new float[columns], thicker = new float[columns];
        var aspect = (float)canvas.Width / horizon;
        for (var row = 0; row < rows; row++)
        {
            var y = Math.Min(1, (float)row * Coarse / horizon);
            CloudRow(light, weather, y, aspect, (float)Coarse / canvas.Width, thick, thicker);
            for (var column = 0; column < columns; column++)
            {
                var at = (row * columns) + column;
                (colours[at], cover[at]) = At(light, weather, (float)column * Coarse / canvas.Width, y, aspect, thick[column], thicker[column]);
            }
        }

        Spread(canvas, colours, columns, horizon);
        DrawStars(canvas, light, weather, cover, columns, horizon);
        DrawMoon(canvas, light, cover, columns, horizon);
        DrawSun(canvas, light, cover, columns, horizon);
    }

    private static (Rgb Colour, float Cover) At(Light light, Weather weather, float x, float y, float aspect, float thick, float thicker)
    {
        float dx = (x - light.SunX) * aspect, dy = 1 - light.SunRise - y;
        var towards = MathF.Exp(-dx * dx * 0.55f);
        var low = Rgb.Mix(light.Away, light.Sunward, towards);
        var clear = Rgb.Mix(Rgb.Mix(light.Zenith, light.Middle, Noise.Smooth(-0.25f, 0.72f, y)), low, Noise.Smooth(0.40f, 1.06f, y));
        var near = MathF.Sqrt((dx * dx) + (dy * dy));
        var up = Noise.Smooth(-14, 2, light.SunHeight);
        clear = clear.Lit(light.Sun * (up * ((0.50f * MathF.Exp(-near * 5.5f)) + ((0.14f + (0.14f * light.Warm)) * MathF.Exp(-near * 1.7f)))));

        var cover = Noise.Smooth(weather.Edge, weather.Edge + 0.24f, thick) * Noise.Smooth(1.06f, 0.86f, y);
        if (cover <= 0)
        {
            return (clear, 0);
        }

        var lit = Math.Clamp(0.62f + ((thick - thicker) * 2.4f), 0, 1);
        var bright = Rgb.Mix(Rgb.Mix(light.Middle, new Rgb(1, 0.99f, 0.97f), 0.12f + (0.80f * light.Day)), light.Sun, light.Warm * (0.35f + (0.55f * towards)));
        var shade = Rgb.Mix(Rgb.Mix(light.Zenith, light.Middle, 0.45f) * 0.92f, new Rgb(0.63f, 0.67f, 0.74f), light.Day * 0.55f * (1 - light.Warm));
        var cloud = Rgb.Mix(shade, bright, lit).Lit(light.Sun * (up * 0.35f * MathF.Exp(-near * 4)));
        return (Rgb.Mix(clear, cloud, cover * 0.9f), cover);
    }

    /// <summary>How thick the clouds are along a row, and how thick a little nearer to the sun, which shades them.</summary>
    private static void CloudRow(Light light, Weather weather, float y, float aspect, float step, Span<float> thick, Span<float> thicker)
    {
        // Clouds lie on a plane overhead: far ones are flat and small.
        var distance = 1 / (1.16f - y);
        float u = (-0.5f * aspect * distance * 1.05f) + weather.DriftX, v = (distance * 1.9f) + weather.DriftY, du = aspect * distance * 1.05f * step;
        Noise.FractalRow(thick, u, du, v, 5);
        foreach (ref var value in thick)
        {
            value -= 0.17f;
        }

        Noise.AddRow(thick, (u * 0.31f) + 40, du * 0.31f, (v * 0.31f) + weather.Morph, 0.34f);
        Noise.FractalRow(thicker, u + (0.12f * light.SunX * aspect), du - (0.12f * aspect * step), v - 0.20f - (0.1f * light.SunRise), 3);
    }

    private static void Spread(Canvas canvas, Rgb[] colours, int columns, int horizon)
    {
        var pixels = canvas.Pixels;
        var line = new Rgb[columns];
        for (var y = 0; y < horizon; y++)
        {
            var share = y % Coarse / (float)Coarse;
            var above = colours.AsSpan(y / Coarse * columns, columns);
            var below = colours.AsSpan(((y / Coarse) + 1) * columns, columns);
            for (var i = 0; i < columns; i++)
            {
                line[i] = Rgb.Mix(above[i], below[i], share) * 255f;
            }

            var at = y * canvas.Width * 3;
            for (var x = 0; x < canvas.Width; x++, at += 3)
            {
                // An ordered half step hides the bands that eight bits would show in a dark gradient.
                var dither = (((x * 2) + (y * 3)) & 3) * 0.25f;
                Rgb a = line[x / Coarse], b = line[(x / Coarse) + 1];
                var t = x % Coarse * (1f / Coarse);
                pixels[at] = Byte(a.R + ((b.R - a.R) * t) + dither);
                pixels[at + 1] = Byte(a.G + ((b.G - a.G) * t) + dither);
                pixels[at + 2] = Byte(a.B + ((b.B - a.B) * t) + dither);
            }
        }
    }

    private static void DrawStars(Canvas canvas, Light light, Weather weather, float[] cover, int columns, int horizon)
    {
        if (light.Dark <= 0)
        {
            return;
        }

        for (var star = 0; star < 420; star++)
        {
            // The sky turns: stars wander to the right and come back on the left.
            var x = (Noise.Hash(star, 1) + weather.SkyTurn) % 1f * canvas.Width;
            var y = MathF.Pow(Noise.Hash(star, 2), 1.25f) * horizon;
            var magnitude = MathF.Pow(Noise.Hash(star, 3), 3.5f);
            var clear = 1 - cover[((int)(y / Coarse) * columns) + (int)(x / Coarse)];
            var shine = light.Dark * clear * (0.22f + (0.78f * magnitude)) * (1 - (0.7f * y / horizon));
            var colour = Rgb.Mix(new Rgb(0.75f, 0.84f, 1), new Rgb(1, 0.92f, 0.78f), Noise.Hash(star, 4)) * shine;
            var scale = canvas.Height / 720f;
            canvas.Glow(x, y, (1.3f + (1.9f * magnitude)) * MathF.Max(0.8f, scale), colour);
        }
    }

    private static void DrawMoon(Canvas canvas, Light light, float[] cover, int columns, int horizon)
    {
        if (light.MoonRise < -0.1f || light.Dark <= 0.02f)
        {
            return;
        }

        float x = light.MoonX * canvas.Width, y = (1 - light.MoonRise) * horizon, radius = canvas.Height * 0.026f;
        var clear = light.Dark * (1 - (0.75f * CoverAt(cover, columns, x, y, canvas.Width, horizon)));
        canvas.Glow(x, y, radius * 9, new Rgb(0.20f, 0.23f, 0.30f) * clear);
        canvas.Disc(x, y, radius, Rgb.Hex(0xf3f0e2), clear);
        foreach (var (mx, my, mr) in (ReadOnlySpan<(float, float, float)>)[(-0.3f, -0.25f, 0.30f), (0.25f, -0.35f, 0.2f), (0.1f, 0.3f, 0.26f), (-0.35f, 0.35f, 0.15f)])
        {
            canvas.Disc(x + (mx * radius), y + (my * radius), mr * radius, Rgb.Hex(0xcfcdc6), clear * 0.55f);
        }
    }

    private static void DrawSun(Canvas canvas, Light light, float[] cover, int columns, int horizon)
    {
        if (light.SunRise < -0.12f)
        {
            return;
        }

        float x = light.SunX * canvas.Width, y = (1 - light.SunRise) * horizon, radius = canvas.Height * (0.030f + (0.010f * light.Warm));
        var clear = 1 - (0.5f * CoverAt(cover, columns, x, y, canvas.Width, horizon));
        canvas.Glow(x, y, radius * 6, light.Sun * (0.6f * clear));
        canvas.Glow(x, y, radius * 2.2f, Rgb.Mix(light.Sun, new Rgb(1, 1, 0.9f), 0.5f) * clear);
        canvas.Disc(x, y, radius, Rgb.Mix(light.Sun, new Rgb(1, 0.98f, 0.86f), 0.75f), clear);
    }

    private static float CoverAt(float[] cover, int columns, float x, float y, int width, int horizon)
        => cover[((int)(Math.Clamp(y, 0, horizon - 1) / Coarse) * columns) + (int)(Math.Clamp(x, 0, width - 1) / Coarse)];

    private static byte Byte(float value) => (byte)float.ConvertToIntegerNative<int>(float.MinNative(float.MaxNative(value, 0f), 255f));
}
