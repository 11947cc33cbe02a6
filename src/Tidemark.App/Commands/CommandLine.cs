using System.CommandLine;
using System.Runtime.InteropServices;
using Tidemark.Database;

namespace Tidemark.App.Commands;

/// <summary>Runs a command line: what is wrong with it is said in a sentence, and no stack trace ever reaches a person.</summary>
internal static class CommandLine
{
    private static readonly CancellationTokenSource Second = new();
    private static bool mayHurry;

    /// <summary>Cancelled by the second Ctrl-C, which otherwise ends the process. For a command that has something to do still when it is interrupted, but need not wait with it.</summary>
    public static CancellationToken Hurry()
    {
        mayHurry = true;
        return Second.Token;
    }

    public static async Task<int> RunAsync(Command root, string[] args)
    {
        var parsed = root.Parse(args.Length == 0 ? ["help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"tidemark: {Printable.Text(error.Message)}");
            }

            await Console.Error.WriteLineAsync($"          See: tidemark help {PathOf(parsed.CommandResult.Command)}".TrimEnd());
            return ExitCodes.BadUsage;
        }

        // It lives as long as the process: a signal may come while everything else is being disposed.
        var interrupt = new CancellationTokenSource();
        PosixSignal? first = null;
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            // Who asks a second time does not want to wait. Another signal is no second time: Ctrl-C reaches a whole
            // group of processes, and the one that started us sends a SIGTERM of its own.
            if (first == signal.Signal)
            {
                if (mayHurry && !Second.IsCancellationRequested)
                {
                    Second.Cancel();
                    return;
                }

                Environment.Exit(ExitCodes.Interrupted);
            }

            first ??= signal.Signal;
            interrupt.Cancel();
        }

        try
        {
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token);
            return code;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (System.Data.Common.DbException error)
        {
            return Output.ToConsole(json: false).Fail(DatabaseFailures.Map(error));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Output.ToConsole(json: false).Fail(DiskFailures.Map(error));
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"tidemark: something broke that nobody foresaw: {Printable.Text(error.Message)}");
            await Console.Error.WriteLineAsync(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TIDEMARK_TRACE"))
                ? "          Run it again with TIDEMARK_TRACE=1 to see where, and report that."
                : error.ToString());
            return ExitCodes.Failed;
        }
    }

    // A symbol knows the ones right above it only; the topmost is the program.
    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}".TrimStart() : "";
}
