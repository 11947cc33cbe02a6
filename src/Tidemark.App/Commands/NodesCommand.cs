using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark node --roles …</c> and <c>tidemark node list</c>.</summary>
internal static class NodesCommand
{
    public static Command Make()
    {
        var roles = new Option<string?>("--roles") { Description = "What this node does: api, capture, dispatch, work, separated by commas (TIDEMARK_ROLES; default all)", HelpName = "ROLES" };
        var listen = UpCommand.Listen();
        var command = new Command("node", "Runs a node with some roles in the foreground, until Ctrl-C; 'node list' lists all of them") { roles, listen, List() };
        command.SetAction((parsed, cancellation) =>
            UpCommand.RunAsync(GlobalOptions.Output(parsed), GlobalOptions.ReadConfig(parsed, ("listen", parsed.GetValue(listen)), ("roles", parsed.GetValue(roles))), cancellation));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the nodes: what each offers and holds, and when it was last heard");
        command.Runs(async (_, client, output, cancellation) =>
        {
            if (!(await client.GetAsync("api/v1/nodes", ApiJson.Default.NodeListShape, cancellation)).TryGet(out var list, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.NodeListShape, words => Say(list, words));
            return ExitCodes.Done;
        });
        return command;
    }

    internal static void Say(NodeListShape list, Output words)
    {
        words.Table(["node", "state", "roles", "offers", "holds", "last heard", "version"], list.Nodes.Select(node => (IReadOnlyList<string>)
        [
            node.Name, node.State + (node.Dispatcher ? ", dispatches" : ""), string.Join(",", node.Roles), Offers(node.Offers), node.Holds.Count == 0 ? "–" : $"{node.Holds.Count} task{(node.Holds.Count == 1 ? "" : "s")}",
            $"{Units.Span(list.Now - node.HeardAt)} ago", node.Version,
        ]));
        foreach (var node in list.Nodes)
        {
            if (node.Offers is { Tags.Count: > 0 } offers)
            {
                words.Line($"{node.Name} has {string.Join(", ", offers.Tags)}; does {string.Join(", ", offers.Handlers)}");
            }

            if (node.ReservedFor is { } big)
            {
                words.Line($"{node.Name} is kept for {big}");
            }

            foreach (var task in node.Holds)
            {
                words.Line($"{node.Name} ▶ {task.Task} of {task.Job} for {Units.Span(list.Now - task.StartedAt)}{(task.Progress is { } progress ? $"  {JobWords.Progress(progress)}" : "")}");
            }
        }
    }

    private static string Offers(OfferShape? offer) =>
        offer is null ? "–" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{offer.Cpu:0.#} cpu, {Units.Size(offer.MemoryBytes)}, {Units.Size(offer.DiskBytes)} disk{(offer.Gpu > 0 ? $", {offer.Gpu} gpu" : "")}");
}
