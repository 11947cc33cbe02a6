using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Media;

/// <summary>A part of a JPEG that is cut out without loss, in the form of <c>jpegtran -crop</c>: <c>WxH+X+Y</c> in pixels from the top left.</summary>
/// <param name="ForceWidth">True (<c>f</c> after it): exactly this wide; else it grows to the left, to the grid of blocks.</param>
/// <param name="ForceHeight">True (<c>f</c> after it): exactly this high; else it grows upwards, to the grid of blocks.</param>
public readonly partial record struct JpegCrop(int Width, bool ForceWidth, int Height, bool ForceHeight, int X, int Y)
{
    /// <summary>Reads <c>640x480+0+120</c>, <c>640x480f+0+120</c>, <c>640fx480f+0+120</c>. Sides at least 1; what reaches beyond 65,535 is no JPEG's.</summary>
    public static Result<JpegCrop> Parse(string? text)
    {
        var match = Pattern().Match(text ?? "");
        if (match.Success)
        {
            int Number(string name) => int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
            var crop = new JpegCrop(Number("w"), match.Groups["fw"].Success, Number("h"), match.Groups["fh"].Success, Number("x"), Number("y"));
            if (crop is { Width: > 0, Height: > 0 } && crop.X + crop.Width <= 65_535 && crop.Y + crop.Height <= 65_535)
            {
                return crop;
            }
        }

        return new Failure(FailureKind.BadInput, "crop", $"'{(text?.Length > 60 ? text[..60] + "…" : text)}' is no crop.", "Write WxH+X+Y in pixels, as jpegtran does: 640x480+0+120, or 640x480f+0+120 to force the height.");
    }

    /// <summary>As <c>jpegtran -crop</c> takes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}{(ForceWidth ? "f" : "")}x{Height}{(ForceHeight ? "f" : "")}+{X}+{Y}");

    [GeneratedRegex(@"\A(?<w>[0-9]{1,5})(?<fw>f)?x(?<h>[0-9]{1,5})(?<fh>f)?\+(?<x>[0-9]{1,5})\+(?<y>[0-9]{1,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
