using System.ComponentModel;
using System.Diagnostics;

namespace Tidemark.Media;

/// <summary>Runs programs under the supervisor (design/media.md, M1 and M2).</summary>
public static class Tool
{
    // How long a killed group may take to die (it is only slow in an uninterruptible read), and how long its last words may take to reach us on a busy machine.
    private static readonly TimeSpan DeathGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Runs a tool to its end. Fails with <see cref="FailureKind.Cancelled"/>, <see cref="FailureKind.Stalled"/>,
    /// <see cref="FailureKind.Resource"/> <c>wall_time</c> or <see cref="FailureKind.Infrastructure"/> (could not be started);
    /// in each case nothing of it runs any more when this returns. Being cancelled is a value here, never an exception.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="time">Clock of the stall and wall limits.</param>
    /// <param name="line">Told each line of standard output; says whether it is a sign of progress.</param>
    /// <param name="cancel">Kills the run.</param>
    public static async Task<Result<ToolRun>> RunAsync(ToolCommand command, TimeProvider time, Func<string, bool>? line, CancellationToken cancel)
    {
        var name = Path.GetFileName(command.Path);
        if (cancel.IsCancellationRequested)
        {
            return Cancelled(name);
        }

        using var process = new Process { StartInfo = Supervisor.StartInfo(command) };
        var began = time.GetTimestamp();
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return NotStarted(name, e.Message);
        }

        using var ending = new RunEnding(process, name, command, time, cancel);
        var errors = new TailText(64 * 1024);
        var output = ListenAsync(process.StandardOutput, line, ending);
        var complaints = ToolOutput.CollectAsync(process.StandardError, errors);
        var exited = process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(exited, ending.Asked);
        ending.CloseLifeline();
        await DiedAsync(process, exited);
        await DrainedAsync(output, complaints);
        if (ending.Reason is { } reason)
        {
            return reason;
        }

        var run = new ToolRun(process.ExitCode, errors.ToString(), time.GetElapsedTime(began));
        return run.Status is 126 or 127 ? NotStarted(name, run.StandardError.Trim()) : run;
    }

    private static async Task ListenAsync(StreamReader reader, Func<string, bool>? line, RunEnding ending)
    {
        try
        {
            await ToolOutput.ReadAsync(reader, text =>
            {
                if (line is null || line(text))
                {
                    ending.Moved();
                }
            });
        }
        catch
        {
            // A listener that throws must not leave the tool running into a full pipe.
            ending.Abandon();
            throw;
        }
    }

    private static async Task DiedAsync(Process process, Task exited)
    {
        try
        {
            await exited.WaitAsync(DeathGrace, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await exited;
        }
    }

    // The pipes end when the last process of the group has; one that escaped it (by a session of its own) must not hold us.
    private static async Task DrainedAsync(params Task[] readers)
    {
        try
        {
            await Task.WhenAll(readers).WaitAsync(OutputGrace, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            foreach (var reader in readers)
            {
                _ = reader.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }

    internal static Failure Cancelled(string name) => new(FailureKind.Cancelled, "cancelled", $"{name} was stopped because somebody asked for it.");

    private static Failure NotStarted(string name, string why) =>
        new(FailureKind.Infrastructure, "tool_not_started", $"{name} could not be started: {why}", "Check that it and util-linux (setsid, prlimit, setpriv) are installed: tidemark doctor");
}
