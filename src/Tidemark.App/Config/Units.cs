using System.Globalization;

namespace Tidemark.App.Config;

/// <summary>Durations and sizes as people write them.</summary>
public static class Units
{
    private static readonly (string Suffix, long Factor)[] Durations = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    // A century: far beyond what anybody means, and far from where instants end.
    private const long MostMilliseconds = 36_500 * 86_400_000L;
    private static readonly (string Suffix, long Factor)[] Sizes = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("B", 1)];

    /// <summary><c>250ms</c>, <c>20s</c>, <c>10m</c>, <c>1.5h</c>, <c>2d</c>; up to 36500d.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var parsed = TryParse(text, Durations, out var milliseconds) && milliseconds <= MostMilliseconds;
        duration = parsed ? TimeSpan.FromMilliseconds(milliseconds) : default;
        return parsed;
    }

    /// <summary><c>512KiB</c>, <c>64MiB</c>, <c>1.5GiB</c>, <c>100B</c>.</summary>
    public static bool TryParseSize(string text, out long bytes) => TryParse(text, Sizes, out bytes);

    /// <summary><c>1.4 GiB</c></summary>
    public static string Size(long bytes)
    {
        var (suffix, factor) = bytes < 1 << 10 ? ("B", 1L) : Sizes.Where(size => size.Factor > 1).Last(size => bytes >= size.Factor);
        return factor == 1 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)factor:0.#} {suffix}");
    }

    /// <summary><c>42 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>, <c>4 d 3 h</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => $"{Math.Max(0, span.TotalSeconds):0} s",
        { TotalMinutes: < 60 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };

    private static bool TryParse(string text, (string Suffix, long Factor)[] units, out long value)
    {
        text = text.Trim();
        foreach (var (suffix, factor) in units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && decimal.TryParse(text[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number < 1_000_000_000 && number * factor <= long.MaxValue)
            {
                value = (long)(number * factor);
                return true;
            }
        }

        value = 0;
        return false;
    }
}
