using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Database;
using Tidemark.Simulator;
using Tidemark.Sources;
using Tidemark.Tests.Database;

namespace Tidemark.Tests.Capture;

/// <summary>Capture put together as a node does it, against simulated sites of three small frames each.</summary>
public sealed class CaptureRig : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    private readonly TempFolder temp = new();
    private readonly SqlDatabase database;
    private readonly TimeProvider time;
    private readonly Takings takings;
    private readonly Downloads downloads;
    private readonly SourceWatch watch;

    private CaptureRig(DataFolder folder, TempFolder temp, SqlDatabase database, SimulatedSites sites, TimeProvider time)
    {
        (this.temp, this.database, this.time, Folder, Sites) = (temp, database, time, folder, sites);
        Archive = new FrameArchive(folder, new FrameIndex(database), time);
        Intake = new Intake(Archive);
        Sources = new SourceStore(database, time);
        Quarantined = new QuarantineStore(database);
        Quarantine = new Quarantine(folder, Quarantined, time, NullLogger<Quarantine>.Instance);
        ConditionStore = new ConditionStore(database);
        Conditions = new Conditions(ConditionStore, time, NullLogger<Conditions>.Instance);
        Markers = new Markers(folder);
        Clients = new OutsideClients(folder, Options, time);
        (takings, downloads, watch) = (new Takings(Intake, Quarantine, Markers), new Downloads(folder, Options, time), new SourceWatch(Conditions, folder, time));
        Feed = new FrameIndexFeed(Intake, takings, downloads, watch, time);
        Snapshots = NewSnapshots();
        Folders = NewFolders();
        Test = new SourceTest(folder, Options, time);
    }

    public static CaptureOptions Options { get; } = new() { Stall = TimeSpan.FromSeconds(20) };

    public DataFolder Folder { get; }

    public SimulatedSites Sites { get; }

    public FrameArchive Archive { get; }

    public Intake Intake { get; }

    public FrameIndexFeed Feed { get; }

    public FrameSnapshotFeed Snapshots { get; }

    public FrameFolderFeed Folders { get; }

    public SourceTest Test { get; }

    public Quarantine Quarantine { get; }

    public QuarantineStore Quarantined { get; }

    public Conditions Conditions { get; }

    public ConditionStore ConditionStore { get; }

    public Markers Markers { get; }

    public OutsideClients Clients { get; }

    public SourceStore Sources { get; }

    public SqlDatabase Database => database;

    /// <param name="live">How far apart the sites' frames are from now on; null: there are no more.</param>
    public static async Task<CaptureRig> StartAsync(TimeProvider time, TimeSpan? live = null)
    {
        var temp = new TempFolder();
        var folder = new DataFolder(temp["data"]);
        Assert.Null(folder.Prepare());
        var database = await Sqlite.OpenAsync(folder.Database);
        var sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Clock = Start, History = TimeSpan.FromMinutes(30), LiveEvery = live ?? TimeSpan.Zero }, new ClockOf(time));
        return new CaptureRig(folder, temp, database, sites, time);
    }

    public SourceConfig Config(string site, int everySeconds = 60) =>
        new(Sites.IndexUrl(site), everySeconds, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: false);

    public Source Source(string site) => new(site, Config(site), Paused: false, Start);

    public Source Snapshot(string site) => Source(site) with { Config = new SourceConfig(Sites.SnapshotUrl(site), 60, null, [], PrivateNetwork: true) { Kind = SourceKind.FrameSnapshot } };

    /// <summary>The feed of snapshots as it is after a restart.</summary>
    public FrameSnapshotFeed NewSnapshots() => new(takings, downloads, watch, Folder, time, NullLogger<FrameSnapshotFeed>.Instance);

    /// <summary>The feed of folders as it is after a restart.</summary>
    public FrameFolderFeed NewFolders() => new(Intake, takings, watch, Options, Folder, time);

    public string[] FilesOf(string site) => Directory.Exists(Path.Combine(Folder.Frames, site)) ? Directory.GetFiles(Path.Combine(Folder.Frames, site), "*", SearchOption.AllDirectories) : [];

    public void AssertNothingIncoming() => Assert.Empty(Directory.GetFileSystemEntries(Folder.Incoming));

    public async ValueTask DisposeAsync()
    {
        await Quarantine.DisposeAsync();
        await Conditions.DisposeAsync();
        await Sites.DisposeAsync();
        await database.DisposeAsync();
        temp.Dispose();
    }

    /// <summary>The sites see the test's clock, and wait by the true one.</summary>
    private sealed class ClockOf(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();
    }
}
