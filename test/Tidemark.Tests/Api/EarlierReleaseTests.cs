using Tidemark.App.Api;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Api;

/// <summary>A node that starts on what the release before left.</summary>
public sealed class EarlierReleaseTests : IDisposable
{
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly TempFolder temp = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Timelapses_that_were_under_way_become_jobs_and_those_that_were_done_are_served_still()
    {
        var data = new DataFolder(temp["data"]);
        Directory.CreateDirectory(Path.Combine(data.Root, "assets"));
        var (done, queued, running) = (Guid.CreateVersion7(Then), Guid.CreateVersion7(Then.AddHours(1)), Guid.CreateVersion7(Then.AddHours(2)));
        await File.WriteAllTextAsync(data.AssetPath(done, ".mp4"), "video", Cancellation);
        await using (var database = (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(data.Database), TimeProvider.System, Cancellation, last: 1)).Value)
        {
            await WriteAsync(database, done, queued, running);
        }

        var node = (await NodeServer.CreateAsync(RunningNode.Config(data), TimeProvider.System, Cancellation)).Value;
        await using (node)
        {
            Assert.Null(await node.StartAsync(Cancellation));
            var store = (TimelapseStore)node.Parts.GetService(typeof(TimelapseStore))!;
            var signals = (JobSignals)node.Parts.GetService(typeof(JobSignals))!;
            foreach (var id in new[] { queued, running })
            {
                Assert.Equal(("failed", "no_frames"), (await EndedAsync(store, signals, id)) is var ended ? (ended.State, ended.Failure!.Code) : default);
            }

            Assert.Equal([running, queued, done], (await store.ListAsync(10, Cancellation)).Select(run => run.Id));
            var kept = (await store.FindAsync(done, Cancellation)).Value;
            Assert.Equal(("done", done, Then), (kept.State, kept.Asset, kept.CreatedAt));
            var assets = (AssetStore)node.Parts.GetService(typeof(AssetStore))!;
            Assert.Equal("video", await File.ReadAllTextAsync(assets.PathOf((await assets.FindAsync(done, Cancellation)).Value), Cancellation));
        }
    }

    public void Dispose() => temp.Dispose();

    private static async Task<TimelapseRun> EndedAsync(TimelapseStore store, JobSignals signals, Guid id)
    {
        using var changed = new SemaphoreSlim(0);
        void Told(Guid? job) => changed.Release();
        signals.JobChanged += Told;
        try
        {
            while (true)
            {
                var run = (await store.FindAsync(id, Cancellation)).Value;
                if (run.EndedAt is not null)
                {
                    return run;
                }

                await changed.WaitAsync(Cancellation);
            }
        }
        finally
        {
            signals.JobChanged -= Told;
        }
    }

    private static Task WriteAsync(SqlDatabase database, Guid done, Guid queued, Guid running) => database.WriteAsync(async session =>
    {
        var recipe = new TimelapseRequest(["pier"], Then, Then.AddHours(1), TimelapseLayout.Single, 24, null, null).ToJson();
        foreach (var (id, state, asset) in new[] { (done, "done", (Guid?)done), (queued, "queued", null), (running, "running", null) })
        {
            await session.ExecuteAsync("insert into timelapse (id, recipe, state, attempts, created_at, ended_at, asset) values (@id, @recipe, @state, 1, @at, @end, @asset)", Cancellation,
                ("id", id), ("recipe", recipe), ("state", state), ("at", Then), ("end", asset is null ? null : Then), ("asset", asset));
        }

        await session.ExecuteAsync("insert into asset (id, name, content_type, bytes, sha256, created_at) values (@id, 'a.mp4', 'video/mp4', 5, @sum, @at)", Cancellation, ("id", done), ("sum", new byte[32]), ("at", Then));
    }, Cancellation);
}
