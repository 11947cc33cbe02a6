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

    private CaptureRig(DataFolder folder, TempFolder temp, SqlDatabase database, SimulatedSites sites, TimeProvider time)
    {
        (this.temp, this.database, Folder, Sites) = (temp, database, folder, sites);
        Archive = new FrameArchive(folder, new FrameIndex(database), time);
        Intake = new Intake(Archive);
        Feed = new FrameIndexFeed(Intake, Options, time);
        Sources = new SourceStore(database, time);
    }

    public static CaptureOptions Options { get; } = new() { Stall = TimeSpan.FromSeconds(20) };

    public DataFolder Folder { get; }

    public SimulatedSites Sites { get; }

    public FrameArchive Archive { get; }

    public Intake Intake { get; }

    public FrameIndexFeed Feed { get; }

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

    public SourceConfig Config(string site, int everySeconds = 60) =>
        new(Sites.IndexUrl(site), everySeconds, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: false);

    public Source Source(string site) => new(site, Config(site), Paused: false, Start);

    public string[] FilesOf(string site) => Directory.Exists(Path.Combine(Folder.Frames, site)) ? Directory.GetFiles(Path.Combine(Folder.Frames, site), "*", SearchOption.AllDirectories) : [];

    public void AssertNothingIncoming() => Assert.Empty(Directory.GetFileSystemEntries(Folder.Incoming));

    public async ValueTask DisposeAsync()
    {
        await Sites.DisposeAsync();
        await database.DisposeAsync();
        temp.Dispose();
    }
}
