using Tidemark.Simulator.Jpeg;

namespace Tidemark.Simulator.Faults;

/// <summary>
/// A JPEG whose header claims a size that no camera has. Where the size is tiny, all of the picture is; where it is huge,
/// only the claim.
/// </summary>
public sealed record AbsurdImage : PictureFault
{
    private const int Tiny = 64;

    /// <summary>Pixels across, 1 to 65535.</summary>
    public int Width { get; init; } = 65500;

    /// <summary>Pixels down, 1 to 65535.</summary>
    public int Height { get; init; } = 65500;

    protected internal override byte[] Changed(byte[] jpeg, int request)
        => Width <= Tiny && Height <= Tiny
            ? new JpegEncoder().Encode(new byte[Width * Height * 3], Width, Height)
            : JpegSegments.WithSize(jpeg, (ushort)Width, (ushort)Height);
}
