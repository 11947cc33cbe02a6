using System.Globalization;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>A source's settings in words.</summary>
internal static class SourceWords
{
    /// <summary><c>every 10 min, 06:00-20:00 Europe/Lisbon, by day at 38.69, -9.42 and 30 min around it</c></summary>
    public static string When(SourceShape source) => string.Concat(
        $"every {Span(source.EverySeconds)}",
        source.Window is { } window ? $", {window}{(window.Contains(' ', StringComparison.Ordinal) ? "" : $" {source.Zone ?? "UTC"}")}" : "",
        source.Daylight is { } sun ? string.Create(CultureInfo.InvariantCulture, $", by day at {sun.Latitude}, {sun.Longitude}{Margin(sun.MarginMinutes)}{(sun.AtLeast is null ? "" : $", at least {sun.AtLeast}{(sun.AtLeast.Contains(' ', StringComparison.Ordinal) ? "" : " UTC")}")}") : "",
        source.JitterSeconds is > 0 and var jitter ? $", moved by up to {Span(jitter)}" : "",
        source.Window is null && source.Zone is { } zone ? $"; its local times are those of {zone}" : "");

    /// <summary>The same in short, for a list: <c>every 10 min, 06:00-20:00, by day</c></summary>
    public static string Briefly(SourceShape source) =>
        $"every {Span(source.EverySeconds)}{(source.Window is { } window ? $", {window}" : "")}{(source.Daylight is null ? "" : ", by day")}";

    /// <summary>The next slots, or why there are none.</summary>
    public static string Next(SourceShape source) => source switch
    {
        { Paused: true } => "paused",
        { Slots.Count: 0 } => "nothing within a year",
        _ => string.Join(", ", source.Slots.Select(Rfc3339.Format)),
    };

    public static string Keeps(SourceShape source) => (source.KeepDays, source.KeepBytes) switch
    {
        (null, null) => "everything",
        ({ } days, null) => $"{days} d",
        (null, { } bytes) => Units.Size(bytes),
        ({ } days, { } bytes) => $"{days} d, {Units.Size(bytes)} at most",
    };

    private static string Margin(int minutes) => minutes switch { 0 => "", > 0 => $" and {minutes} min around it", _ => $" without the first and last {-minutes} min" };

    // What is whole is said so: 10 min, not 10 min 0 s.
    private static string Span(int seconds) => seconds switch
    {
        _ when seconds % 3600 == 0 => $"{seconds / 3600} h",
        _ when seconds % 60 == 0 => $"{seconds / 60} min",
        _ => Units.Span(TimeSpan.FromSeconds(seconds)),
    };
}
