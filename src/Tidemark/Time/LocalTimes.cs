using System.Globalization;

namespace Tidemark.Time;

/// <summary>An origin's local times without an offset, and what instants they mean (design/time.md T5, T6).</summary>
public static class LocalTimes
{
    /// <summary>Mark of an instant whose reading came twice.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>Mark of an instant whose reading was never shown.</summary>
    public const string Gap = "gap";

    // An origin's clock may run ahead of ours by this much before its reading is taken for the earlier of two.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    // No form in which day and month could be mistaken for each other.
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm",
        "yyyy-MM-dd_HH-mm-ss", "yyyy-MM-dd'T'HH-mm-ss", "yyyy-MM-dd HH-mm-ss", "yyyyMMddHHmmss", "yyyyMMdd'T'HHmmss", "yyyyMMdd_HHmmss", "yyyyMMdd-HHmmss", "yyyyMMdd HHmmss",
        "yyyyMMddHHmmssfff", "yyyyMMdd'T'HHmmssfff", "yyyyMMdd_HHmmssfff", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm",
    ];

    /// <summary>Reads a local time: year, month and day in this order (or <c>dd.MM.yyyy</c>), to the minute or finer.</summary>
    public static bool TryParse(string? text, out DateTime local) =>
        DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out local) && local.Year is >= 1970 and < 9999;

    /// <summary>
    /// The instants of readings in the order of time. From the newest backwards each is the latest instant that shows it,
    /// lies before its successor's, and not after the answer came: so both passes of a repeated hour find their places.
    /// </summary>
    /// <param name="readings">Oldest first.</param>
    /// <param name="zone">Where the clock stands that was read.</param>
    /// <param name="came">When the answer came.</param>
    public static IReadOnlyList<(DateTimeOffset Instant, string? Note)> Resolve(IReadOnlyList<DateTime> readings, Zone zone, DateTimeOffset came)
    {
        var instants = new (DateTimeOffset, string?)[readings.Count];
        var before = came + Ahead;
        for (var i = readings.Count - 1; i >= 0; i--)
        {
            var shown = zone.At(readings[i]);
            var instant = shown switch
            {
                [] => zone.AfterGap(readings[i]),
                [var only] => only,
                [var first, var second] => second < before ? second : first,
                _ => throw new InvalidOperationException("No clock shows a time three times."),
            };
            instants[i] = (instant, shown.Count switch { 0 => Gap, 1 => null, _ => Ambiguous });
            before = instant < before ? instant : before;
        }

        return instants;
    }
}
