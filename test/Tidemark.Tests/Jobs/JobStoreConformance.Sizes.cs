using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_heartbeat_that_arrives_late_takes_no_confirmed_beat_back()
    {
        var node = await RegisterAsync();
        Assert.Equal(KickState.Live, (await KickAsync(node, 6)).State);
        await KickAsync(node, 5);

        Assert.Equal(KickState.Live, (await KickAsync(node with { Beat = 6 }, 7)).State);
    }

    [Fact]
    public async Task A_key_whose_time_ends_during_its_submission_is_held_by_the_unfinished_job()
    {
        var request = Single() with { Key = "slow", KeyHeld = TimeSpan.FromSeconds(1) };
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = Store.SubmitAsync(request, Cancellation, async (_, _, _) =>
        {
            begun.TrySetResult();
            await go.Task;
        });
        await begun.Task;
        Clock.Advance(TimeSpan.FromSeconds(2));
        var second = Store.SubmitAsync(request, Cancellation);
        if (Database.Dialect == Dialect.PostgreSql)
        {
            await Until.TrueAsync(async () => await Database.ReadAsync(session => session.FirstAsync(
                "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", row => true, Cancellation), Cancellation), TimeSpan.FromSeconds(30));
        }

        go.SetResult();

        Assert.Equal((await slow).Value.Job, (await second).Value.Job);
        Assert.Equal(1, await CountAsync("open_job"));
    }

    [Fact]
    public async Task Trouble_is_said_and_taken_back()
    {
        await SubmitAsync(Single());
        var lane = (await Store.LanesAsync(0, Cancellation))[0].Id;
        var term = await ElectAsync();

        await Store.SetTroubleAsync(term, lane, null, Cancellation);
        await Store.SetTroubleAsync(term, lane, "nobody has it", Cancellation);
        Assert.Equal([lane], await Store.TroubledAsync(Cancellation));
        await Store.SetTroubleAsync(term, lane, null, Cancellation);
        Assert.Empty(await Store.TroubledAsync(Cancellation));
    }

    [Fact]
    public async Task Who_follows_all_tracks_misses_nothing_after_history_was_swept()
    {
        var node = await RegisterAsync();
        var old = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start) });
        var late = Assert.Single(await ClaimAsync(node));
        Clock.Advance(TimeSpan.FromDays(200));
        await SubmitAsync(Single("young"));
        Assert.True(await CompleteAsync(node, late));
        var from = Database.Dialect == Dialect.Sqlite ? await Store.TrackEndAsync(Cancellation) : default;
        await Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);

        var job = await SubmitAsync(Single("next"));

        if (Database.Dialect == Dialect.Sqlite)
        {
            Assert.Equal(job, Assert.Single(await Store.TrackAfterAsync(from, 10, Cancellation)).Position.Job);
        }

        Assert.NotEqual(old, job);
    }

    [Fact]
    public async Task A_job_of_many_tasks_fails_and_is_tried_again_in_seconds()
    {
        const int Many = 20_000;
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "many", [Step("root"), .. Enumerable.Range(0, Many).Select(i => Step($"t{i}", "root"))]));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), Bad, limit.Token);
        Assert.Equal(0, await CountAsync("open_job"));

        Assert.True((await Store.RetryAsync(job, null, limit.Token)).TryGet(out _, out _));
        Assert.True(await CompleteAsync(node, Assert.Single(await ClaimAsync(node))));
        for (var leases = await ClaimAsync(node, 5000); leases.Count > 0; leases = await ClaimAsync(node, 5000))
        {
            await ExchangeAsync(node, leases);
        }

        Assert.True((await Store.RetryAsync(job, "root", limit.Token)).TryGet(out _, out _));

        var track = await TrackAsync(job);
        Assert.Equal(Enumerable.Range(1, track.Count).Select(number => (long)number), track.Select(told => told.Number));
        Assert.Equal(Many + 3, track.Count(told => told.Kind == "retried"));
    }

    [Fact]
    public async Task A_text_that_a_database_cannot_keep_is_refused()
    {
        foreach (var request in (JobRequest[])[Single("a\0b"), Single() with { Tenant = "x\0" }, Single() with { Key = "\ud800" }, new("test", "t", [new TaskSpec("a", "test.step", "\0")])])
        {
            Assert.Equal("job_text", (await Store.SubmitAsync(request, Cancellation)).Failure?.Code);
        }

        Assert.True((await Store.SubmitAsync(Single("\U0001f30a wave"), Cancellation)).TryGet(out _, out _));
    }
}
