using System.Numerics;

namespace Tidemark.Simulator.Scenes;

/// <summary>A long pier with a Ferris wheel runs from the beach out to sea.</summary>
internal sealed class PierScene : Scene
{
    private const int Gondolas = 16;

    private static readonly Rgb[] Bulbs = [Rgb.Hex(0xff5f6d), Rgb.Hex(0xffc371), Rgb.Hex(0x4ecdc4), Rgb.Hex(0xa78bfa)];
    private static readonly Rgb Lamp = Rgb.Hex(0xffd9a0);

    private readonly Ridge beach;
    private readonly Ridge cape;

    public PierScene(int width, int height)
        : base(width, height)
    {
        beach = Ridge.Make(width, x => (0.985f - (0.165f * MathF.Pow(Math.Max(0, x), 1.5f)) + (0.012f * MathF.Sin(x * 19)) + (0.008f * Noise.Value(x * 24, 5))) * height);
        cape = Ridge.Make(width, x => (0.56f - (0.095f * Noise.Smooth(0.30f, -0.05f, x) * (0.55f + (0.6f * Noise.Fractal((x * 9) + 3, 4.5f, 5))))) * height);
    }

    protected override float Horizon => 0.56f;

    protected override void DrawLand(Canvas canvas, Light light, Weather weather)
    {
        cape.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x5f7484), 0.45f), light.On(Rgb.Hex(0x71838c), 0.55f), 0.08f);
        DrawWheel(canvas, light, weather);
        DrawPavilion(canvas, light);
        Water.Fill(canvas, light, weather, HorizonLine, Height, light.On(Rgb.Hex(0x1f6f80)), 0.75f);
        DrawBeach(canvas, light, weather);
        DrawPier(canvas, light);
    }

    /// <summary>A point of the deck: 0 at the shore to 1 at the head, nearer things bigger as seen from the beach.</summary>
    private (Vector2 Left, Vector2 Right, float Size) Deck(float along)
    {
        var size = 1 / (1 + (along * 7.5f));
        var near = (size - (1 / 8.5f)) / (1 - (1 / 8.5f));
        var y = (0.545f + (0.235f * near)) * Height;
        var middle = (0.47f + (0.58f * near)) * Width;
        var half = 0.155f * size * Width;
        return (new(middle - half, y), new(middle + half, y), size);
    }

    private void DrawPier(Canvas canvas, Light light)
    {
        var timber = light.On(Rgb.Hex(0x6e4f38));
        var shadow = light.On(Rgb.Hex(0x2f241d));
        for (var post = 26; post >= 0; post--)
        {
            var (left, right, size) = Deck(MathF.Pow(post / 26f, 1.6f));
            var foot = 0.30f * size * Height;
            foreach (var side in (Vector2[])[right, left])
            {
                canvas.Line(side.X, side.Y, side.X, Math.Min(Height, side.Y + foot), 11 * size * Unit, side == left ? timber : shadow);
                canvas.Box(side.X - (11 * size * Unit), side.Y + foot, side.X + (11 * size * Unit), side.Y + foot + (60 * size * Unit), shadow, 0.28f);
            }

            canvas.Line(left.X, left.Y + (foot * 0.75f), right.X, right.Y + (foot * 0.2f), 5 * size * Unit, shadow, 0.9f);
            canvas.Line(left.X, left.Y + (foot * 0.2f), right.X, right.Y + (foot * 0.75f), 5 * size * Unit, shadow, 0.9f);
        }

        var (nearLeft, nearRight, _) = Deck(0);
        var (farLeft, farRight, _) = Deck(1);
        canvas.Polygon(light.On(Rgb.Hex(0xa9825f)), 1, nearLeft, farLeft, farRight, nearRight);
        for (var plank = 0; plank < 60; plank++)
        {
            var (left, right, size) = Deck(MathF.Pow(plank / 60f, 2.2f));
            canvas.Line(left.X, left.Y, right.X, right.Y, 2.2f * size * Unit, shadow, 0.35f);
        }

        canvas.Polygon(timber, 1, nearLeft, farLeft, farLeft + new Vector2(0, 2.5f * Unit), nearLeft + new Vector2(0, 20 * Unit));
        DrawRailing(canvas, light, shadow);
    }

    private void DrawRailing(Canvas canvas, Light light, Rgb shade)
    {
        for (var post = 22; post >= 0; post--)
        {
            var along = MathF.Pow(post / 22f, 1.6f);
            var (left, right, size) = Deck(along);
            var tall = 44 * size * Unit;
            canvas.Line(left.X, left.Y, left.X, left.Y - tall, 4.5f * size * Unit, shade);
            canvas.Line(right.X, right.Y, right.X, right.Y - tall, 4.5f * size * Unit, shade);
            if (post > 0)
            {
                var (lastLeft, lastRight, lastSize) = Deck(MathF.Pow((post - 1) / 22f, 1.6f));
                var (last, rise) = (44 * lastSize * Unit, new Vector2(0, tall));
                canvas.Line(left.X, left.Y - rise.Y, lastLeft.X, lastLeft.Y - last, 4 * lastSize * Unit, shade);
                canvas.Line(right.X, right.Y - rise.Y, lastRight.X, lastRight.Y - last, 4 * lastSize * Unit, shade);
                canvas.Line(left.X, left.Y - (rise.Y / 2), lastLeft.X, lastLeft.Y - (last / 2), 2.4f * lastSize * Unit, shade);
            }

            if (post % 3 == 1)
            {
                canvas.Line(left.X, left.Y, left.X, left.Y - (150 * size * Unit), 5 * size * Unit, shade);
                canvas.Disc(left.X, left.Y - (154 * size * Unit), 8 * size * Unit, Rgb.Mix(light.On(Rgb.Hex(0xf4f0e4)), Lamp, light.Lamps));
                canvas.Glow(left.X, left.Y - (154 * size * Unit), 75 * size * Unit, Lamp * (0.75f * light.Lamps));
            }
        }
    }

    private void DrawWheel(Canvas canvas, Light light, Weather weather)
    {
        float x = 0.615f * Width, y = 0.335f * Height, radius = 0.185f * Height, turn = weather.Seconds * 0.012f;
        var steel = light.On(Rgb.Hex(0xe9edf0));
        canvas.Line(x, y, x - (0.075f * Height), HorizonLine, 5 * Unit, steel);
        canvas.Line(x, y, x + (0.075f * Height), HorizonLine, 5 * Unit, steel);
        for (var i = 0; i < Gondolas; i++)
        {
            Vector2 from = Rim(i), to = Rim(i + 1);
            canvas.Line(x, y, from.X, from.Y, 1.3f * Unit, steel, 0.8f);
            canvas.Line(from.X, from.Y, to.X, to.Y, 3 * Unit, steel);
            canvas.Line(x + ((from.X - x) * 0.84f), y + ((from.Y - y) * 0.84f), x + ((to.X - x) * 0.84f), y + ((to.Y - y) * 0.84f), 1.5f * Unit, steel, 0.8f);
            var paint = Bulbs[i % Bulbs.Length];
            canvas.Box(from.X - (6 * Unit), from.Y + (2 * Unit), from.X + (6 * Unit), from.Y + (13 * Unit), Rgb.Mix(light.On(paint), paint, light.Lamps * 0.8f));
            for (var bulb = 2; bulb <= 10; bulb++)
            {
                canvas.Glow(x + ((from.X - x) * bulb / 10), y + ((from.Y - y) * bulb / 10), (bulb == 10 ? 15 : 5) * Unit, paint * (light.Lamps * 0.9f));
            }
        }

        canvas.Disc(x, y, 8 * Unit, light.On(Rgb.Hex(0xd8473f)));
        canvas.Glow(x, y, radius * 1.7f, new Rgb(0.35f, 0.18f, 0.22f) * light.Lamps);

        Vector2 Rim(int i) => new(x + (MathF.Cos(turn + (i * MathF.Tau / Gondolas)) * radius), y + (MathF.Sin(turn + (i * MathF.Tau / Gondolas)) * radius));
    }

    private void DrawPavilion(Canvas canvas, Light light)
    {
        float x = 0.475f * Width, floor = HorizonLine;
        var wall = light.On(Rgb.Hex(0xf0e6d2), 0.1f);
        var roof = light.On(Rgb.Hex(0xc4523f), 0.1f);
        canvas.Box(x - (46 * Unit), floor - (26 * Unit), x + (46 * Unit), floor, wall);
        canvas.Polygon(roof, 1, new(x - (54 * Unit), floor - (25 * Unit)), new(x - (30 * Unit), floor - (44 * Unit)), new(x + (30 * Unit), floor - (44 * Unit)), new(x + (54 * Unit), floor - (25 * Unit)));
        canvas.Box(x - (14 * Unit), floor - (62 * Unit), x + (14 * Unit), floor - (43 * Unit), wall);
        canvas.Polygon(roof, 1, new(x - (19 * Unit), floor - (61 * Unit)), new(x, floor - (88 * Unit)), new(x + (19 * Unit), floor - (61 * Unit)));
        for (var window = 0; window < 7; window++)
        {
            var left = x + ((-40 + (window * 12)) * Unit);
            canvas.Box(left, floor - (19 * Unit), left + (7 * Unit), floor - (7 * Unit), Rgb.Mix(light.On(Rgb.Hex(0x50606a)), Lamp, light.Lamps));
        }

        canvas.Glow(x, floor - (20 * Unit), 85 * Unit, Lamp * (0.35f * light.Lamps));
    }

    private void DrawBeach(Canvas canvas, Light light, Weather weather)
    {
        for (var wave = 2; wave >= 0; wave--)
        {
            var reach = ((wave * 15) + (8 * MathF.Sin((weather.Seconds * 0.31f) + wave))) * Unit;
            for (var x = 0; x < Width; x++)
            {
                var y = beach.TopAt(x) - reach - (5 * Unit * Noise.Value((x / Unit * 0.02f) + (wave * 7), weather.Phase + wave));
                var foam = light.On(Rgb.Hex(0xf6f8f8));
                for (var thick = 0; thick < 7 * Unit; thick++)
                {
                    canvas.Blend(x, (int)y + thick, foam, (0.75f - (wave * 0.2f)) * Noise.Value(x / Unit * 0.13f, (wave * 9) + (thick * 0.4f) + weather.Phase));
                }
            }
        }

        beach.Fill(canvas, Height, light.On(Rgb.Hex(0xb59a72)), light.On(Rgb.Hex(0xe8d2a6)), 0.16f, 5);
    }
}
