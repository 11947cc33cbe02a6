using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.Time;

namespace Tidemark.App.Commands;

internal static class SlotsCommand
{
    private static readonly string[] Well = ["ok", "unchanged"];

    public static Command Make()
    {
        var source = new Argument<string>("SOURCE") { Description = "The source's name" };
        var from = new Option<string>("--from") { Description = $"Start, included: {TimeArgument.Forms}", HelpName = "TIME", DefaultValueFactory = _ => "24h" };
        var to = new Option<string>("--to") { Description = "End, excluded", HelpName = "TIME", DefaultValueFactory = _ => "now" };
        var command = new Command("slots", "How each poll of a source that was scheduled ended: by day, and every stretch of trouble with its reason") { source, from, to };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            if (!TimeArgument.Parse("--from", parsed.GetValue(from)!, now).TryGet(out var start, out var failure) || !TimeArgument.Parse("--to", parsed.GetValue(to)!, now).TryGet(out var end, out failure))
            {
                return output.Fail(failure);
            }

            var path = $"api/v1/sources/{Uri.EscapeDataString(parsed.GetValue(source)!)}/slots?from={Rfc3339.Format(start)}&to={Rfc3339.Format(end)}";
            if (!(await client.GetAsync(path, ApiJson.Default.SlotListShape, cancellation)).TryGet(out var list, out failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.SlotListShape, words => Show(list, words));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(SlotListShape list, Output words)
    {
        if (list.Slots == 0)
        {
            words.Line($"No slot was over in that range.{(list.Open > 0 ? $" {list.Open} still open." : "")}");
            return;
        }

        words.Table(["day", "slots", "frames", "outcomes"], list.Runs.GroupBy(run => Rfc3339.Day(run.From)).Select(day => (IReadOnlyList<string>)
        [
            day.Key, day.Sum(run => run.Slots).ToString(), day.Sum(run => run.Frames).ToString(),
            string.Join(", ", day.GroupBy(run => run.Outcome).OrderBy(outcome => outcome.Key, StringComparer.Ordinal).Select(outcome => $"{outcome.Sum(run => run.Slots)} {outcome.Key}")),
        ]));
        words.Line();
        var trouble = list.Runs.Where(run => !Well.Contains(run.Outcome)).ToList();
        if (trouble.Count == 0)
        {
            words.Line($"All {list.Slots} slots went well.{(list.Open > 0 ? $" {list.Open} still open." : "")}");
            return;
        }

        words.Table(["from", "to", "slots", "outcome", "why"], trouble.Select(run => (IReadOnlyList<string>)
        [
            Rfc3339.Format(run.From), run.Slots == 1 ? "" : Rfc3339.Format(run.To), run.Slots.ToString(), run.Outcome, run.Reason ?? "",
        ]));
    }
}
