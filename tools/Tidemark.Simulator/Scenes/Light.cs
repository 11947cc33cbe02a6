namespace Tidemark.Simulator.Scenes;

/// <summary>
/// Where sun and moon stand over a place at an instant, and what colours that makes. Every day is an equinox: the sun rises
/// on the left at six by the place's solar time, stands highest at noon and sets on the right at eighteen.
/// </summary>
internal sealed class Light
{
    private const float Noon = 58f;

    /// <summary>Sun height in degrees → zenith, half way, towards the sun at the horizon, away from it at the horizon.</summary>
    private static readonly (float Height, Rgb Zenith, Rgb Middle, Rgb Sunward, Rgb Away)[] Skies =
    [
        (-18, Rgb.Hex(0x050918), Rgb.Hex(0x0a1330), Rgb.Hex(0x17244a), Rgb.Hex(0x131f40)),
        (-11, Rgb.Hex(0x0a1434), Rgb.Hex(0x182853), Rgb.Hex(0x4a4670), Rgb.Hex(0x26315c)),
        (-5, Rgb.Hex(0x1c2f63), Rgb.Hex(0x4d4c86), Rgb.Hex(0xd9765a), Rgb.Hex(0x524f80)),
        (-1, Rgb.Hex(0x33508f), Rgb.Hex(0x8f76a2), Rgb.Hex(0xf79a5a), Rgb.Hex(0x9b7f9e)),
        (4, Rgb.Hex(0x4676b6), Rgb.Hex(0xa6a9c4), Rgb.Hex(0xfdc57e), Rgb.Hex(0xc3b1bd)),
        (12, Rgb.Hex(0x3f7dc4), Rgb.Hex(0x8bb5dc), Rgb.Hex(0xf3deb9), Rgb.Hex(0xccd4dc)),
        (30, Rgb.Hex(0x2f76ca), Rgb.Hex(0x74aee4), Rgb.Hex(0xd6e8f2), Rgb.Hex(0xc6deee)),
        (60, Rgb.Hex(0x2a6ec6), Rgb.Hex(0x68a7e4), Rgb.Hex(0xcbe4f4), Rgb.Hex(0xbedcf2)),
    ];

    private static readonly (float Height, Rgb Colour)[] Suns =
    [
        (-6, Rgb.Hex(0xe0563a)), (0, Rgb.Hex(0xff8a42)), (6, Rgb.Hex(0xffc070)), (14, Rgb.Hex(0xffe6b4)), (30, Rgb.Hex(0xfff8e6)),
    ];

    public Light(DateTimeOffset instant, double longitude)
    {
        var solarHours = (instant.UtcDateTime.TimeOfDay.TotalHours + (longitude / 15) + 48) % 24;
        var angle = (float)((solarHours - 12) / 12 * Math.PI);
        (SunX, SunRise, SunHeight) = Path(angle);
        (MoonX, MoonRise, _) = Path(MathF.IEEERemainder(angle + MathF.PI - 0.25f, MathF.Tau));

        var at = 0;
        while (at < Skies.Length - 2 && SunHeight > Skies[at + 1].Height)
        {
            at++;
        }

        var (low, high) = (Skies[at], Skies[at + 1]);
        var share = Noise.Smooth(low.Height, high.Height, SunHeight);
        Zenith = Rgb.Mix(low.Zenith, high.Zenith, share);
        Middle = Rgb.Mix(low.Middle, high.Middle, share);
        Sunward = Rgb.Mix(low.Sunward, high.Sunward, share);
        Away = Rgb.Mix(low.Away, high.Away, share);
        Sun = SunColour(SunHeight);
        Day = Noise.Smooth(-9, 10, SunHeight);
        Dark = 1 - Noise.Smooth(-13, -3, SunHeight);
        Warm = Noise.Smooth(-7, 0, SunHeight) * (1 - Noise.Smooth(3, 18, SunHeight));
        Lamps = 1 - Noise.Smooth(-5, 2, SunHeight);
    }

    /// <summary>0 left edge, 1 right edge.</summary>
    public float SunX { get; }

    /// <summary>0 at the horizon, 1 near the top.</summary>
    public float SunRise { get; }

    /// <summary>Degrees over the horizon.</summary>
    public float SunHeight { get; }

    public float MoonX { get; }

    public float MoonRise { get; }

    public Rgb Zenith { get; }

    public Rgb Middle { get; }

    public Rgb Sunward { get; }

    public Rgb Away { get; }

    public Rgb Sun { get; }

    /// <summary>0 night to 1 full day, for what is lit by the sky.</summary>
    public float Day { get; }

    /// <summary>How much of stars and moon shows.</summary>
    public float Dark { get; }

    /// <summary>1 around sunrise and sunset.</summary>
    public float Warm { get; }

    /// <summary>How bright lamps and windows burn.</summary>
    public float Lamps { get; }

    /// <summary>What something of this colour looks like in this light, so far away that <paramref name="haze"/> of it is air.</summary>
    public Rgb On(Rgb colour, float haze = 0)
    {
        var sky = Rgb.Mix(new Rgb(0.13f, 0.17f, 0.30f), new Rgb(0.96f, 0.98f, 1.0f), Day);
        var tint = Rgb.Mix(new Rgb(1, 1, 1), new Rgb(1.12f, 0.80f, 0.66f), Warm);
        return Rgb.Mix(colour * sky * tint, Rgb.Mix(Rgb.Mix(Sunward, Away, 0.5f), Middle, 0.25f), haze);
    }

    private static (float X, float Rise, float Height) Path(float angle)
    {
        var rise = MathF.Cos(angle);
        var height = MathF.Asin(rise * MathF.Sin(Noon * MathF.PI / 180)) * 180 / MathF.PI;
        return (0.5f + (angle / (MathF.PI / 2) * 0.41f), rise * 0.86f, height);
    }

    private static Rgb SunColour(float height)
    {
        for (var i = 1; i < Suns.Length; i++)
        {
            if (height < Suns[i].Height)
            {
                return Rgb.Mix(Suns[i - 1].Colour, Suns[i].Colour, Math.Clamp((height - Suns[i - 1].Height) / (Suns[i].Height - Suns[i - 1].Height), 0, 1));
            }
        }

        return Suns[^1].Colour;
    }
}
