using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>Times as people write them on a command line.</summary>
internal static class TimeArgument
{
    public const string Forms = "2026-11-22T08:00:00Z, 2026-11-22 (midnight UTC), now, today, yesterday, or how long ago: 24h (36500d at most)";

    public static Result<DateTimeOffset> Parse(string option, string text, DateTimeOffset now)
    {
        var today = TimeRange.Day(now).Start;
        if (Rfc3339.TryParse(text, out var instant) || Rfc3339.TryParse(text + "T00:00:00Z", out instant))
        {
            return instant;
        }

        return text switch
        {
            "now" => now,
            "today" => today,
            "yesterday" => today.AddDays(-1),
            _ when Units.TryParseDuration(text, out var ago) => now - ago,
            _ => new Failure(FailureKind.BadInput, "time", $"{option} '{text}' is no time.", $"Write {Forms}."),
        };
    }
}
