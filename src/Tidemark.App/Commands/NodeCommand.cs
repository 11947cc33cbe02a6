using System.CommandLine;

namespace Tidemark.App.Commands;

/// <summary>A command that speaks to a running node.</summary>
internal static class NodeCommand
{
    public static void Runs(this Command command, Func<ParseResult, NodeClient, Output, CancellationToken, Task<int>> body) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = GlobalOptions.Output(parsed);
            if (!Connect(parsed, output, out var exitCode).TryGet(out var client, out _))
            {
                return exitCode;
            }

            using (client)
            {
                try
                {
                    return await body(parsed, client, output, cancellation);
                }
                catch (HttpRequestException)
                {
                    return output.Fail(new Failure(FailureKind.Unreachable, "connection_lost", "The connection to the node was lost.", "Check whether it still runs: tidemark doctor"));
                }
                catch (HttpIOException)
                {
                    return output.Fail(new Failure(FailureKind.Unreachable, "connection_lost", "The connection to the node was lost.", "Check whether it still runs: tidemark doctor"));
                }
            }
        });

    private static Result<NodeClient> Connect(ParseResult parsed, Output output, out int exitCode)
    {
        exitCode = ExitCodes.Done;
        if ((parsed.GetValue(GlobalOptions.Server) ?? Environment.GetEnvironmentVariable("TIDEMARK_SERVER")) is { Length: > 0 } server)
        {
            var elsewhere = NodeClient.OnAddress(server, Environment.GetEnvironmentVariable("TIDEMARK_TOKEN"));
            exitCode = elsewhere.Failed(out var failure) ? output.Fail(failure) : ExitCodes.Done;
            return elsewhere;
        }

        var reading = GlobalOptions.ReadConfig(parsed);
        if (reading.Config is null)
        {
            exitCode = GlobalOptions.Complain(output, reading);
            return new Failure(FailureKind.BadInput, "config", "The configuration has faults.");
        }

        return NodeClient.OnSocket(reading.Config.Data.Socket);
    }
}
