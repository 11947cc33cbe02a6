using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>What a program said and how it ended.</summary>
internal sealed record Ran(int ExitCode, string Output, string Errors)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(Output);

    /// <summary>Itself, when it ended with this code and printed no stack trace.</summary>
    public Ran Ended(int code)
    {
        Assert.True(ExitCode == code, $"It ended with {ExitCode} instead of {code}.\n{Output}\n{Errors}");
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Output, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>
/// A real process with a session of its own, as a terminal gives it one: a signal to it reaches its children too, and
/// nothing that it started outlives the test.
/// </summary>
internal sealed partial class RunningProgram : IAsyncDisposable
{
    public const int Interrupt = 2, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    private readonly Process process;
    private readonly StringBuilder output = new(), errors = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> awaited = [];
    private readonly List<string> lines = [];
    private readonly Lock gate = new();

    private RunningProgram(Process process)
    {
        this.process = process;
        process.StandardInput.Close();
        Reaper.Began(process.Id);
        Ended = WatchAsync();
    }

    public int Id => process.Id;

    /// <summary>Completes when the process has ended and its pipes are read.</summary>
    public Task<Ran> Ended { get; }

    /// <summary>What it has printed so far, on either pipe.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    /// <param name="command">A program and its arguments.</param>
    /// <param name="environment">Set on top of ours, from which all TIDEMARK_ is taken; null takes one away.</param>
    public static RunningProgram Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        // A test run in the background of a shell has SIGINT ignored, and children inherit that.
        var start = new ProcessStartInfo("/usr/bin/setsid", ["/usr/bin/env", "--default-signal=INT,QUIT", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("TIDEMARK_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["TIDEMARK_CONFIG"] = "/dev/null";
        start.Environment["DOTNET_ROOT"] = Built.DotnetRoot;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>The first line that it prints, on either pipe, of which this is true; also one that came already.</summary>
    public async Task<string> LineAsync(Func<string, bool> wanted)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (lines.Find(line => wanted(line)) is { } already)
            {
                return already;
            }

            awaited.Add((wanted, found));
        }

        using var limit = Until.Limit();
        var first = await Task.WhenAny(found.Task, Ended).WaitAsync(limit.Token);
        Assert.True(first == found.Task, $"It ended before it printed the line:\n{(Ended.IsCompleted ? (await Ended) is var ran ? $"{ran.ExitCode}\n{ran.Output}\n{ran.Errors}" : "" : "")}");
        return await found.Task;
    }

    public async Task<Ran> EndAsync()
    {
        using var limit = Until.Limit();
        return await Ended.WaitAsync(limit.Token);
    }

    /// <summary>To the process alone.</summary>
    public void Signal(int signal) => Assert.Equal(0, kill(process.Id, signal));

    /// <summary>To it and the children in its session's first group, as Ctrl-C in a terminal does.</summary>
    public void SignalAll(int signal) => Assert.Equal(0, kill(-process.Id, signal));

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            _ = kill(process.Id, Terminate);
            _ = kill(process.Id, Continue);
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System));
        }

        _ = kill(-process.Id, Kill);
        Reaper.Ended(process.Id);
        await Ended;
        process.Dispose();
    }

    private async Task<Ran> WatchAsync()
    {
        await Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors), process.WaitForExitAsync());
        return new Ran(process.ExitCode, output.ToString(), errors.ToString());
    }

    private async Task ReadAsync(StreamReader from, StringBuilder into)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                into.Append(line).Append('\n');
                lines.Add(line);
                foreach (var (_, found) in awaited.Where(waiting => waiting.Wanted(line)))
                {
                    found.TrySetResult(line);
                }
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int process, int signal);
}
