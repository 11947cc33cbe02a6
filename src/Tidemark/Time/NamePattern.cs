using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Time;

/// <summary>
/// How a file's name says when its picture was taken: <c>cam1_%Y%m%d_%H%M%S*.jpg</c>. <c>%Y %m %d %H %M %S</c> as in
/// strftime, <c>%f</c> digits of the second's fraction, <c>%z</c> the zone (<c>Z</c>, <c>+01:00</c>, <c>+0100</c>),
/// <c>%s</c> seconds since 1970 in place of all of them, <c>%%</c> a per cent sign, <c>*</c> anything.
/// </summary>
public sealed class NamePattern
{
    private const int Longest = 200;
    private const int MostStars = 4;

    // Names come from outside: no backtracking, so the work is bounded by their length; this bounds it once more.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly Dictionary<char, string> Fields = new()
    {
        ['Y'] = "(?<Y>[0-9]{4})",
        ['m'] = "(?<m>[0-9]{2})",
        ['d'] = "(?<d>[0-9]{2})",
        ['H'] = "(?<H>[0-9]{2})",
        ['M'] = "(?<M>[0-9]{2})",
        ['S'] = "(?<S>[0-9]{2})",
        ['f'] = "(?<f>[0-9]{1,9})",
        ['z'] = "(?<z>Z|[+-][0-9]{2}:?[0-9]{2})",
        ['s'] = "(?<s>[0-9]{1,11})",
    };

    private readonly Regex name;

    private NamePattern(Regex name) => this.name = name;

    public static Result<NamePattern> Parse(string text)
    {
        var pattern = new StringBuilder(@"\A");
        var seen = new HashSet<char>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                pattern.Append(text[i] == '*' ? ".*" : Regex.Escape(text[i].ToString()));
            }
            else if (++i < text.Length && text[i] == '%')
            {
                pattern.Append('%');
            }
            else if (i < text.Length && Fields.TryGetValue(text[i], out var field) && seen.Add(text[i]))
            {
                pattern.Append(field);
            }
            else
            {
                return Bad(text, i < text.Length ? $"'%{text[i]}' is unknown, or comes twice" : "it ends in the middle of a field");
            }
        }

        return text.Length > Longest || text.Contains('/', StringComparison.Ordinal) || text.Count(c => c == '*') > MostStars ? Bad(text[..Math.Min(text.Length, 60)], $"it is longer than {Longest} characters, has a '/' or more than {MostStars} '*'")
            : seen.Contains('s') ? seen.Count == 1 || seen.SetEquals("sf") ? new NamePattern(Made(pattern)) : Bad(text, "%s stands for all the other fields")
            : "YmdHM".All(seen.Contains) && (!seen.Contains('f') || seen.Contains('S')) ? new NamePattern(Made(pattern))
            : Bad(text, "it does not say year, month, day, hour and minute");
    }

    /// <summary>What a name says; null where it does not fit, or says no time that there is.</summary>
    /// <param name="fileName">Without its folder.</param>
    /// <returns>An instant where the name says its zone, else a local time.</returns>
    public (DateTimeOffset? Instant, DateTime? Local)? Read(string fileName)
    {
        var match = name.Match(fileName);
        if (!match.Success)
        {
            return null;
        }

        int Number(string group) => match.Groups[group] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : 0;
        var fraction = match.Groups["f"] is { Success: true } digits ? TimeSpan.FromTicks(long.Parse(digits.Value.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture)) : TimeSpan.Zero;
        if (match.Groups["s"] is { Success: true } seconds)
        {
            return (DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds.ValueSpan, CultureInfo.InvariantCulture)) + fraction, null);
        }

        if (Number("Y") is < 1970 or > 9998 || Number("m") is < 1 or > 12 || Number("d") < 1 || Number("d") > DateTime.DaysInMonth(Number("Y"), Number("m")) || Number("H") > 23 || Number("M") > 59 || Number("S") > 59)
        {
            return null;
        }

        var local = new DateTime(Number("Y"), Number("m"), Number("d"), Number("H"), Number("M"), Number("S"), DateTimeKind.Unspecified) + fraction;
        if (match.Groups["z"] is not { Success: true } zone)
        {
            return (null, local);
        }

        var offset = zone.Value == "Z" ? TimeSpan.Zero : new TimeSpan(int.Parse(zone.ValueSpan[1..3], CultureInfo.InvariantCulture), int.Parse(zone.ValueSpan[^2..], CultureInfo.InvariantCulture), 0);
        return offset > TimeSpan.FromHours(14) ? null : (new DateTimeOffset(zone.Value[0] == '-' ? local + offset : local - offset, TimeSpan.Zero), null);
    }

    private static Regex Made(StringBuilder pattern) => new(pattern.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking, Limit);

    private static Failure Bad(string text, string why) =>
        new(FailureKind.BadInput, "name_pattern", $"'{text}' is no pattern of names: {why}.", "Write it like cam1_%Y%m%d_%H%M%S*.jpg; %f is a fraction, %z a zone, %s seconds since 1970, * anything.");
}
