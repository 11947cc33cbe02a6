using System.Diagnostics;

namespace Tidemark.Simulator.Demo;

/// <summary>Runs the program's commands as a user types them, against the demo's node and nothing else.</summary>
internal sealed class Commands(string app, string data, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Shows the command and runs it on this terminal. Fails where it fails.</summary>
    public async Task RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        Show(arguments);
        using var process = Start(new ProcessStartInfo("", arguments));
        var code = await EndAsync(process, cancellation);
        if (code != 0)
        {
            throw new DemoFailure($"'tidemark {arguments[0]}' ended with code {code}; what it said is above.");
        }
    }

    /// <summary>Shows the command and gives what it prints.</summary>
    /// <param name="quietly">Arguments that are passed but not shown.</param>
    public async Task<string> ReadAsync(IReadOnlyList<string> arguments, IReadOnlyList<string> quietly, CancellationToken cancellation)
    {
        Show(arguments);
        using var process = Start(new ProcessStartInfo("", [.. arguments, .. quietly]) { UseShellExecute = false, RedirectStandardOutput = true });
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var code = await EndAsync(process, cancellation);
        return code == 0 ? await output : throw new DemoFailure($"'tidemark {arguments[0]}' ended with code {code}.");
    }

    /// <summary>Starts the program without showing anything.</summary>
    public Process Start(ProcessStartInfo start)
    {
        // What the user has set for a node of their own must not reach this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("TIDEMARK_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.FileName = app;
        start.Environment["TIDEMARK_DATA"] = data;
        start.Environment["TIDEMARK_CONFIG"] = "/dev/null";
        // A process that Ctrl-C meets in its first moments would leave the runtime's debugger pipes in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new DemoFailure($"{app} does not start: {error.Message}");
        }
    }

    private static void Show(IReadOnlyList<string> arguments) => Console.WriteLine($"\n$ ./tidemark {string.Join(' ', arguments.Select(Quoted))}");

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private async Task<int> EndAsync(Process process, CancellationToken cancellation)
    {
        try
        {
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await process.EndAsync(Patience, time);
            throw;
        }
    }
}
