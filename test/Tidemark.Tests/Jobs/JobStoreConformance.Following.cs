using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task Who_follows_all_tracks_reads_everything_once()
    {
        var node = await RegisterAsync();
        await SubmitAsync(Single("before"));
        await RunAllAsync(node);
        var from = await Store.TrackEndAsync(Cancellation);
        var jobs = new[] { await SubmitAsync(Single("a")), await SubmitAsync(new JobRequest("test", "b", [Step("x"), Step("y", "x")])) };
        await RunAllAsync(node);

        var told = await FollowAsync(from, 2, jobs, 5);

        Assert.Equal([1, 2], told.Where(one => one.Position.Job == jobs[0]).Select(one => one.Position.Number));
        Assert.Equal([1, 2, 3], told.Where(one => one.Position.Job == jobs[1]).Select(one => one.Position.Number));
        Assert.Equal(5, told.Count);
        Assert.Equal(2, told.Count(one => one.JobState == "done"));
    }

    [Fact]
    public async Task A_follower_never_misses_a_transaction_that_commits_late()
    {
        var from = await Store.TrackEndAsync(Cancellation);
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var late = Store.SubmitAsync(Single("late"), Cancellation, async (_, _, _) =>
        {
            begun.TrySetResult();
            await go.Task;
        });
        await begun.Task;
        if (Database.Dialect == Dialect.PostgreSql)
        {
            await SubmitAsync(Single("early"));
        }

        Assert.Empty(await Store.TrackAfterAsync(from, 10, Cancellation));
        go.SetResult();
        await late;

        var all = await Database.ReadAsync(session => session.QueryAsync("select job from job", row => row.Id(0), Cancellation), Cancellation);
        Assert.Equal(all.Count, (await FollowAsync(from, 10, all, all.Count)).Count);
    }

    // Other tests' transactions on the same server hold a follower up, too; and the end may be told of once more.
    private async Task<List<TrackEvent>> FollowAsync(TrackPosition from, int atOnce, IReadOnlyList<Guid> jobs, long count)
    {
        var told = new List<TrackEvent>();
        await Until.TrueAsync(async () =>
        {
            told.AddRange(await Store.TrackAfterAsync(told.Count == 0 ? from : told[^1].Position, atOnce, Cancellation));
            return told.Count(one => jobs.Contains(one.Position.Job)) >= count;
        }, TimeSpan.FromSeconds(60));
        Assert.Empty(await Store.TrackAfterAsync(told[^1].Position, atOnce, Cancellation));
        return told.FindAll(one => jobs.Contains(one.Position.Job));
    }
}
