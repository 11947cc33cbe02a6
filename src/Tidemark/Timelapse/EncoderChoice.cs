using System.Globalization;

namespace Tidemark.Timelapse;

/// <summary>What is made.</summary>
public enum TimelapseFormat
{
    /// <summary>H.264 in MP4: plays everywhere.</summary>
    Mp4,

    /// <summary>H.265 in MP4.</summary>
    H265,

    /// <summary>AV1 in MP4.</summary>
    Av1,

    /// <summary>VP9 in WebM.</summary>
    WebM,

    /// <summary>An animated GIF, for small ones.</summary>
    Gif,
}

/// <summary>How it is encoded: a format, and what may be chosen of its encoder. Nothing else ever reaches the encoder (design/media.md, M1).</summary>
/// <param name="Preset">One of the encoder's; null: its default here.</param>
/// <param name="Crf">Quality, lower is better; null: the default here.</param>
/// <param name="Depth">Bits a sample.</param>
/// <param name="Parameters"><c>name=value:name=value</c>, each name and value from the encoder's list; null: none.</param>
public sealed record EncoderChoice(TimelapseFormat Format = TimelapseFormat.Mp4, string? Preset = null, double? Crf = null, int Depth = 8, string? Parameters = null)
{
    private static readonly string[] Speeds = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];

    private static readonly Dictionary<string, Allowed> X264 = new(StringComparer.Ordinal)
    {
        ["tune"] = Allowed.OneOf("film", "animation", "grain", "stillimage", "psnr", "ssim", "fastdecode"),
        ["aq-mode"] = Allowed.Whole(0, 3),
        ["aq-strength"] = Allowed.Real(0, 3),
        ["b-adapt"] = Allowed.Whole(0, 2),
        ["bframes"] = Allowed.Whole(0, 16),
        ["cabac"] = Allowed.Whole(0, 1),
        ["keyint"] = Allowed.Whole(1, 600),
        ["mbtree"] = Allowed.Whole(0, 1),
        ["me"] = Allowed.OneOf("dia", "hex", "umh", "esa", "tesa"),
        ["merange"] = Allowed.Whole(4, 64),
        ["qcomp"] = Allowed.Real(0, 1),
        ["rc-lookahead"] = Allowed.Whole(0, 250),
        ["ref"] = Allowed.Whole(1, 16),
        ["scenecut"] = Allowed.Whole(0, 100),
        ["subme"] = Allowed.Whole(0, 11),
        ["trellis"] = Allowed.Whole(0, 2),
        ["weightp"] = Allowed.Whole(0, 2),
    };

    private static readonly Dictionary<string, Allowed> X265 = new(StringComparer.Ordinal)
    {
        ["tune"] = Allowed.OneOf("grain", "animation", "psnr", "ssim", "fastdecode"),
        ["aq-mode"] = Allowed.Whole(0, 4),
        ["aq-strength"] = Allowed.Real(0, 3),
        ["b-adapt"] = Allowed.Whole(0, 2),
        ["bframes"] = Allowed.Whole(0, 16),
        ["cutree"] = Allowed.Whole(0, 1),
        ["keyint"] = Allowed.Whole(1, 600),
        ["me"] = Allowed.OneOf("dia", "hex", "umh", "star", "sea", "full"),
        ["merange"] = Allowed.Whole(0, 64),
        ["psy-rd"] = Allowed.Real(0, 5),
        ["psy-rdoq"] = Allowed.Real(0, 50),
        ["qcomp"] = Allowed.Real(0.5, 1),
        ["rc-lookahead"] = Allowed.Whole(17, 250),
        ["rd"] = Allowed.Whole(1, 6),
        ["ref"] = Allowed.Whole(1, 16),
        ["sao"] = Allowed.Whole(0, 1),
        ["scenecut"] = Allowed.Whole(0, 100),
        ["subme"] = Allowed.Whole(0, 7),
    };

    /// <summary>Every fault, each with the field it is about.</summary>
    public IEnumerable<(string Field, Failure Failure)> Check()
    {
        if (Preset is not null && !Presets.Contains(Preset))
        {
            yield return ("preset", Bad("preset", $"The format '{Word}' has no preset '{Short(Preset)}'.", Presets.Length == 0 ? "Leave it out." : $"Use one of: {string.Join(", ", Presets)}."));
        }

        if (Crf is { } crf && (MostCrf == 0 || !(crf >= 1 && crf <= MostCrf)))
        {
            yield return ("crf", Bad("crf", string.Create(CultureInfo.InvariantCulture, $"A crf of {crf} is out of range for the format '{Word}'."), MostCrf == 0 ? "Leave it out." : $"Use 1 to {MostCrf}; lower is better and larger."));
        }

        if (!Depths.Contains(Depth))
        {
            yield return ("depth", Bad("depth", $"The format '{Word}' is not made with {Depth} bits.", $"Use {string.Join(" or ", Depths)}."));
        }

        foreach (var wrong in Pairs().Select(Wrong).OfType<string>().Take(1))
        {
            yield return ("parameters", Bad("encoder_parameter", wrong, Known.Count == 0 ? "Leave the parameters out, or choose 'mp4' or 'h265'." : $"Write name=value:name=value, of these: {string.Join(", ", Known.OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => $"{known.Key} ({known.Value.Legal})"))}."));
        }
    }

    /// <summary>The checked parameters.</summary>
    internal IReadOnlyList<(string Name, string Value)> Pairs() => Parameters is null ? []
        : [.. Parameters.Split(':').Select(pair => pair.IndexOf('=') is > 0 and var cut ? (pair[..cut], pair[(cut + 1)..]) : (pair, ""))];

    internal string? Value(string name) => Pairs().Where(pair => pair.Name == name).Select(pair => pair.Value).LastOrDefault();

    private string[] Presets => Format switch
    {
        TimelapseFormat.Mp4 or TimelapseFormat.H265 => Speeds,
        TimelapseFormat.Av1 => [.. Enumerable.Range(2, 12).Select(number => number.ToString(CultureInfo.InvariantCulture))],
        TimelapseFormat.WebM => ["0", "1", "2", "3", "4", "5"],
        _ => [],
    };

    private int MostCrf => Format switch { TimelapseFormat.Mp4 or TimelapseFormat.H265 => 51, TimelapseFormat.Av1 or TimelapseFormat.WebM => 63, _ => 0 };

    private IReadOnlyList<int> Depths => Format switch { TimelapseFormat.H265 => [8, 10, 12], TimelapseFormat.Gif => [8], _ => [8, 10] };

    private Dictionary<string, Allowed> Known => Format switch { TimelapseFormat.Mp4 => X264, TimelapseFormat.H265 => X265, _ => [] };

    private string Word => Format.ToString().ToLowerInvariant();

    private string? Wrong((string Name, string Value) pair) =>
        !Known.TryGetValue(pair.Name, out var allowed) ? $"The encoder parameter '{Short(pair.Name)}' is not one that may be set for the format '{Word}'."
        : !allowed.Takes(pair.Value) ? $"The encoder parameter '{pair.Name}' cannot be '{Short(pair.Value)}'; it is {allowed.Legal}."
        : null;

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static Failure Bad(string code, string message, string mend) => new(FailureKind.BadInput, code, message, mend);

    /// <summary>Values that a parameter may have.</summary>
    private sealed record Allowed(string Legal, Func<string, bool> Takes)
    {
        internal static Allowed OneOf(params string[] words) => new(string.Join("|", words), value => words.Contains(value, StringComparer.Ordinal));

        internal static Allowed Whole(int least, int most) => new($"{least}–{most}", value => Plain(value) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most);

        internal static Allowed Real(double least, double most) => new(string.Create(CultureInfo.InvariantCulture, $"{least:0.#}–{most:0.#}"),
            value => Plain(value) && value.Length <= 8 && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most);

        // .NET reads a number with NULs behind it, and a program's argument ends at the first.
        private static bool Plain(string value) => value.All(letter => char.IsAsciiDigit(letter) || letter is '-' or '.');
    }
}
