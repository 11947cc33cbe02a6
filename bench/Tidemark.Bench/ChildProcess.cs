using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Tidemark.Bench;

/// <summary>A process of the run; gone at the latest when this is disposed.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process process;
    private readonly Task<string> complaints;

    private ChildProcess(Process process)
    {
        this.process = process;
        complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one that says in a line of JSON when it is ready, and gives that line.</summary>
    public static async Task<(ChildProcess Process, JsonElement Ready)> StartAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var child = Start(program, arguments);
        try
        {
            var line = await child.process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, cancellation)
                ?? throw new BenchmarkBroke($"{Path.GetFileName(program)} ended at once: {(await child.complaints).Trim()}");
            return (child, JsonSerializer.Deserialize<JsonElement>(line));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one that says nothing.</summary>
    public static ChildProcess Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = new Process { StartInfo = start };
        process.Start();
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>Runs one to its end; gives what it printed, and what it and its children used.</summary>
    public static async Task<(string Output, TimeSpan Wall, TimeSpan Cpu)> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var cpu = EndedChildrenCpu();
        var start = Stopwatch.GetTimestamp();
        await using var child = Start(program, arguments);
        var output = await child.process.StandardOutput.ReadToEndAsync(cancellation);
        await child.process.WaitForExitAsync(cancellation);
        var wall = Stopwatch.GetElapsedTime(start);
        return child.process.ExitCode == 0
            ? (output, wall, EndedChildrenCpu() - cpu)
            : throw new BenchmarkBroke($"{Path.GetFileName(program)} failed: {(await child.complaints).Trim()}");
    }

    /// <summary>Processor time of all children that have ended and were waited for, and of theirs.</summary>
    public static TimeSpan EndedChildrenCpu()
    {
        var usage = new long[18];
        return getrusage(Children, usage) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3])
            : throw new BenchmarkBroke("The processor time of children cannot be read.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }

    private const int Children = -1;

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int getrusage(int who, [Out] long[] usage);
}
