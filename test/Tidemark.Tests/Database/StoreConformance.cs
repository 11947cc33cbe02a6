using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.App.Api;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Database;

/// <summary>What every store must do on every database. One subclass for each, which makes a fresh, migrated database.</summary>
public abstract partial class StoreConformance : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private readonly TempFolder data = new();
    private DataFolder folder = null!;
    private SqlDatabase database = null!;
    private JobSignals signals = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ManualTime Clock { get; } = new(Start);

    protected SourceStore Sources { get; private set; } = null!;

    protected FrameIndex Frames { get; private set; } = null!;

    protected DayStore Days { get; private set; } = null!;

    protected AssetStore Assets { get; private set; } = null!;

    protected TimelapseStore Timelapses { get; private set; } = null!;

    protected TimelapseSchedules Schedules { get; private set; } = null!;

    protected AssetLinks Links { get; private set; } = null!;

    protected JobStore Jobs { get; private set; } = null!;

    protected TokenStore Tokens { get; private set; } = null!;

    /// <summary>A database of this test's own, migrated and empty.</summary>
    /// <param name="last">The last migration: an earlier release's.</param>
    protected abstract Task<SqlDatabase> OpenFreshAsync(int last = int.MaxValue);

    public virtual async ValueTask InitializeAsync()
    {
        folder = new DataFolder(data.Path);
        folder.Prepare();
        Use(await OpenFreshAsync());
    }

    private void Use(SqlDatabase opened)
    {
        database = opened;
        Sources = new SourceStore(database, Clock);
        Frames = new FrameIndex(database);
        Days = new DayStore(database);
        Assets = new AssetStore(database, folder);
        Jobs = JobStore.On(database, Clock, JobClock.Provider);
        signals = new JobSignals(database, Clock, NullLogger<JobSignals>.Instance);
        Timelapses = new TimelapseStore(database, Jobs, new JobQueries(database, Clock, JobClock.Provider), signals, Frames, Assets, Links = new AssetLinks(database, Clock), new TimelapseNeeds("here", 2000), Clock);
        Schedules = new TimelapseSchedules(database, Timelapses, Clock);
        Tokens = new TokenStore(database, Clock);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        data.Dispose();
        GC.SuppressFinalize(this);
    }
}
