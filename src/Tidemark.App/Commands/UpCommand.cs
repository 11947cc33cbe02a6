using System.CommandLine;
using System.Text.Json.Serialization;
using Tidemark.App.Api;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary>What a started node says with --json: one line.</summary>
/// <param name="Page">Null where this node serves none.</param>
public sealed record UpShape(string? Page, string Data, int Pid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UpShape))]
internal sealed partial class UpJson : JsonSerializerContext;

internal static class UpCommand
{
    public static Command Make()
    {
        var listen = Listen();
        var command = new Command("up", "Runs a node in the foreground: it captures, serves the page and makes what is asked for, until Ctrl-C") { listen };
        command.SetAction((parsed, cancellation) => RunAsync(GlobalOptions.Output(parsed), GlobalOptions.ReadConfig(parsed, ("listen", parsed.GetValue(listen))), cancellation));
        return command;
    }

    public static Option<string?> Listen() => new("--listen") { Description = "Where to serve the API and the page (TIDEMARK_LISTEN; default 127.0.0.1:8710)", HelpName = "ADDRESS:PORT" };

    /// <summary>Runs a node until it is asked to stop.</summary>
    public static async Task<int> RunAsync(Output output, ConfigReading reading, CancellationToken cancellation)
    {
        if (reading.Config is not { } config)
        {
            return GlobalOptions.Complain(output, reading);
        }

        if (!(await NodeServer.CreateAsync(config, TimeProvider.System, cancellation)).TryGet(out var node, out var failure))
        {
            return output.Fail(failure);
        }

        await using (node)
        {
            if (await node.StartAsync(cancellation) is { } refused)
            {
                return output.Fail(refused);
            }

            await SayReadyAsync(output, node, config, cancellation);
            node.Hurry = CommandLine.Hurry();
            await using var asked = cancellation.Register(() => SayStopping(output, node.Running, config.Work.Drain));
            await node.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ExitCodes.Done;
    }

    private static async Task SayReadyAsync(Output output, NodeServer node, NodeConfig config, CancellationToken cancellation)
    {
        if (config.Data.OpenToOthers is { } mode)
        {
            output.Note($"Warning: other users of this machine may enter {config.Data.Root} (its mode is {mode}). To close it: chmod 700 {config.Data.Root}");
        }

        if (node.DatabaseAway is { } away)
        {
            output.Note($"Warning: {away.Message} It captures what it knew last; everything else comes when the database answers.");
        }

        foreach (var warning in WarningShape.Of(config))
        {
            output.Note($"Warning: {warning.Message} {warning.Mend}");
        }

        if (output.Json)
        {
            output.Line(System.Text.Json.JsonSerializer.Serialize(new UpShape(node.Page.Length == 0 ? null : node.Page, config.Data.Root, Environment.ProcessId), UpJson.Default.UpShape));
            return;
        }

        output.Line($"Tidemark {NodeEndpoints.Version} is up. Data: {config.Data.Root}, database: {config.Database.Display}");
        if (config.Roles != NodeRoles.All)
        {
            output.Line($"Roles: {string.Join(", ", config.Roles.Names())}");
        }

        if (node.Page.Length == 0)
        {
            output.Line("It serves no page, and listens on its Unix socket only. Ctrl-C stops it.");
            return;
        }

        // A sign-in address is a secret: it goes to a person's screen, never into a service's log.
        output.Line(Console.IsOutputRedirected || node.DatabaseAway is not null
            ? $"The page: {node.Page} (sign in with the address that 'tidemark page' gives)"
            : $"The page: {await node.SignInAddressAsync(cancellation)}");
        output.Line("Ctrl-C stops it.");
    }

    // Nothing else is to be seen of a node that waits for what it runs: its page is gone already.
    private static void SayStopping(Output output, int running, TimeSpan drain)
    {
        if (running > 0 && drain > TimeSpan.Zero)
        {
            output.Note($"tidemark: stopping. {running} task{(running == 1 ? "" : "s")} may go on for {Units.Span(drain)}; what is not done by then is handed back, and begun anew. Ctrl-C again hands it back at once.");
        }
    }
}
