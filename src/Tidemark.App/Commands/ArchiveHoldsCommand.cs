using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark archive holds</c></summary>
internal static class ArchiveHoldsCommand
{
    public static Command Make()
    {
        var command = new Command("holds", "What is being read, and so not let go");
        command.Runs(async (_, client, output, cancellation) =>
        {
            if (!(await client.GetAsync("api/v1/archive/holds", ApiJson.Default.HoldListShape, cancellation)).TryGet(out var list, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.HoldListShape, words =>
            {
                words.Table(["source", "from", "to", "until", "for"], list.Holds.Select(hold => (IReadOnlyList<string>)
                    [hold.Source, Rfc3339.Format(hold.From), Rfc3339.Format(hold.To), Rfc3339.Format(hold.Until), hold.Reason]));
                words.Line(list.Holds.Count == 0 ? "Nothing is held." : $"{list.Holds.Count} held; each is renewed by whoever reads, and ends by itself where nobody does.");
            });
            return ExitCodes.Done;
        });
        return command;
    }
}
