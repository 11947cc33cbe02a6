namespace Tidemark.Simulator.Scenes;

/// <summary>A colour in display space, 0 to 1 a channel.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb Hex(int value) => new(((value >> 16) & 255) / 255f, ((value >> 8) & 255) / 255f, (value & 255) / 255f);

    public static Rgb Mix(Rgb from, Rgb to, float share) => from + ((to - from) * share);

    /// <summary>With light shone on it that can never burn out: the brighter it is, the less is added.</summary>
    public Rgb Lit(Rgb light) => new(R + (light.R * (1 - R)), G + (light.G * (1 - G)), B + (light.B * (1 - B)));

    public static Rgb operator +(Rgb a, Rgb b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Rgb operator -(Rgb a, Rgb b) => new(a.R - b.R, a.G - b.G, a.B - b.B);

    public static Rgb operator *(Rgb a, float factor) => new(a.R * factor, a.G * factor, a.B * factor);

    public static Rgb operator *(Rgb a, Rgb b) => new(a.R * b.R, a.G * b.G, a.B * b.B);
}
