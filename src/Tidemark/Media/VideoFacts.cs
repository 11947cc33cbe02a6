namespace Tidemark.Media;

/// <summary>What a video file says about itself and its first video stream.</summary>
/// <param name="Container">ffprobe's name of the format, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</param>
/// <param name="Codec">e.g. <c>h264</c>.</param>
/// <param name="Width">Coded width in pixels.</param>
/// <param name="Height">Coded height in pixels.</param>
/// <param name="FrameRate">Frames a second as the stream claims; 0/1 where it claims nothing.</param>
/// <param name="Duration">Of the container; zero where it does not say.</param>
/// <param name="Frames">As the container claims, which includes hidden ones; null where it does not say. <see cref="Probe.CountFramesAsync"/> knows.</param>
/// <param name="HasAudio">Whether any stream is audio.</param>
/// <param name="PixelFormat">ffmpeg's name, e.g. <c>yuv420p</c>.</param>
public sealed record VideoFacts(
    string Container, string Codec, int Width, int Height, FrameRate FrameRate, TimeSpan Duration, long? Frames, bool HasAudio, string PixelFormat)
{
    /// <summary>ffmpeg's name of the colour matrix, e.g. <c>bt709</c>; null where untagged.</summary>
    public string? ColorSpace { get; init; }

    /// <summary>ffmpeg's name of the range, <c>tv</c> or <c>pc</c>; null where untagged.</summary>
    public string? ColorRange { get; init; }

    /// <summary>Width as shown, after rotation and pixel aspect.</summary>
    public int DisplayWidth { get; init; } = Width;

    /// <summary>Height as shown.</summary>
    public int DisplayHeight { get; init; } = Height;
}

/// <summary>A place in a video from which it may be decoded.</summary>
/// <param name="At">Seconds in the file's own time: the key frame at it, or the last before it, is where decoding begins. As text, so that all tools are told the same.</param>
/// <param name="Beginning">The time of the first picture of the whole video, in the stream's own unit.</param>
internal sealed record SeekPoint(string At, long Beginning);

/// <summary>Frames a second as an exact fraction.</summary>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    /// <summary>So many a second.</summary>
    public static implicit operator FrameRate(int whole) => new(whole, 1);

    /// <summary>In lowest terms.</summary>
    internal static FrameRate Of(long over, long under)
    {
        var common = (long)System.Numerics.BigInteger.GreatestCommonDivisor(over, under);
        return checked(new FrameRate((int)(over / common), (int)(under / common)));
    }

    public double PerSecond => (double)Numerator / Denominator;

    public override string ToString() => $"{Numerator}/{Denominator}";
}
