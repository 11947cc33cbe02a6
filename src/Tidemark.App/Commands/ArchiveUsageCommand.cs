using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark archive usage</c></summary>
internal static class ArchiveUsageCommand
{
    public static Command Make()
    {
        var command = new Command("usage", "What each source has and brings, and when the disk is full at this rate");
        command.Runs(async (_, client, output, cancellation) =>
        {
            if (!(await client.GetAsync("api/v1/archive/usage", ApiJson.Default.UsageShape, cancellation)).TryGet(out var usage, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(usage, ApiJson.Default.UsageShape, words => Say(usage, words, TimeProvider.System.GetUtcNow()));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Say(UsageShape usage, Output words, DateTimeOffset now)
    {
        words.Table(["source", "frames", "size", "a day (7 d)", "a day (30 d)", "a year", "since", "keeps"], usage.Sources.Select(source => (IReadOnlyList<string>)
        [
            source.Source, $"{source.Frames}", Units.Size(source.Bytes), Units.Size(source.PerDay7Bytes), Units.Size(source.PerDay30Bytes), Units.Size(source.PerYearBytes), source.FirstDay ?? "–", Keeps(source),
        ]));
        words.Line();
        words.Line($"Frames      {Units.Size(usage.FrameBytes)}");
        words.Line($"Assets      {Units.Size(usage.AssetBytes)}");
        words.Line($"Quarantine  {Units.Size(usage.QuarantineBytes)}");
        words.Line($"Incoming    {Units.Size(usage.IncomingBytes)}");
        words.Line($"Let go      {Units.Size(usage.LetGoBytes)} so far");
        words.Line($"Free        {Units.Size(usage.FreeBytes)} of {Units.Size(usage.TotalBytes)}");
        words.Line();
        words.Line($"{Units.Size(usage.Forecast.PerDayBytes)} a day, {Units.Size(usage.Forecast.PerYearBytes)} a year. {Outlook(usage.Forecast, now)}");
    }

    private static string Outlook(UsageForecastShape forecast, DateTimeOffset now) => forecast switch
    {
        { FullAt: { } full } => $"At this rate the disk is full on {Rfc3339.Day(full)}, in {Units.Span(full - now)}.",
        { KeptLevelBy: "nothing comes in" } => "Nothing comes in.",
        { KeptLevelBy: { } rule } => $"'{rule}' keeps the disk from filling.",
        _ => "The disk lasts for more than a century.",
    };

    private static string Keeps(SourceUsageShape source)
    {
        string?[] rules = [source.KeepDays is { } days ? $"{days} d" : null, source.KeepBytes is { } bytes ? Units.Size(bytes) : null];
        return rules.Any(rule => rule is not null) ? string.Join(", ", rules.Where(rule => rule is not null)) : "all";
    }
}
