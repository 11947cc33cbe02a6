using System.Globalization;

namespace Tidemark.Time;

/// <summary>Instants as text: RFC 3339 for programs and people, the basic format of ISO 8601 for file names.</summary>
public static class Rfc3339
{
    private const string StampFormat = "yyyyMMdd'T'HHmmss'.'fff'Z'";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
    ];

    /// <summary><c>2026-11-22T08:15:30.250Z</c>: UTC, milliseconds, always.</summary>
    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.'fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads an RFC 3339 date-time (section 5.6): an offset or <c>Z</c> is required; <c>t</c>, <c>z</c> and a blank between date and time are taken too. A leap second (<c>:60</c>) is refused: no clock here can show it.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is null || text.Length is < 20 or > 40)
        {
            return false;
        }

        var upper = text.ToUpperInvariant();
        if (upper[10] == ' ')
        {
            upper = $"{upper[..10]}T{upper[11..]}";
        }

        // Any number of digits may follow the point; .NET keeps seven, and its format takes none at all.
        if (upper[19] == '.')
        {
            var digits = upper.AsSpan(20).IndexOfAnyExceptInRange('0', '9');
            if (digits is 0)
            {
                return false;
            }

            upper = digits > 7 ? upper.Remove(27, digits - 7) : upper;
        }

        if (!DateTimeOffset.TryParseExact(upper, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            return false;
        }

        instant = parsed.ToUniversalTime();
        return true;
    }

    /// <summary><c>20261122T081530.250Z</c>: the name of a frame at that instant.</summary>
    public static string Stamp(DateTimeOffset instant) => instant.UtcDateTime.ToString(StampFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Stamp"/> wrote.</summary>
    public static bool TryParseStamp(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);

    /// <summary><c>2026-11-22</c>: the folder of a UTC day.</summary>
    public static string Day(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
