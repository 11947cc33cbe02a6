using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Capture;

/// <summary>What a file's name says about when it was taken: an instant, or a local time whose zone it does not say.</summary>
public readonly record struct NamedTime(DateTimeOffset? Instant, DateTime? Local);

/// <summary>A way in which names say a time. The list is deliberate: each is read exactly, and nothing is guessed.</summary>
/// <param name="Id">As it is given with <c>--pattern</c>.</param>
/// <param name="Example">A path that fits.</param>
public sealed partial record ImportPattern(string Id, string Example)
{
    private Func<string, Match> Matches { get; init; } = _ => Match.Empty;

    private Func<Match, NamedTime?> Reads { get; init; } = Civil;

    /// <summary>Every pattern; where two fit as many files, the first of them is taken.</summary>
    public static IReadOnlyList<ImportPattern> All { get; } =
    [
        new("stamp", "20261122T081500Z.jpg") { Matches = name => Stamp().Match(name) },
        new("rfc3339", "2026-11-22T08:15:00Z.jpg") { Matches = name => Extended().Match(name) },
        new("dashes", "2026-11-22_08-15-00.jpg") { Matches = name => Dashes().Match(name) },
        new("camera", "IMG_20261122_081500.jpg") { Matches = name => Camera().Match(name) },
        new("digits", "20261122081500.jpg") { Matches = name => Digits().Match(name) },
        new("epoch", "1795335300.jpg") { Matches = name => Seconds().Match(name), Reads = match => Epoch(match, 1000) },
        new("epoch-ms", "1795335300250.jpg") { Matches = name => Milliseconds().Match(name), Reads = match => Epoch(match, 1) },
        new("date-folders", "2026/11/22/081500.jpg") { Matches = name => DateFolders().Match(name) },
        new("day-folder", "2026-11-22/08-15-00.jpg") { Matches = name => DayFolder().Match(name) },
    ];

    /// <param name="id">As a person wrote it.</param>
    public static Result<ImportPattern> Find(string id) => All.FirstOrDefault(pattern => pattern.Id == id) is { } found
        ? found
        : new Failure(FailureKind.BadInput, "pattern", $"There is no pattern '{id}'.", $"Use one of: {string.Join(", ", All.Select(pattern => $"{pattern.Id} ({pattern.Example})"))}.");

    /// <summary>Reads the time out of a path, relative to the tree, with <c>/</c> between its parts and without its extension.</summary>
    public NamedTime? Read(string path) => Matches(path) is { Success: true } match ? Reads(match) : null;

    private static NamedTime? Civil(Match match)
    {
        int Part(string name) => int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var (year, month, day, hour, minute, second) = (Part("y"), Part("mo"), Part("d"), Part("h"), Part("mi"), Part("s"));
        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        var fraction = match.Groups["f"] is { Success: true } digits ? int.Parse(digits.Value.PadRight(3, '0')[..3], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var civil = new DateTime(year, month, day, hour, minute, second, fraction, DateTimeKind.Unspecified);
        if (match.Groups["z"] is not { Success: true, Length: > 0 } zone)
        {
            return new NamedTime(null, civil);
        }

        if (zone.Value is "Z" or "z")
        {
            return new NamedTime(new DateTimeOffset(civil, TimeSpan.Zero), null);
        }

        var offset = new TimeSpan(int.Parse(zone.ValueSpan[1..3], NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(zone.ValueSpan[^2..], NumberStyles.None, CultureInfo.InvariantCulture), 0);
        return offset > TimeSpan.FromHours(14) ? null : new NamedTime(new DateTimeOffset(civil, zone.Value[0] == '-' ? -offset : offset).ToUniversalTime(), null);
    }

    private static NamedTime? Epoch(Match match, long unit) =>
        new NamedTime(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(match.Groups["n"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * unit), null);

    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const string Name = "(^|/)";
    private const string Fraction = "([.](?<f>[0-9]{1,9}))?";
    private const string Zone = "(?<z>[Zz]|[+-][0-9]{2}[:]?[0-9]{2})?$";

    [GeneratedRegex(Name + "(?<y>[0-9]{4})(?<mo>[0-9]{2})(?<d>[0-9]{2})T(?<h>[0-9]{2})(?<mi>[0-9]{2})(?<s>[0-9]{2})" + Fraction + Zone, Options)]
    private static partial Regex Stamp();

    [GeneratedRegex(Name + "(?<y>[0-9]{4})-(?<mo>[0-9]{2})-(?<d>[0-9]{2})[Tt _](?<h>[0-9]{2}):(?<mi>[0-9]{2}):(?<s>[0-9]{2})" + Fraction + Zone, Options)]
    private static partial Regex Extended();

    [GeneratedRegex(Name + "(?<y>[0-9]{4})[-_.](?<mo>[0-9]{2})[-_.](?<d>[0-9]{2})[T _-](?<h>[0-9]{2})[-_.](?<mi>[0-9]{2})[-_.](?<s>[0-9]{2})" + Fraction + "(?<z>[Zz])?$", Options)]
    private static partial Regex Dashes();

    [GeneratedRegex(Name + "([A-Za-z]{1,16}[_-])?(?<y>[0-9]{4})(?<mo>[0-9]{2})(?<d>[0-9]{2})[_-](?<h>[0-9]{2})(?<mi>[0-9]{2})(?<s>[0-9]{2})([_-]?(?<f>[0-9]{3}))?(?<z>[Zz])?$", Options)]
    private static partial Regex Camera();

    [GeneratedRegex(Name + "(?<y>[0-9]{4})(?<mo>[0-9]{2})(?<d>[0-9]{2})(?<h>[0-9]{2})(?<mi>[0-9]{2})(?<s>[0-9]{2})(?<f>[0-9]{3})?(?<z>[Zz])?$", Options)]
    private static partial Regex Digits();

    // From 2001 on: shorter numbers are counters, not times.
    [GeneratedRegex(Name + "(?<n>[1-9][0-9]{9})$", Options)]
    private static partial Regex Seconds();

    [GeneratedRegex(Name + "(?<n>[1-9][0-9]{12})$", Options)]
    private static partial Regex Milliseconds();

    [GeneratedRegex(Name + "(?<y>[0-9]{4})/(?<mo>[0-9]{2})/(?<d>[0-9]{2})/(?<h>[0-9]{2})[-_.:]?(?<mi>[0-9]{2})[-_.:]?(?<s>[0-9]{2})" + Fraction + Zone, Options)]
    private static partial Regex DateFolders();

    [GeneratedRegex(Name + "(?<y>[0-9]{4})-?(?<mo>[0-9]{2})-?(?<d>[0-9]{2})/(?<h>[0-9]{2})[-_.:]?(?<mi>[0-9]{2})[-_.:]?(?<s>[0-9]{2})" + Fraction + Zone, Options)]
    private static partial Regex DayFolder();
}
