using System.Text.RegularExpressions;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>How sources are laid out in the picture.</summary>
public enum TimelapseLayout
{
    /// <summary>One source fills it.</summary>
#pragma warning disable CA1720 // The API's own word for it; no number is meant.
    Single,
#pragma warning restore CA1720
    /// <summary>Four sources: left half 1st over 3rd, right half 2nd over 4th.</summary>
    Quad,
}

/// <summary>What a timelapse shall look like.</summary>
public sealed record TimelapseRecipe
{
    public TimelapseLayout Layout { get; init; } = TimelapseLayout.Single;

    /// <summary>Frames a second, 1 to 120. Default 24.</summary>
    public FrameRate Fps { get; init; } = 24;

    /// <summary>Cut out of each source's frames, before scaling; null: all of it.</summary>
    public Crop? Crop { get; init; }

    /// <summary>Path of a video shown at the right, in its own speed; null: none.</summary>
    public string? Sidebar { get; init; }
}

/// <summary>A rectangle in a frame, in pixels from its top left.</summary>
public readonly partial record struct Crop(int Width, int Height, int X, int Y)
{
    /// <summary>Reads <c>WxH+X+Y</c>, e.g. <c>640x480+0+120</c>. Width and height at least 16; sums stay below 65536.</summary>
    public static bool TryParse(string? text, out Crop crop)
    {
        crop = default;
        var match = Pattern().Match(text ?? "");
        if (!match.Success)
        {
            return false;
        }

        int Number(string name) => int.Parse(match.Groups[name].ValueSpan);
        crop = new Crop(Number("w"), Number("h"), Number("x"), Number("y"));
        return crop.Width >= 16 && crop.Height >= 16 && crop.X + crop.Width <= 65535 && crop.Y + crop.Height <= 65535;
    }

    public override string ToString() => $"{Width}x{Height}+{X}+{Y}";

    [GeneratedRegex(@"\A(?<w>[0-9]{1,5})x(?<h>[0-9]{1,5})\+(?<x>[0-9]{1,5})\+(?<y>[0-9]{1,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
