using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark archive retention</c></summary>
internal static class ArchiveRetentionCommand
{
    public static Command Make()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go and what is kept from going, and change nothing" };
        var command = new Command("retention", "Lets go the days that the rules want gone; the node does so by itself once an hour") { dryRun };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var request = new RetentionRequest(parsed.GetValue(dryRun));
            var answered = await client.PostAsync("api/v1/archive/retention", NodeClient.Body(request, ApiJson.Default.RetentionRequest), ApiJson.Default.RetentionShape, cancellation);
            if (!answered.TryGet(out var run, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(run, ApiJson.Default.RetentionShape, words => Say(run, words));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Say(RetentionShape run, Output words)
    {
        foreach (var day in run.Gone)
        {
            words.Line($"{(run.DryRun ? "would go" : "gone")}  {day.Source} {day.Day}  {day.Frames} frames, {Units.Size(day.Bytes)}  ({day.Rule})");
        }

        foreach (var day in run.Kept)
        {
            words.Line($"stays  {day.Source} {day.Day}  {day.Frames} frames, {Units.Size(day.Bytes)}  ({day.Rule} wants it gone; {Why(day)})");
        }

        foreach (var shortfall in run.Short)
        {
            words.Line($"{shortfall.Rule}{(shortfall.Source is { } source ? $" of {source}" : "")} wants {Units.Size(shortfall.Bytes)} more gone, and nothing else may go.");
        }

        var days = run.Gone.Count;
        words.Line(days == 0
            ? $"Nothing {(run.DryRun ? "would go" : "went")}."
            : $"{days} day{(days == 1 ? "" : "s")}, {run.Frames} frames, {Units.Size(run.Bytes)} {(run.DryRun ? "would go. Nothing was changed." : "went. Manifests and their sums stay.")}");
    }

    private static string Why(RetentionDayShape day) => day.Kept switch
    {
        "held" => $"held: {day.Detail}",
        "not_sealed" => day.Detail is null ? "it is not sealed" : $"not sealed anew: {day.Detail}",
        _ => $"verified copies: {day.Detail}",
    };
}
