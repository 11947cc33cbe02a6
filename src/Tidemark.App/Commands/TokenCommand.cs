using System.CommandLine;
using System.Text.Json.Serialization;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>A sign-in address, for --json.</summary>
public sealed record PageShape(string Url);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PageShape))]
internal sealed partial class PageJson : JsonSerializerContext;

internal static class TokenCommand
{
    private const int PageTokenSeconds = 30 * 86_400;

    /// <summary><c>tidemark page</c></summary>
    public static Command Page()
    {
        var command = new Command("page", "Prints an address that opens the page and signs in; good for 30 days");
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var request = new TokenRequest("page", ExpiresInSeconds: PageTokenSeconds);
            if (!(await client.GetAsync("api/v1/node", ApiJson.Default.NodeShape, cancellation)).TryGet(out var node, out var failure)
                || !(await client.PostAsync("api/v1/tokens", NodeClient.Body(request, ApiJson.Default.TokenRequest), ApiJson.Default.TokenShape, cancellation)).TryGet(out var token, out failure))
            {
                return output.Fail(failure);
            }

            var shape = new PageShape($"{node.Address}#token={token.Token}");
            output.Result(shape, PageJson.Default.PageShape, words => words.Line(shape.Url));
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command Make() => new("token", "Who may speak to the API: create, list, revoke") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Who or what will use it" };
        var readOnly = new Option<bool>("--read-only") { Description = "It may look, and change nothing" };
        var expires = new Option<string?>("--expires") { Description = "How long it is good for: 30d; default for ever", HelpName = "DURATION" };
        var command = new Command("create", "Makes a token and prints it, this once") { name, readOnly, expires };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var lifetime = default(TimeSpan);
            if (parsed.GetValue(expires) is { } text && (!Units.TryParseDuration(text, out lifetime) || lifetime < TimeSpan.FromSeconds(1)))
            {
                return output.Fail(new Failure(FailureKind.BadInput, "expires", $"--expires {text} is no duration of a second or more.", "Write it like 12h or 30d (36500d at most), or leave it out for a token without an end."));
            }

            var request = new TokenRequest(parsed.GetValue(name)!, parsed.GetValue(readOnly), lifetime > TimeSpan.Zero ? (int)Math.Min(lifetime.TotalSeconds, int.MaxValue) : null);
            if (!(await client.PostAsync("api/v1/tokens", NodeClient.Body(request, ApiJson.Default.TokenRequest), ApiJson.Default.TokenShape, cancellation)).TryGet(out var token, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(token, ApiJson.Default.TokenShape, words => words.Line(token.Token!));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the tokens, without their secrets");
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await client.GetAsync("api/v1/tokens", ApiJson.Default.TokenListShape, cancellation)).TryGet(out var list, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.TokenListShape, words => words.Table(["id", "name", "may", "created", "expires"], list.Tokens.Select(token => (IReadOnlyList<string>)
                [token.Id.ToString(), token.Name, token.ReadOnly ? "read" : "everything", Rfc3339.Format(token.CreatedAt), token.ExpiresAt is { } at ? Rfc3339.Format(at) : "never"])));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = Parsing.Id("token list");
        var command = new Command("revoke", "Makes a token worthless at once") { id };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (await client.DeleteAsync($"api/v1/tokens/{parsed.GetValue(id)}", cancellation) is { } failure)
            {
                return output.Fail(failure);
            }

            output.Result(new RemovedShape(parsed.GetValue(id).ToString()), ApiJson.Default.RemovedShape, words => words.Line("It is worthless now."));
            return ExitCodes.Done;
        });
        return command;
    }
}
