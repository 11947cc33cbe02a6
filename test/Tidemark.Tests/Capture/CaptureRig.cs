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
        Intake = new Intake(Archive, Journal, Shipper, time);
        Feed = new FrameIndexFeed(Intake, Options, time);
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

    public SourceStore Sources { get; }

    public SqlDatabase Database => database;

    public static async Task<CaptureRig> StartAsync(TimeProvider time)
    {
        var temp = new TempFolder();
        var folder = new DataFolder(temp["data"]);
        Assert.Null(folder.Prepare());
        var database = await Sqlite.OpenAsync(folder.Database);
        var sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Clock = Start, History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.Zero });
        return new CaptureRig(folder, temp, database, sites, time);
    }

    /// <summary>As after a restart: what is in memory is gone.</summary>
    public void Forget()
    {
        Intake = new Intake(Archive, Journal, Shipper, time);
        Feed = new FrameIndexFeed(Intake, Options, time);
    }

    public SourceConfig Config(string site, int everySeconds = 60) =>
        new(Sites.IndexUrl(site), everySeconds, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: false);

    public Source Source(string site) => new(site, Config(site), Paused: false, Start);

    public string[] FilesOf(string site) => Directory.Exists(Path.Combine(Folder.Frames, site)) ? Directory.GetFiles(Path.Combine(Folder.Frames, site), "*", SearchOption.AllDirectories) : [];

    public void AssertNothingIncoming() => Assert.Empty(Directory.GetFileSystemEntries(Folder.Incoming));

    public async ValueTask DisposeAsync()
    {
        await Sites.DisposeAsync();
        await Shipper.DisposeAsync();
        await Journal.DisposeAsync();
        await database.DisposeAsync();
        temp.Dispose();
    }
}
