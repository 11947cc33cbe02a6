namespace Tidemark.Simulator.Scenes;

/// <summary>A row of gabled wooden houses along a quay, hills behind, boats before it.</summary>
internal sealed class HarbourScene : Scene
{
    private static readonly Rgb[] Paints =
    [
        Rgb.Hex(0xb8473a), Rgb.Hex(0xe3b24a), Rgb.Hex(0xe9e2d2), Rgb.Hex(0x9c3b34), Rgb.Hex(0xd98a3d), Rgb.Hex(0x5f7f95), Rgb.Hex(0xc9c2ae), Rgb.Hex(0xa65a3a), Rgb.Hex(0x7c8f5e),
    ];

    private static readonly Rgb Lamp = Rgb.Hex(0xffc873);

    private readonly Ridge far;
    private readonly Ridge near;
    private readonly List<House> houses = [];

    public HarbourScene(int width, int height)
        : base(width, height)
    {
        far = Ridge.Make(width, x => (0.40f + (0.17f * Noise.Smooth(0.55f, -0.1f, x)) - (0.20f * Noise.Fractal((x * 3.1f) + 9, 3.3f, 6)) + 0.04f) * height);
        near = Ridge.Make(width, x => (0.585f - (0.14f * Noise.Smooth(0.25f, 1.0f, x)) - (0.075f * Noise.Fractal((x * 6.3f) + 31, 8.1f, 6))) * height);
        var left = 0.16f;
        for (var i = 0; left < 1.0f; i++)
        {
            var wide = 0.036f + (0.020f * Noise.Hash(i, 11));
            houses.Add(new House(left * width, (left + wide) * width, (0.075f + (0.035f * Noise.Hash(i, 12))) * height, Paints[i % Paints.Length], i));
            left += wide + (Noise.Hash(i, 13) < 0.2f ? 0.012f : 0.001f);
        }
    }

    protected override float Horizon => 0.60f;

    protected override void DrawLand(Canvas canvas, Light light, Weather weather)
    {
        far.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x55707e), 0.52f), light.On(Rgb.Hex(0x6d8790), 0.62f), 0.10f, 14);
        near.Fill(canvas, HorizonLine, light.On(Rgb.Hex(0x35533f), 0.22f), light.On(Rgb.Hex(0x4b6650), 0.30f), 0.45f, 6);
        DrawChurch(canvas, light);
        foreach (var house in houses)
        {
            DrawHouse(canvas, light, house);
        }

        canvas.Box(0.13f * Width, HorizonLine - (7 * Unit), Width, HorizonLine, light.On(Rgb.Hex(0x6b645a)));
        for (var post = 0; post < 14; post++)
        {
            var x = (0.15f + (post * 0.064f)) * Width;
            canvas.Glow(x, HorizonLine - (12 * Unit), 26 * Unit, Lamp * (0.75f * light.Lamps));
        }

        Water.Fill(canvas, light, weather, HorizonLine, Height, light.On(Rgb.Hex(0x2c5666)), 0.42f);
        DrawBoat(canvas, light, weather, 0.19f, 0.68f, 1.0f, Rgb.Hex(0xe8e4da), 1);
        DrawBoat(canvas, light, weather, 0.52f, 0.655f, 0.75f, Rgb.Hex(0x2f4f7a), 2);
        DrawBoat(canvas, light, weather, 0.79f, 0.745f, 1.45f, Rgb.Hex(0x8f2f2a), 3);
    }

    private void DrawHouse(Canvas canvas, Light light, House house)
    {
        float bottom = HorizonLine - (6 * Unit), eaves = bottom - house.Tall, middle = (house.Left + house.Right) / 2, gable = (house.Right - house.Left) * 0.62f;
        var wall = light.On(house.Paint, 0.05f);
        var roof = light.On(Rgb.Hex(0x6a4036), 0.08f);
        canvas.Polygon(roof, 1, new(house.Left - (2 * Unit), eaves), new(middle, eaves - gable - (3 * Unit)), new(house.Right + (2 * Unit), eaves));
        canvas.Polygon(wall, 1, new(house.Left, eaves), new(middle, eaves - gable), new(house.Right, eaves), new(house.Right, bottom), new(house.Left, bottom));
        canvas.Box(house.Left, eaves, house.Left + (1.2f * Unit), bottom, wall * 0.7f, 0.8f);

        float step = (house.Right - house.Left) / 4.2f, pane = step * 0.52f;
        for (var row = 0; row < 4; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                float x = house.Left + (step * (column + 0.85f)), y = eaves + (3 * Unit) + (row * house.Tall / 4f);
                if (y + (house.Tall * 0.15f) > bottom)
                {
                    continue;
                }

                var lit = Noise.Hash(house.Number, row, column) < 0.55f ? light.Lamps : light.Lamps * 0.12f;
                var glass = Rgb.Mix(light.On(Rgb.Hex(0x39434d)), Rgb.Mix(Lamp, Rgb.Hex(0xfff0c8), Noise.Hash(house.Number, row + 9, column) * 0.6f), lit);
                canvas.Box(x - (1.1f * Unit), y - (1.1f * Unit), x + pane + (1.1f * Unit), y + (house.Tall * 0.15f) + (1.1f * Unit), light.On(Rgb.Hex(0xf2ede0)), 0.7f);
                canvas.Box(x, y, x + pane, y + (house.Tall * 0.15f), glass);
            }
        }

        canvas.Disc(middle, eaves - (gable * 0.36f), 3.2f * Unit, Rgb.Mix(light.On(Rgb.Hex(0x39434d)), Lamp, light.Lamps * 0.7f));
    }

    private void DrawChurch(Canvas canvas, Light light)
    {
        float x = 0.665f * Width, ground = HorizonLine - (60 * Unit);
        var stone = light.On(Rgb.Hex(0xcfc7b6), 0.18f);
        canvas.Box(x - (14 * Unit), ground - (78 * Unit), x + (14 * Unit), HorizonLine, stone);
        canvas.Box(x + (4 * Unit), ground - (78 * Unit), x + (14 * Unit), HorizonLine, stone * 0.85f);
        canvas.Polygon(light.On(Rgb.Hex(0x4c7a6c), 0.18f), 1, new(x - (17 * Unit), ground - (77 * Unit)), new(x, ground - (150 * Unit)), new(x + (17 * Unit), ground - (77 * Unit)));
        canvas.Disc(x, ground - (58 * Unit), 6.5f * Unit, Rgb.Mix(light.On(Rgb.Hex(0xf4efe2)), Lamp, light.Lamps * 0.8f));
        canvas.Glow(x, ground - (58 * Unit), 24 * Unit, Lamp * (0.4f * light.Lamps));
    }

    private void DrawBoat(Canvas canvas, Light light, Weather weather, float across, float down, float size, Rgb paint, int number)
    {
        float scale = size * Unit * 1.25f, sway = MathF.Sin((weather.Seconds * 0.7f) + number) * 3 * scale;
        float x = (across * Width) + (MathF.Sin((weather.Seconds * 0.0021f) + (number * 2)) * 9 * scale), y = down * Height;
        var hull = light.On(paint);
        var wood = light.On(Rgb.Hex(0x8a6a48));
        var dim = light.On(Rgb.Hex(0x22343c));
        for (var ripple = 0; ripple < 9; ripple++)
        {
            var wide = (46 - (ripple * 3.6f)) * scale * (0.8f + (0.4f * Noise.Hash(ripple, number, (int)weather.Seconds / 5)));
            canvas.Box(x - wide, y + (ripple * 3.4f * scale), x + wide, y + (((ripple * 3.4f) + 2) * scale), dim, 0.42f - (ripple * 0.042f));
        }

        canvas.Line(x + (4 * scale), y - (6 * scale), x + (4 * scale) + sway, y - (112 * scale), 2.6f * scale, wood);
        canvas.Line(x + (4 * scale), y - (22 * scale), x - (44 * scale), y - (26 * scale), 4.6f * scale, light.On(Rgb.Hex(0xe9e4d8)));
        canvas.Line(x + (4 * scale) + sway, y - (112 * scale), x + (52 * scale), y - (15 * scale), 0.9f * scale, wood, 0.8f);
        canvas.Line(x + (4 * scale) + sway, y - (112 * scale), x - (46 * scale), y - (15 * scale), 0.9f * scale, wood, 0.8f);
        canvas.Box(x - (22 * scale), y - (24 * scale), x + (16 * scale), y - (12 * scale), light.On(Rgb.Hex(0xf0ece2)));
        for (var window = 0; window < 3; window++)
        {
            var left = x + ((-18 + (window * 11)) * scale);
            canvas.Box(left, y - (21 * scale), left + (6 * scale), y - (16 * scale), Rgb.Mix(light.On(Rgb.Hex(0x2e3c46)), Lamp, light.Lamps * 0.9f));
        }

        canvas.Polygon(hull, 1, new(x - (52 * scale), y - (15 * scale)), new(x + (56 * scale), y - (17 * scale)), new(x + (40 * scale), y + (3 * scale)), new(x - (44 * scale), y + (3 * scale)));
        canvas.Line(x - (52 * scale), y - (14 * scale), x + (55 * scale), y - (16 * scale), 2.2f * scale, light.On(Rgb.Hex(0xf4f0e6)));
        canvas.Glow(x + (4 * scale) + sway, y - (112 * scale), 16 * scale, new Rgb(1, 0.95f, 0.85f) * light.Lamps);
    }

    private sealed record House(float Left, float Right, float Tall, Rgb Paint, int Number);
}
