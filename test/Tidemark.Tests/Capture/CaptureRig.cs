using System.Diagnostics.CodeAnalysis;
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

    private CaptureRig(DataFolder folder, TempFolder temp, SqlDatabase database, SimulatedSites sites, TimeProvider time)
    {
        (this.temp, this.database, this.time, Folder, Sites) = (temp, database, time, folder, sites);
        Archive = new FrameArchive(folder, new FrameIndex(database), time);
        Sources = new SourceStore(database, time);
        Slots = new SlotStore(database, Sources);
        Journal = new Journal(folder, Options, time, NullLogger<Journal>.Instance);
        Shipper = new JournalShipper(Journal, folder, database, Archive.Index, Sources, Options, time, NullLogger<JournalShipper>.Instance);
        Quarantined = new QuarantineStore(database);
        Quarantine = new Quarantine(folder, Quarantined, time, NullLogger<Quarantine>.Instance);
        ConditionStore = new ConditionStore(database);
        Conditions = new Conditions(ConditionStore, time, NullLogger<Conditions>.Instance);
        Markers = new Markers(folder);
        Clients = new OutsideClients(folder, Options, time);
        Test = new SourceTest(folder, Options, time);
        Forget();
    }

    public static CaptureOptions Options { get; } = new() { Stall = TimeSpan.FromSeconds(20), Gather = TimeSpan.Zero };

    public DataFolder Folder { get; }

    public SimulatedSites Sites { get; }

    public FrameArchive Archive { get; }

    public Journal Journal { get; }

    public JournalShipper Shipper { get; }

    public SlotStore Slots { get; }

    public Intake Intake { get; private set; }

    public FrameIndexFeed Feed { get; private set; }

    public FrameSnapshotFeed Snapshots { get; private set; }

    public FrameFolderFeed Folders { get; private set; }

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

    /// <summary>As after a restart: what is in memory is gone.</summary>
    /// <param name="disk">Null: there is always room.</param>
    [MemberNotNull(nameof(Intake), nameof(Feed), nameof(Snapshots), nameof(Folders))]
    public void Forget(DiskWatch? disk = null)
    {
        Intake = new Intake(Archive, Journal, Shipper, time);
        var (takings, downloads, watch) = (new Takings(Intake, Quarantine, Markers, disk), new Downloads(Folder, Options, time), new SourceWatch(Conditions, Folder, time));
        Feed = new FrameIndexFeed(Intake, takings, downloads, watch, time);
        Snapshots = new FrameSnapshotFeed(takings, downloads, watch, Folder, time, NullLogger<FrameSnapshotFeed>.Instance);
        Folders = new FrameFolderFeed(Intake, takings, watch, Options, Folder, time);
    }

    public Source Snapshot(string site) => Source(site) with { Config = new SourceConfig(Sites.SnapshotUrl(site), 60, null, [], PrivateNetwork: true) { Kind = SourceKind.FrameSnapshot } };

    public SourceConfig Config(string site, int everySeconds = 60) =>
        new(Sites.IndexUrl(site), everySeconds, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: false);

    public Source Source(string site) => new(site, Config(site), Paused: false, Start);

    public string[] FilesOf(string site) => Directory.Exists(Path.Combine(Folder.Frames, site)) ? Directory.GetFiles(Path.Combine(Folder.Frames, site), "*", SearchOption.AllDirectories) : [];

    public void AssertNothingIncoming() => Assert.Empty(Directory.GetFileSystemEntries(Folder.Incoming));

    public async ValueTask DisposeAsync()
    {
        await Quarantine.DisposeAsync();
        await Conditions.DisposeAsync();
        await Sites.DisposeAsync();
        await Shipper.DisposeAsync();
        await Journal.DisposeAsync();
        await database.DisposeAsync();
        temp.Dispose();
    }

    /// <summary>The sites see the test's clock, and wait by the true one.</summary>
    private sealed class ClockOf(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();
    }
}
