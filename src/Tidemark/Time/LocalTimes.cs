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
    /// The instants of the readings of a list, in its order; it may begin with the oldest or with the newest. From the
    /// newest backwards each is the latest instant that shows it, lies before its successor's, and not after the answer
    /// came: so both passes of a repeated hour find their places. Of two with the same reading the newer is the second pass's.
    /// </summary>
    /// <param name="readings">As the origin lists them.</param>
    /// <param name="zone">Where the clock stands that was read.</param>
    /// <param name="came">When the answer came.</param>
    public static IReadOnlyList<(DateTimeOffset Instant, string? Note)> Resolve(IReadOnlyList<DateTime> readings, Zone zone, DateTimeOffset came)
    {
        var shown = readings.Select(zone.At).ToList();
        int[] order = [.. Enumerable.Range(0, readings.Count)];
        var instants = Place(readings, shown, order, zone, came);
        if (shown.Exists(one => one.Count > 1))
        {
            // Within a repeated hour alone no reading says which end is the newest: the order that contradicts itself less is taken, and then the one that is nearer to our clock.
            var reversed = Place(readings, shown, [.. order.Reverse()], zone, came);
            instants = (reversed.Disorder, came - reversed.Newest).CompareTo((instants.Disorder, came - instants.Newest)) < 0 ? reversed : instants;
        }

        return [.. instants.Instants.Zip(shown, (instant, one) => (instant, one.Count switch { 0 => Gap, 1 => null, _ => Ambiguous }))];
    }

    // `order`: the places of readings, the oldest first.
    private static (DateTimeOffset[] Instants, int Disorder, DateTimeOffset Newest) Place(IReadOnlyList<DateTime> readings, List<IReadOnlyList<DateTimeOffset>> shown, int[] order, Zone zone, DateTimeOffset came)
    {
        var twice = order.Where(i => shown[i].Count > 1).GroupBy(i => readings[i]).Where(same => same.Count() > 1).ToDictionary(same => same.Key, same => same.Last());
        var instants = new DateTimeOffset[readings.Count];
        var (latest, before, newest, disorder) = (came + Ahead, came + Ahead, DateTimeOffset.MinValue, 0);
        for (var at = order.Length - 1; at >= 0; at--)
        {
            var i = order[at];
            var instant = instants[i] = shown[i] switch
            {
                [] => zone.AfterGap(readings[i]),
                [var only] => only,
                [var first, var second] when twice.TryGetValue(readings[i], out var last) => i == last && second < latest ? second : first,
                [var first, var second] => second < before ? second : first,
                _ => throw new InvalidOperationException("No clock shows a time three times."),
            };
            disorder += instant > before ? 1 : 0;
            before = instant < before ? instant : before;
            newest = instant > newest ? instant : newest;
        }

        return (instants, disorder, newest);
    }
}
