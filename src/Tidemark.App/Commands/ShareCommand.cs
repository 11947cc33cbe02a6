using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark share</c>: links to videos, for people without a token.</summary>
internal static class ShareCommand
{
    public static Command Make() => new("share", "Links that show one timelapse to whoever has them: create, list, revoke") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var id = Parsing.Id("job list --kind timelapse");
        var goodFor = new Option<string>("--for") { Description = "How long it is good: 1m to 3650d", HelpName = "DURATION", DefaultValueFactory = _ => "30d" };
        var command = new Command("create", "Makes a link to a finished timelapse and prints it, this once") { id, goodFor };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var text = parsed.GetValue(goodFor)!;
            if (!Units.TryParseDuration(text, out var lifetime) || lifetime.TotalSeconds is < 1 or > int.MaxValue)
            {
                return output.Fail(new Failure(FailureKind.BadInput, "for", $"--for {text} is no duration that a link can have.", "Write it like 12h or 30d; 1m to 3650d."));
            }

            var body = NodeClient.Body(new LinkRequest((int)lifetime.TotalSeconds), ApiJson.Default.LinkRequest);
            if (!(await client.PostAsync($"api/v1/assets/{parsed.GetValue(id)}/links", body, ApiJson.Default.LinkShape, cancellation)).TryGet(out var link, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(link, ApiJson.Default.LinkShape, words => words.Line(link.Url!));
            if (link.LocalOnly)
            {
                output.Note("tidemark: the node listens on its own machine only, so the link opens there alone. To share further, set 'listen' with a certificate or a proxy (docs/configuration.md).");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var id = Parsing.Id("job list --kind timelapse");
        var command = new Command("list", "Lists the links to a timelapse that are good still, without their secrets") { id };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await client.GetAsync($"api/v1/assets/{parsed.GetValue(id)}/links", ApiJson.Default.LinkListShape, cancellation)).TryGet(out var list, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.LinkListShape, words => words.Table(["id", "made", "good until"], list.Links.Select(link => (IReadOnlyList<string>)
                [link.Id.ToString(), Rfc3339.Format(link.CreatedAt), Rfc3339.Format(link.ExpiresAt)])));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = Parsing.Id("share list");
        var command = new Command("revoke", "Takes a link back: it opens nothing from now on") { id };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (await client.DeleteAsync($"api/v1/links/{parsed.GetValue(id)}", cancellation) is { } failure)
            {
                return output.Fail(failure);
            }

            output.Result(new RemovedShape(parsed.GetValue(id).ToString()), ApiJson.Default.RemovedShape, words => words.Line("It opens nothing any more."));
            return ExitCodes.Done;
        });
        return command;
    }
}
