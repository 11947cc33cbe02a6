using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Tidemark.Bench.Jobs;

/// <summary>
/// Debian's Celery on Debian's Redis, both with their defaults: tasks acknowledged before they run, four prefetched by
/// each process, snapshots of Redis' memory as its only way to disk (so nothing that a task does is safe when it is done).
/// </summary>
internal sealed class Celery : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly List<IAsyncDisposable> processes;
    private readonly KeptServer redis;
    private readonly Dictionary<string, KeptServer> workers;
    private readonly Process driver;

    private Celery(List<IAsyncDisposable> processes, KeptServer redis, Dictionary<string, KeptServer> workers, Process driver) =>
        (this.processes, this.redis, this.workers, this.driver) = (processes, redis, workers, driver);

    /// <summary>Null where it is not installed; a note says so.</summary>
    /// <param name="nodes">By name: how many processes, and whether results are kept (in Redis), as ours are.</param>
    public static async Task<Celery?> StartAsync(Room room, IReadOnlyDictionary<string, (int Processes, bool Results)> nodes, CancellationToken cancellation)
    {
        // The system's own: Debian's Celery is not seen by another Python on the PATH.
        const string Python = "/usr/bin/python3";
        if (Places.Installed("redis-server") is not { } server || !Directory.Exists("/usr/lib/python3/dist-packages/celery") || !Directory.Exists("/usr/lib/python3/dist-packages/redis"))
        {
            room.Notes.Add("Celery on Redis is not installed: its rows were left out, and what is compared with it was not measured. To have it: apt-get install redis-server python3-celery python3-redis");
            return null;
        }

        room.Say("starting Redis and Celery");
        var folder = room.PathOf("celery");
        Directory.CreateDirectory(folder);
        var processes = new List<IAsyncDisposable>();
        try
        {
            var port = KeptServer.FreePort();
            var redis = Add(KeptServer.Start(folder, "redis", [server, "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder]));
            await redis.ListensAsync(port, cancellation);
            var environment = new Dictionary<string, string>
            {
                ["PYTHONPATH"] = Path.GetDirectoryName(Places.Script("tidemark_celery.py"))!,
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["BENCH_BROKER"] = $"redis://127.0.0.1:{port}/0",
                ["BENCH_DONE"] = Path.Combine(folder, "done"),
                // Celery warns of root, and does not mind it.
                ["C_FORCE_ROOT"] = "1",
            };
            var workers = nodes.ToDictionary(node => node.Key, node => Add(KeptServer.Start(folder, node.Key,
                [Python, "-m", "celery", "-A", "tidemark_celery", "worker", "-c", $"{node.Value.Processes}", "-n", $"{node.Key}@bench", "-Q", node.Key],
                node.Value.Results ? new Dictionary<string, string>(environment) { ["BENCH_BACKEND"] = $"redis://127.0.0.1:{port}/1" } : environment)));
            var start = new ProcessStartInfo(Python, [Places.Script("tidemark_celery.py")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (var (key, value) in environment)
            {
                start.Environment[key] = value;
            }

            var celery = new Celery(processes, redis, workers, Process.Start(start)!);
            // A worker answers its first task when all its processes have started.
            foreach (var node in nodes.Keys)
            {
                await celery.AskAsync($"pickup {node}@bench 5 0", cancellation);
            }

            return celery;
        }
        catch
        {
            await DisposeAsync(processes);
            throw;
        }

        KeptServer Add(KeptServer kept)
        {
            processes.Insert(0, kept);
            return kept;
        }
    }

    /// <summary>The queue is filled first; then the time from the first task done to the last.</summary>
    public async Task<IReadOnlyList<Measure>> DrainAsync(string node, int tasks, CancellationToken cancellation)
    {
        var before = Cpu();
        var seconds = (await AskAsync($"drain {node}@bench {tasks}", cancellation)).GetProperty("seconds").GetDouble();
        return [new(Meter.Rate, (tasks - 1) / seconds, "1/s"), new(Meter.ServerCpu, (Cpu() - before).TotalMilliseconds / tasks, "ms")];

        TimeSpan Cpu() => redis.Cpu() + workers[node].Cpu();
    }

    /// <summary>Milliseconds from before a task is sent to an idle worker until it begins.</summary>
    public async Task<IReadOnlyList<double>> PickupAsync(string node, int tasks, TimeSpan gap, CancellationToken cancellation) =>
        [.. (await AskAsync(string.Create(CultureInfo.InvariantCulture, $"pickup {node}@bench {tasks} {gap.TotalSeconds}"), cancellation)).GetProperty("milliseconds").EnumerateArray().Select(wait => wait.GetDouble())];

    public async ValueTask DisposeAsync()
    {
        driver.StandardInput.Close();
        await driver.WaitForExitAsync(CancellationToken.None);
        driver.Dispose();
        await DisposeAsync(processes);
    }

    private static async ValueTask DisposeAsync(List<IAsyncDisposable> processes)
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    private async Task<JsonElement> AskAsync(string command, CancellationToken cancellation)
    {
        await driver.StandardInput.WriteLineAsync(command.AsMemory(), cancellation);
        await driver.StandardInput.FlushAsync(cancellation);
        try
        {
            return await driver.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, cancellation) is { } line
                ? JsonSerializer.Deserialize<JsonElement>(line)
                : throw new BenchmarkBroke("Celery's driver ended; what it said is above.");
        }
        catch (TimeoutException)
        {
            throw new BenchmarkBroke($"Celery did not finish '{command}' within {Patience.TotalSeconds:0} s.");
        }
    }
}
