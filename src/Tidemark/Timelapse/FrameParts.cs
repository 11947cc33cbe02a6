using System.Buffers;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// Of a source's frames, where a crop is wanted of upright ones, only the blocks that it lies in (<see cref="JpegPart"/>): ffmpeg
/// then decodes these and not the whole. All frames or none: they must have one size.
/// </summary>
/// <param name="size">Of the frames.</param>
internal sealed class FrameParts(Scratch scratch, string letter, Crop crop, FrameSize size)
{
    private readonly JpegPart part = new();
    private readonly ArrayBufferWriter<byte> cut = new();
    private readonly Dictionary<string, string> paths = new(StringComparer.Ordinal);
    private PixelPart? place;
    private bool gaveUp;

    /// <summary>By frame path, the path of its part; empty where there is one that cannot be cut.</summary>
    internal IDictionary<string, string> Paths => paths;

    /// <summary>Where the parts lie in their frames; null where there are none.</summary>
    internal PixelPart? Place => paths.Count > 0 ? place : null;

    /// <summary>What of a picture is wanted, where cutting it out saves more than it costs; null elsewhere.</summary>
    internal static FrameParts? For(Scratch scratch, string letter, Crop? crop, FrameSize size) =>
        crop is { } wanted && 4L * wanted.Width * wanted.Height <= 3L * size.Width * size.Height ? new FrameParts(scratch, letter, wanted, size) : null;

    /// <summary>Cuts one frame, which was walked. Throws <see cref="IOException"/> where the disk does.</summary>
    internal void Add(string path, ReadOnlySpan<byte> picture, JpegFacts facts)
    {
        if (gaveUp)
        {
            return;
        }

        if (!TryCut(picture, facts, out var here) || (place is { } before && before != here))
        {
            gaveUp = true;
            paths.Clear();
            return;
        }

        place = here;
        var made = scratch.PathOf($"{letter}part{paths.Count + 1:000000}.jpg");
        using (var file = File.OpenHandle(made, FileMode.Create, FileAccess.Write, FileShare.None, preallocationSize: cut.WrittenCount))
        {
            RandomAccess.Write(file, cut.WrittenSpan, 0);
        }

        paths[path] = made;
    }

    /// <summary>Whether it could be cut out of this one, walked as well.</summary>
    internal bool Fits(ReadOnlySpan<byte> picture, JpegFacts facts) => TryCut(picture, facts, out _);

    private bool TryCut(ReadOnlySpan<byte> picture, JpegFacts facts, out PixelPart here)
    {
        here = default;
        cut.ResetWrittenCount();
        return facts.Orientation == 1 && (facts.Width, facts.Height) == (size.Width, size.Height)
            && part.TryCut(picture, new PixelPart(crop.X, crop.Y, crop.Width, crop.Height), cut, out here);
    }
}
