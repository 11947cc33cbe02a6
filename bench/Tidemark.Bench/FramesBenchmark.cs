using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Database;
using Tidemark.Sources;

namespace Tidemark.Bench;

/// <summary>Four cameras' frames into the archive, beside the scripts people collect frames with today.</summary>
internal sealed class FramesBenchmark : IBenchmark
{
    // The simulator keeps 96 pictures; more would measure how fast it paints.
    private const int FramesASite = 24;
    private static readonly string[] SiteIds = ["harbour", "pier", "lighthouse", "valley"];
    private const string Ours = "tidemark";
    private ChildProcess? simulator;
    private int runs;

    public string Name => "frames";

    public string About => "Frames of four cameras, downloaded and kept: ours (synced, hashed, indexed) beside scripts with curl and Python";

    public int Rounds => 9;

    public bool WarmsUp => true;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        var sites = await PaintAsync(room, cancellation);
        var cases = new List<Case>
        {
            new(Ours, async stop => await CaptureAsync(room, sites, stop)),
            new("tidemark, one stage after another", stop => FrameStages.RunAsync(NewFolder(room), sites[0], stop)),
        };
        var ratios = new List<Ratio>();
        foreach (var (name, what, limit) in ((string, string, double?)[])[("python, no fsync", "plain", null), ("python, fsync of the file", "fsync", null), ("python, same promises", "promises", 1.0)])
        {
            cases.Add(new Case(name, stop => PythonAsync(room, what, sites, stop)));
            ratios.Add(new Ratio("frames/s", Ours, name, limit is { } least ? Goal.Least(least) : null));
        }

        if (Places.Installed("curl") is null)
        {
            room.Notes.Add("curl is not installed: its loops were left out.");
        }
        else
        {
            cases.Add(new Case("curl + mv, no fsync", stop => ShellAsync(room, "plain", sites, stop)));
            cases.Add(new Case("curl + sync -d + mv", stop => ShellAsync(room, "sync", sites, stop)));
            ratios.Add(new Ratio("frames/s", Ours, "curl + mv, no fsync", Goal.Least(1)));
            ratios.Add(new Ratio("frames/s", Ours, "curl + sync -d + mv", Goal.Least(2)));
            ratios.Add(new Ratio("cpu/frame", Ours, "curl + mv, no fsync", Goal.Most(1)));
        }

        ratios.Add(new Ratio("cpu/frame", Ours, "python, same promises"));
        return new Sides(cases, ratios);
    }

    public async ValueTask DisposeAsync()
    {
        if (simulator is not null)
        {
            await simulator.DisposeAsync();
        }
    }

    private async Task<Source[]> PaintAsync(Room room, CancellationToken cancellation)
    {
        room.Say("painting pictures");
        (simulator, var ready) = await ChildProcess.StartAsync(Places.Program("Tidemark.Simulator"),
            ["serve", "--json", "--sites", string.Join(',', SiteIds), "--clock", "2026-06-21T12:00:00Z", "--every", "10m", "--history", $"{FramesASite * 10}m", "--live-every", "0"], cancellation);
        var address = ready.GetProperty("url").GetString();
        using var http = new HttpClient();
        var pictures = new List<Uri>();
        foreach (var site in SiteIds)
        {
            var index = await JsonSerializer.DeserializeAsync<JsonElement>(await http.GetStreamAsync(new Uri($"{address}/sites/{site}/index.json"), cancellation), cancellationToken: cancellation);
            pictures.AddRange(index.GetProperty("frames").EnumerateArray().Select(frame => new Uri(new Uri(address!), frame.GetProperty("url").GetString())));
        }

        await Parallel.ForEachAsync(pictures, cancellation, async (picture, stop) => await http.GetByteArrayAsync(picture, stop));
        var pointers = new FrameIndexPointers("/frames", "/takenAt", "/url", "/name");
        return [.. SiteIds.Select(site => new Source(site, new SourceConfig($"{address}/sites/{site}/index.json", 600, pointers, [], PrivateNetwork: true), Paused: false, DateTimeOffset.UnixEpoch))];
    }

    private static async Task<IReadOnlyList<Measure>> CaptureAsync(Room room, Source[] sites, string folder, CancellationToken cancellation)
    {
        await using var archive = await OpenArchive.InAsync(folder, cancellation);
        var options = new CaptureOptions();
        await using var journal = new Journal(archive.Folder, options, TimeProvider.System, NullLogger<Journal>.Instance);
        var sources = new SourceStore(archive.Database, TimeProvider.System);
        await using var shipper = new JournalShipper(journal, archive.Folder, archive.Database, archive.Frames.Index, sources, options, TimeProvider.System, NullLogger<JournalShipper>.Instance);
        shipper.Start();
        var intake = new Intake(archive.Frames, journal, shipper, TimeProvider.System);
        await using var quarantine = new Quarantine(archive.Folder, new QuarantineStore(archive.Database), TimeProvider.System, NullLogger<Quarantine>.Instance);
        await using var conditions = new Conditions(new ConditionStore(archive.Database), TimeProvider.System, NullLogger<Conditions>.Instance);
        var feed = new FrameIndexFeed(intake, new Takings(intake, quarantine, new Markers(archive.Folder)), new Downloads(archive.Folder, options, TimeProvider.System),
            new SourceWatch(conditions, archive.Folder, TimeProvider.System), TimeProvider.System);
        var (wall, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var polls = await Task.WhenAll(sites.Select(site => Task.Run(async () =>
        {
            using var client = new OutsideClient(new AddressRules(site.Config), TimeProvider.System, TimeSpan.FromSeconds(20));
            return await feed.PollAsync(site, client, cancellation);
        })));
        if (await shipper.ShipAsync(cancellation) is { } notShipped)
        {
            throw new BenchmarkBroke(notShipped.ToString());
        }

        var elapsed = Stopwatch.GetElapsedTime(wall);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        return polls.FirstOrDefault(poll => poll.Failure is not null)?.Failure is { } failure
            ? throw new BenchmarkBroke(failure.ToString())
            : Measures(elapsed.TotalSeconds, cpu.TotalSeconds, polls.Sum(poll => poll.Captured), await archive.Frames.Index.BytesAsync(cancellation));
    }

    private Task<IReadOnlyList<Measure>> CaptureAsync(Room room, Source[] sites, CancellationToken cancellation) => CaptureAsync(room, sites, NewFolder(room), cancellation);

    private async Task<IReadOnlyList<Measure>> PythonAsync(Room room, string strength, Source[] sites, CancellationToken cancellation)
    {
        var folder = NewFolder(room);
        // The system's own: a version manager's stand-in would add its start.
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        var run = await ChildProcess.RunAsync(python, [Places.Script("frames.py"), strength, folder, .. sites.Select(site => site.Config.Url)], cancellation);
        var said = JsonSerializer.Deserialize<JsonElement>(run.Output);
        return Measures(said.GetProperty("wall").GetDouble(), said.GetProperty("cpu").GetDouble(), said.GetProperty("frames").GetInt32(), Bytes(folder));
    }

    private async Task<IReadOnlyList<Measure>> ShellAsync(Room room, string strength, Source[] sites, CancellationToken cancellation)
    {
        var folder = NewFolder(room);
        var run = await ChildProcess.RunAsync("/bin/bash", [Places.Script("frames.sh"), strength, folder, .. sites.Select(site => site.Config.Url)], cancellation);
        return Measures(run.Wall.TotalSeconds, run.Cpu.TotalSeconds, Pictures(folder).Count(), Bytes(folder));
    }

    private static Measure[] Measures(double wall, double cpu, int frames, long bytes) => frames == SiteIds.Length * FramesASite
        ? [new("frames/s", frames / wall, "1/s"), new("MB/s", bytes / wall / 1e6, "MB/s"), new("cpu/frame", cpu / frames * 1000, "ms")]
        : throw new BenchmarkBroke($"{frames} frames were kept instead of {SiteIds.Length * FramesASite}.");

    private static IEnumerable<FileInfo> Pictures(string folder) => new DirectoryInfo(folder).EnumerateFiles("*.jpg", SearchOption.AllDirectories);

    private static long Bytes(string folder) => Pictures(folder).Sum(file => file.Length);

    private string NewFolder(Room room)
    {
        var folder = room.PathOf((++runs).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        return folder;
    }
}

/// <summary>An archive of its own, as a node has it.</summary>
internal sealed record OpenArchive(DataFolder Folder, FrameArchive Frames, SqlDatabase Database) : IAsyncDisposable
{
    public static async Task<OpenArchive> InAsync(string folder, CancellationToken cancellation)
    {
        var data = new DataFolder(folder);
        if (data.Prepare() is { } unusable)
        {
            throw new BenchmarkBroke(unusable.ToString());
        }

        var database = (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(data.Database), TimeProvider.System, cancellation)).Value;
        return new OpenArchive(data, new FrameArchive(data, new FrameIndex(database), TimeProvider.System), database);
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
