using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Tidemark.Sources;

namespace Tidemark.Bench;

/// <summary>Thousands of sources every few seconds, a tenth of them hung: how late their slots begin, and what that costs, beside an asyncio program that makes the same polls.</summary>
internal sealed class CaptureBenchmark : IBenchmark
{
    public const int Sources = 5000;
    public const int EverySeconds = 6;
    private const string Ours = "tidemark";
    private const string Theirs = "python, asyncio, no fsync";
    private ChildProcess? simulator;
    private int runs;

    public string Name => "capture";

    public string About => $"{Sources:#,0} sources every {EverySeconds} s, a tenth of them hung: how late slots begin, which are missed, syncs, processor and memory";

    public int Rounds => 3;

    public TimeSpan Budget => TimeSpan.FromMinutes(10);

    public bool WarmsUp => false;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        room.Say("starting the sites");
        (simulator, var ready) = await ChildProcess.StartAsync(Places.Program("Tidemark.Simulator"),
            ["serve", "--json", "--sites-count", $"{Sources}", "--history", "0", "--live-every", "60s", "--listed", "2", "--hung-share", "0.1"], cancellation);
        var address = ready.GetProperty("url").GetString()!;
        var stretch = new CaptureStretch(TimeSpan.FromSeconds(room.Quick ? 15 : 30), TimeSpan.FromSeconds(room.Quick ? 9 : 60), await HungAsync(address, cancellation));
        room.Notes.Add($"Each site has a new picture every 60 s, not all at the same time. Slots are spread over the interval on both sides; all sites share one address here, so 'capture.perHost' is raised. Measured over {stretch.Length.TotalSeconds:0} s: ours {stretch.WarmUp.TotalSeconds:0} s after its start, when most of it is compiled, the other {EverySeconds} s after.");
        return new Sides(
        [
            new Case(Ours, stop => CaptureRun.RunAsync(NewFolder(room), address, stretch, stop)),
            new Case(Theirs, stop => PythonAsync(NewFolder(room), address, stretch, stop)),
        ],
        [new Ratio("start lateness, p99", Ours, Theirs), new Ratio("cpu", Ours, Theirs), new Ratio("memory", Ours, Theirs)])
        {
            Wanted = [new Wanted("start lateness, p99", Ours, Goal.Most(50)), new Wanted("missed slots of healthy sources", Ours, Goal.Most(0))],
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (simulator is not null)
        {
            await simulator.DisposeAsync();
        }
    }

    public static string SiteId(int number) => string.Create(CultureInfo.InvariantCulture, $"site-{number:0000}");

    private static async Task<IReadOnlySet<string>> HungAsync(string address, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var hung = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(1, Sources).Select(SiteId), cancellation, async (id, stop) =>
        {
            if (await http.GetStringAsync(new Uri($"{address}/control/sites/{id}/faults"), stop) != "[]")
            {
                hung[id] = true;
            }
        });
        return hung.Keys.ToHashSet(StringComparer.Ordinal);
    }

    private static async Task<IReadOnlyList<Measure>> PythonAsync(string folder, string address, CaptureStretch stretch, CancellationToken cancellation)
    {
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        var hung = Path.Combine(folder, "hung.txt");
        await File.WriteAllLinesAsync(hung, stretch.Hung, cancellation);
        var run = await ChildProcess.RunAsync(python,
            [Places.Script("capture.py"), folder, address, $"{Sources}", $"{EverySeconds}", $"{EverySeconds}", $"{stretch.Length.TotalSeconds:0}", hung], cancellation);
        var said = JsonSerializer.Deserialize<JsonElement>(run.Output);
        return
        [
            new("start lateness, p50", said.GetProperty("p50").GetDouble(), "ms"), new("start lateness, p99", said.GetProperty("p99").GetDouble(), "ms"),
            new("missed slots of healthy sources", said.GetProperty("missed").GetDouble(), ""), new("polls/s", said.GetProperty("polls").GetDouble(), "1/s"),
            new("frames/s", said.GetProperty("frames").GetDouble(), "1/s"), new("cpu", said.GetProperty("cpu").GetDouble(), "cores"), new("memory", said.GetProperty("memory").GetDouble(), "MB"),
        ];
    }

    private string NewFolder(Room room)
    {
        var folder = room.PathOf((++runs).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        return folder;
    }
}

/// <summary>What is measured.</summary>
/// <param name="WarmUp">Before it counts: all sources are polled at the start.</param>
/// <param name="Length">Over which it counts.</param>
/// <param name="Hung">Ids of the sites that never answer.</param>
internal sealed record CaptureStretch(TimeSpan WarmUp, TimeSpan Length, IReadOnlySet<string> Hung)
{
    public static SourceConfig Config(string address, string id) =>
        new($"{address}/sites/{id}/index.json", CaptureBenchmark.EverySeconds, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: true) { JitterSeconds = CaptureBenchmark.EverySeconds };
}
