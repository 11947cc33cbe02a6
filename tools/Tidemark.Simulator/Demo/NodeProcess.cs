using System.Diagnostics;
using System.Text.Json;

namespace Tidemark.Simulator.Demo;

/// <summary>A real node, as a process of its own, ended with the demo.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LinesKept = 12;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    private readonly Process process;
    private readonly TimeProvider time;
    private readonly Queue<string> said = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource gone = new();

    private NodeProcess(Process process, TimeProvider time)
    {
        this.process = process;
        this.time = time;
        // Nobody types to the node, and its pipes must not fill up.
        process.StandardInput.Close();
        Ended = WatchAsync();
    }

    /// <summary>Cancelled when the node's process has ended.</summary>
    public CancellationToken Gone => gone.Token;

    /// <summary>Completes when the node's process has ended and all that it said was read.</summary>
    public Task Ended { get; }

    /// <summary>Starts it and returns when it is ready.</summary>
    /// <exception cref="DemoFailure">It ended instead, or was not ready in time.</exception>
    public static async Task<NodeProcess> StartAsync(Commands commands, int port, TimeProvider time, CancellationToken cancellation)
    {
        var up = new ProcessStartInfo("", ["up", "--listen", $"127.0.0.1:{port}", "--json"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var node = new NodeProcess(commands.Start(up), time);
        try
        {
            await Task.WhenAny(node.ready.Task, node.Ended).WaitAsync(StartPatience, time, cancellation);
            if (node.ready.Task.IsCompleted)
            {
                return node;
            }

            await Task.Delay(DemoRun.SignalGrace, time, cancellation);
            throw node.Failure();
        }
        catch (TimeoutException)
        {
            await node.DisposeAsync();
            throw new DemoFailure($"The node was not ready within {StartPatience.TotalSeconds:F0} s.{node.LastWords()}");
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why the demo cannot go on when the node has ended by itself.</summary>
    public DemoFailure Failure() => new($"The node ended by itself with code {process.ExitCode}.{LastWords()}", process.ExitCode == 2 ? 2 : 1);

    public async ValueTask DisposeAsync()
    {
        await process.EndAsync(EndPatience, time);
        await Ended;
        process.Dispose();
        gone.Dispose();
    }

    private async Task WatchAsync()
    {
        await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError), process.WaitForExitAsync());
        await gone.CancelAsync();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            if (!ready.Task.IsCompleted && IsReady(line))
            {
                ready.TrySetResult();
                continue;
            }

            lock (said)
            {
                said.Enqueue(line);
                if (said.Count > LinesKept)
                {
                    said.Dequeue();
                }
            }
        }
    }

    private static bool IsReady(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("page", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private string LastWords()
    {
        lock (said)
        {
            return said.Count == 0 ? "" : $" Its last words:\n  {string.Join("\n  ", said)}";
        }
    }
}
