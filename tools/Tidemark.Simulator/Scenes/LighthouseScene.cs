using System.Numerics;

namespace Tidemark.Simulator.Scenes;

/// <summary>A striped lighthouse on a rocky headland; its beam turns at night.</summary>
internal sealed class LighthouseScene : Scene
{
    private static readonly Rgb Lamp = Rgb.Hex(0xfff0c4);

    private readonly Ridge islands;
    private readonly Ridge head;
    private readonly Ridge rocks;

    public LighthouseScene(int width, int height)
        : base(width, height)
    {
        islands = Ridge.Make(width, x => (0.645f - (0.05f * Noise.Smooth(0.42f, 0.62f, Noise.Fractal((x * 3.7f) + 50, 1.5f, 5)))) * height);
        head = Ridge.Make(width, x => (0.90f - (0.39f * Noise.Smooth(0.44f, 0.80f, x)) - (0.055f * Noise.Fractal((x * 11) + 5, 2.2f, 6)) + (0.04f * Noise.Smooth(0.84f, 1.05f, x))) * height);
        rocks = Ridge.Make(width, x => (1.0f - (0.13f * Noise.Smooth(0.34f, 0.02f, x)) - (0.10f * Noise.Fractal((x * 9) + 77, 6.6f, 5) * Noise.Smooth(0.62f, 0.2f, x)) + 0.01f) * height);
    }

    protected override float Horizon => 0.64f;

    protected override void DrawLand(Canvas canvas, Light light, Weather weather)
    {
        islands.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x4a6472), 0.45f), light.On(Rgb.Hex(0x5f7882), 0.58f));
        var turn = weather.Seconds * 0.41f;
        DrawBeam(canvas, light, turn);
        Water.Fill(canvas, light, weather, HorizonLine, Height, light.On(Rgb.Hex(0x1b4b66)), 1.0f);
        DrawSail(canvas, light, weather);
        head.Fill(canvas, Height, light.On(Rgb.Hex(0x708a4c)), light.On(Rgb.Hex(0x44382f)), 0.55f, 7);
        DrawSurf(canvas, light, weather);
        DrawCottage(canvas, light);
        DrawTower(canvas, light, turn);
        rocks.Fill(canvas, Height, light.On(Rgb.Hex(0x5d5148)), light.On(Rgb.Hex(0x2e2824)), 0.65f, 8);
    }

    private Vector2 LanternAt => new(0.765f * Width, 0.185f * Height);

    private void DrawTower(Canvas canvas, Light light, float turn)
    {
        float x = LanternAt.X, top = LanternAt.Y + (16 * Unit), foot = head.TopAt(x) + (12 * Unit);
        for (var band = 0; band < 7; band++)
        {
            float upper = band / 7f, lower = (band + 1) / 7f, yUpper = top + ((foot - top) * upper), yLower = top + ((foot - top) * lower);
            float halfUpper = (17 + (13 * upper)) * Unit, halfLower = (17 + (13 * lower)) * Unit;
            var paint = light.On(band % 2 == 0 ? Rgb.Hex(0xf5f1e8) : Rgb.Hex(0xc8382f));
            var side = Noise.Smooth(-0.2f, 1.1f, light.SunX);
            canvas.Polygon(paint, 1, new(x - halfUpper, yUpper), new(x + halfUpper, yUpper), new(x + halfLower, yLower), new(x - halfLower, yLower));
            for (var strip = 0; strip < 8; strip++)
            {
                float from = (strip / 4f) - 1, to = from + 0.25f, away = Math.Abs(from + 0.125f - ((side * 2) - 1));
                canvas.Polygon(default, Math.Min(0.42f, away * 0.25f) * light.Day, new(x + (halfUpper * from), yUpper), new(x + (halfUpper * to), yUpper), new(x + (halfLower * to), yLower), new(x + (halfLower * from), yLower));
            }
        }

        var iron = light.On(Rgb.Hex(0x2c3238));
        canvas.Box(x - (25 * Unit), top - (4 * Unit), x + (25 * Unit), top + (3 * Unit), iron);
        for (var rail = -2; rail <= 2; rail++)
        {
            canvas.Line(x + (rail * 12 * Unit), top - (4 * Unit), x + (rail * 12 * Unit), top - (16 * Unit), 1.6f * Unit, iron);
        }

        canvas.Line(x - (25 * Unit), top - (16 * Unit), x + (25 * Unit), top - (16 * Unit), 1.8f * Unit, iron);
        canvas.Box(x - (12 * Unit), top - (32 * Unit), x + (12 * Unit), top - (4 * Unit), Rgb.Mix(light.On(Rgb.Hex(0xbfd3da)), Lamp, light.Lamps));
        canvas.Line(x, top - (32 * Unit), x, top - (4 * Unit), 1.6f * Unit, iron);
        canvas.Polygon(light.On(Rgb.Hex(0xb8332b)), 1, new(x - (16 * Unit), top - (31 * Unit)), new(x, top - (54 * Unit)), new(x + (16 * Unit), top - (31 * Unit)));
        canvas.Disc(x, top - (55 * Unit), 3 * Unit, iron);
        var towards = 0.6f + (0.4f * MathF.Sin(turn));
        canvas.Glow(x, LanternAt.Y, (60 + (70 * towards)) * Unit, Lamp * (light.Lamps * 0.9f));
        foreach (var y in (float[])[0.3f, 0.55f, 0.8f])
        {
            canvas.Box(x - (3.5f * Unit), top + ((foot - top) * y), x + (3.5f * Unit), top + ((foot - top) * y) + (11 * Unit), Rgb.Mix(light.On(Rgb.Hex(0x37404a)), Lamp, light.Lamps * 0.6f));
        }
    }

    /// <summary>Two opposite beams, foreshortened as they turn towards and away from the eye.</summary>
    private void DrawBeam(Canvas canvas, Light light, float turn)
    {
        if (light.Lamps <= 0.02f)
        {
            return;
        }

        float reach = MathF.Cos(turn) * Width * 1.1f, spread = (0.05f + (0.06f * Math.Abs(MathF.Sin(turn)))) * Height;
        for (var x = 0; x < Width; x++)
        {
            var along = Math.Abs((x + 0.5f - LanternAt.X) / reach);
            var half = (2 * Unit) + (spread * along);
            var middle = LanternAt.Y + (0.02f * Height * along);
            for (var y = Math.Max(0, (int)(middle - half)); along < 1 && y <= middle + half; y++)
            {
                var off = (y + 0.5f - middle) / half;
                var bright = Math.Max(0, 1 - (off * off)) * (1 - along) * (1 - along);
                canvas.Add(x, y, Lamp * (light.Lamps * 0.5f * bright));
            }
        }
    }

    private void DrawCottage(Canvas canvas, Light light)
    {
        float left = 0.835f * Width, right = 0.925f * Width, ground = Math.Max(head.TopAt(left), head.TopAt(right)) + (8 * Unit), eaves = ground - (46 * Unit);
        canvas.Box(left, eaves, right, ground, light.On(Rgb.Hex(0xf1ede3)));
        canvas.Polygon(light.On(Rgb.Hex(0xa8463a)), 1, new(left - (7 * Unit), eaves + Unit), new(left + (14 * Unit), eaves - (30 * Unit)), new(right - (14 * Unit), eaves - (30 * Unit)), new(right + (7 * Unit), eaves + Unit));
        canvas.Box(right - (40 * Unit), eaves - (44 * Unit), right - (28 * Unit), eaves - (24 * Unit), light.On(Rgb.Hex(0x8c4a3e)));
        for (var window = 0; window < 3; window++)
        {
            var x = left + ((13 + (window * 34)) * Unit);
            canvas.Box(x, eaves + (12 * Unit), x + (15 * Unit), eaves + (30 * Unit), Rgb.Mix(light.On(Rgb.Hex(0x43505a)), Rgb.Hex(0xffc56e), light.Lamps));
            canvas.Glow(x + (7 * Unit), eaves + (20 * Unit), 34 * Unit, Rgb.Hex(0xffb45a) * (0.35f * light.Lamps));
        }
    }

    private void DrawSail(Canvas canvas, Light light, Weather weather)
    {
        var x = ((0.06f + (weather.Seconds / 86_400f * 3.1f)) % 0.62f * Width) - (0.04f * Width);
        var y = 0.672f * Height;
        canvas.Polygon(light.On(Rgb.Hex(0xfaf6ec)), 1, new(x, y - (58 * Unit)), new(x + (28 * Unit), y - (6 * Unit)), new(x, y - (6 * Unit)));
        canvas.Polygon(light.On(Rgb.Hex(0xe2ddd0)), 1, new(x - (3 * Unit), y - (48 * Unit)), new(x - (3 * Unit), y - (6 * Unit)), new(x - (20 * Unit), y - (6 * Unit)));
        canvas.Polygon(light.On(Rgb.Hex(0x7a3a2c)), 1, new(x - (25 * Unit), y - (5 * Unit)), new(x + (32 * Unit), y - (5 * Unit)), new(x + (22 * Unit), y + (4 * Unit)), new(x - (18 * Unit), y + (4 * Unit)));
        canvas.Box(x - (16 * Unit), y + (5 * Unit), x + (20 * Unit), y + (12 * Unit), light.On(Rgb.Hex(0xfaf6ec)), 0.22f);
        canvas.Glow(x, y - (60 * Unit), 12 * Unit, new Rgb(1, 0.9f, 0.8f) * light.Lamps);
    }

    private void DrawSurf(Canvas canvas, Light light, Weather weather)
    {
        var foam = light.On(Rgb.Hex(0xf4f8f9));
        for (var x = (int)(0.40f * Width); x < 0.62f * Width; x++)
        {
            var y = head.TopAt(x) - (7 * Unit) + (6 * Unit * Noise.Value((x / Unit * 0.05f) + weather.Phase, 3));
            var strength = Noise.Smooth(0.40f, 0.46f, (float)x / Width) * Noise.Smooth(0.62f, 0.50f, (float)x / Width);
            for (var thick = 0; thick < 16 * Unit; thick++)
            {
                canvas.Blend(x, (int)y + thick, foam, strength * 0.8f * Noise.Value((x / Unit * 0.11f) + weather.Phase, thick / Unit * 0.22f) * (1 - (thick / (16 * Unit))));
            }
        }
    }
}
