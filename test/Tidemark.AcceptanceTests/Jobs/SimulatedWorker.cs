using System.Text.Json;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>A real process that works for the real engine, with tasks that do what tests ask of them.</summary>
internal sealed class SimulatedWorker : IAsyncDisposable
{
    private SimulatedWorker(RunningProgram program, string home) => (Program, Home) = (program, home);

    public RunningProgram Program { get; }

    /// <summary>Its folder; its tools run below it.</summary>
    public string Home { get; }

    /// <summary>As what it registered last.</summary>
    public Guid Node { get; private set; }

    /// <summary>Starts one and returns when it has registered.</summary>
    public static async Task<SimulatedWorker> StartAsync(string database, string home, params IReadOnlyList<string> more)
    {
        Directory.CreateDirectory(home);
        var worker = new SimulatedWorker(RunningProgram.Start([Built.Simulator, "work", "--database", database, "--home", home, .. more]), home);
        try
        {
            await worker.RegisteredAsync(1);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it has registered so many times.</summary>
    public async Task RegisteredAsync(int times) => Node = (await TellsAsync("Registered", times)).GetProperty("node").GetGuid();

    /// <summary>The first line of this sort of which this is true; also one that came already.</summary>
    public async Task<JsonElement> TellsAsync(string what, Func<JsonElement, bool>? wanted = null) =>
        Read(await LineAsync(what, line => IsSort(line, what) && (wanted is null || wanted(Read(line)))));

    /// <summary>The line of this sort that comes as the <paramref name="times"/>th.</summary>
    public async Task<JsonElement> TellsAsync(string what, int times)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Read(await LineAsync($"{times} {what}", line => IsSort(line, what) && seen.Add(line) && seen.Count == times));
    }

    public Task<JsonElement> TellsAsync(string what, Guid job, int task = 1, int? attempt = null) => TellsAsync(what, line => IsOf(line, job, task) && (attempt is null || line.GetProperty("attempt").GetInt32() == attempt));

    /// <summary>Every line of this sort so far.</summary>
    public IReadOnlyList<JsonElement> Told(string what) => [.. Program.Lines.Where(line => IsSort(line, what)).Select(Read)];

    public static bool IsOf(JsonElement line, Guid job, int task) => line.GetProperty("job").GetGuid() == job && line.GetProperty("task").GetInt32() == task;

    public static DateTimeOffset At(JsonElement line) => line.GetProperty("at").GetDateTimeOffset();

    public async Task KillAsync()
    {
        Program.SignalAll(RunningProgram.Kill);
        await Program.EndAsync();
    }

    /// <summary>As a service manager does it.</summary>
    public async Task StopAsync()
    {
        Program.Signal(RunningProgram.Terminate);
        (await Program.EndAsync()).Ended(0);
    }

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    private async Task<string> LineAsync(string what, Func<string, bool> wanted)
    {
        try
        {
            return await Program.LineAsync(wanted);
        }
        catch (OperationCanceledException late) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Path.GetFileName(Home)} did not tell {what}. Last it told:\n{string.Join('\n', Program.Lines.TakeLast(30))}", late);
        }
    }

    private static bool IsSort(string line, string what) => line.StartsWith($"{{\"is\":\"{what}\"", StringComparison.Ordinal);

    private static JsonElement Read(string line) => JsonSerializer.Deserialize<JsonElement>(line);
}
