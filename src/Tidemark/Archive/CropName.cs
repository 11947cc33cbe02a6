using System.Globalization;

namespace Tidemark.Archive;

/// <summary>How a frame's crops are named (F8): beside <c>STAMP.jpg</c> lies <c>STAMP.thumb.jpg</c>; a second crop to a ninth are <c>STAMP.thumb2.jpg</c> and on.</summary>
public static class CropName
{
    private const string Ending = ".jpg", Mark = ".thumb";

    /// <summary>The name, or path, of a frame's crop.</summary>
    /// <param name="frame">The frame's, which ends with <c>.jpg</c>.</param>
    /// <param name="number">1 to 9.</param>
    public static string Of(string frame, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{frame.AsSpan(0, frame.Length - Ending.Length)}{Mark}{(number == 1 ? "" : number.ToString(CultureInfo.InvariantCulture))}{Ending}");

    /// <summary>The name of the frame that a crop is of; null: it is no crop's name.</summary>
    public static string? FrameOf(string crop) => Read(crop) is { } read ? read.Stem + Ending : null;

    /// <summary>What a crop's name, or path, says: that of its frame without its ending, and its number. Null: it is no crop's.</summary>
    public static (string Stem, int Number)? Read(string name, StringComparison comparison = StringComparison.Ordinal)
    {
        if (!name.EndsWith(Ending, comparison))
        {
            return null;
        }

        var rest = name.AsSpan(0, name.Length - Ending.Length);
        var number = 1;
        if (rest is [.., >= '2' and <= '9' and var digit])
        {
            rest = rest[..^1];
            number = digit - '0';
        }

        return rest.EndsWith(Mark, comparison) ? (rest[..^Mark.Length].ToString(), number) : null;
    }
}
