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
    /// <summary>Two sources: 1st left, 2nd right.</summary>
    Pair,
}

/// <summary>How many there are of what.</summary>
internal static class Layouts
{
    internal static int Sources(this TimelapseLayout layout) => layout switch { TimelapseLayout.Quad => 4, TimelapseLayout.Pair => 2, _ => 1 };

    internal static (int Columns, int Rows) Cells(this TimelapseLayout layout) => layout switch { TimelapseLayout.Quad => (2, 2), TimelapseLayout.Pair => (2, 1), _ => (1, 1) };

    internal static string Word(this TimelapseLayout layout) => layout.ToString().ToLowerInvariant();

    internal static string Number(int sources) => sources switch { 1 => "exactly one source", 2 => "exactly two sources", _ => "exactly four sources" };
}

/// <summary>What a timelapse shall look like.</summary>
public sealed record TimelapseRecipe
{
    public TimelapseLayout Layout { get; init; } = TimelapseLayout.Single;

    /// <summary>Frames a second, 1 to 120. Default 24.</summary>
    public FrameRate Fps { get; init; } = 24;

    /// <summary>Cut out of the sources' frames, before scaling: one for each source, one for all, or none.</summary>
    public IReadOnlyList<Crop> Crops { get; init; } = [];

    /// <summary>The size of each source's picture; null: the first source's, after the crop.</summary>
    public FrameSize? Size { get; init; }

    /// <summary>How what has another shape is brought to it.</summary>
    public TimelapseFit Fit { get; init; }

    /// <summary>Evens out brightness from picture to picture, within each stretch.</summary>
    public bool Deflicker { get; init; }

    /// <summary>Zone of the clock that is burned in; null: none.</summary>
    public string? ClockZone { get; init; }

    /// <summary>Text that is burned in; null: none.</summary>
    public string? Caption { get; init; }

    /// <summary>What is shown where a source has no frame near an instant.</summary>
    public MissingFrames Missing { get; init; }

    /// <summary>How it is encoded.</summary>
    public EncoderChoice Encoder { get; init; } = new();

    /// <summary>Path of a video shown at the right, in its own speed; null: none.</summary>
    public string? Sidebar { get; init; }

    /// <summary>What is cut out of a source's frames; null: all of them is shown.</summary>
    internal Crop? CropOf(int source) => Crops.Count switch { 0 => null, 1 => Crops[0], _ => Crops[source] };
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

    /// <summary>Reads one, or several with commas between them.</summary>
    public static bool TryParseAll(string text, out IReadOnlyList<Crop> crops)
    {
        var read = new List<Crop>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (TryParse(part, out var crop))
            {
                read.Add(crop);
            }
        }

        crops = read;
        return read.Count == text.Split(',').Length;
    }

    public override string ToString() => $"{Width}x{Height}+{X}+{Y}";

    [GeneratedRegex(@"\A(?<w>[0-9]{1,5})x(?<h>[0-9]{1,5})\+(?<x>[0-9]{1,5})\+(?<y>[0-9]{1,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
