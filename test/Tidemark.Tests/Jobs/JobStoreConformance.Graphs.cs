using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_task_runs_after_everything_that_it_waits_for()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "diamond", [Step("a"), Step("b", "a"), Step("c", "a"), Step("d", "b", "c")]));

        var order = await RunAllAsync(node);

        Assert.Equal("a", order[0]);
        Assert.Equal("d", order[3]);
        Assert.Equal([(1, "submitted", null, null), (2, "done", 1, null), (3, "done", 2, null), (4, "done", 3, null), (5, "done", 4, "done")], await TrackAsync(job));
        Assert.Equal(0, await CountAsync("open_job") + await CountAsync("waiting") + await CountAsync("ready") + await CountAsync("lease"));
    }

    [Fact]
    public async Task Children_may_be_claimed_in_the_transaction_that_releases_them()
    {
        var node = await RegisterAsync();
        await SubmitAsync(new JobRequest("test", "chain", [Step("a"), Step("b", "a")]));
        var first = Assert.Single(await ClaimAsync(node));

        var exchanged = await ExchangeAsync(node, [first], 10);

        Assert.True(exchanged.Registered[0]);
        Assert.Equal("b", Assert.Single(exchanged.Claimed).Name);
        Assert.Equal(first.Lane, Assert.Single(exchanged.Released).Lane);
    }

    [Fact]
    public async Task Parents_that_end_together_release_their_child_once()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RegisterAsync($"home{i}")));
        var parents = Enumerable.Range(0, 200).Select(i => Step($"p{i}")).ToList();
        var job = await SubmitAsync(new JobRequest("test", "fan in", [.. parents, Step("child", [.. parents.Select(parent => parent.Name)])]));
        var leases = await Task.WhenAll(nodes.Select(node => ClaimAsync(node, 25)));

        await Task.WhenAll(nodes.Zip(leases).Select(async pair =>
        {
            foreach (var part in pair.Second.Chunk(5))
            {
                Assert.All((await ExchangeAsync(pair.First, part)).Registered, Assert.True);
            }
        }));

        Assert.Equal("child", Assert.Single(await ClaimAsync(nodes[0])).Name);
        Assert.Equal(0, await CountAsync("waiting"));
        Assert.Equal(Enumerable.Range(1, 201).Select(number => (long)number), (await TrackAsync(job)).Select(told => told.Number));
    }

    [Fact]
    public async Task Outputs_of_parents_are_inputs_of_their_children()
    {
        var node = await RegisterAsync();
        await SubmitAsync(new JobRequest("test", "two", [Step("a"), Step("b"), Step("c", "a", "b")]));
        foreach (var lease in await ClaimAsync(node))
        {
            await CompleteAsync(node, lease);
        }

        var child = Assert.Single(await ClaimAsync(node));

        Assert.Equal(2, child.Parents);
        Assert.Equal(new Dictionary<string, string?> { ["a"] = "output of a", ["b"] = "output of b" }, await Store.InputsAsync(child.Task, Cancellation));
    }

    [Theory]
    [InlineData("job_circle", "a<b", "b<a")]
    [InlineData("task_after", "a<x")]
    [InlineData("task_name", "a", "a")]
    [InlineData("task_name", "Über")]
    [InlineData("job_tasks")]
    public async Task A_graph_that_cannot_be_run_is_refused_whole(string code, params string[] tasks)
    {
        var request = new JobRequest("test", "bad", [.. tasks.Select(task => task.Split('<')).Select(parts => Step(parts[0], parts[1..]))]);

        Assert.Equal(code, (await Store.SubmitAsync(request, Cancellation)).Failure?.Code);
        Assert.Equal(0, await CountAsync("job"));
    }

    [Fact]
    public async Task A_big_graph_is_submitted_and_run_in_batches()
    {
        var node = await RegisterAsync();
        var middle = Enumerable.Range(0, 2000).Select(i => Step($"m{i}", "first")).ToList();
        var job = await SubmitAsync(new JobRequest("test", "wide", [Step("first"), .. middle, Step("last", [.. middle.Select(step => step.Name)])]));

        var all = 0;
        for (var leases = await ClaimAsync(node, 500); leases.Count > 0; leases = (await ExchangeAsync(node, leases, 500)).Claimed)
        {
            all += leases.Count;
        }

        Assert.Equal(2002, all);
        Assert.Equal("done", (await TrackAsync(job))[^1].JobState);
    }

    [Fact]
    public async Task Rows_of_the_caller_come_with_the_job_or_not_at_all()
    {
        await Database.WriteAsync(session => session.ExecuteAsync("create table mine (note text)", Cancellation), Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.SubmitAsync(Single(), Cancellation, (_, _, _) => throw new InvalidOperationException()));
        Assert.Equal(0, await CountAsync("job") + await CountAsync("ready"));

        await Store.SubmitAsync(Single(), Cancellation, (session, job, cancellation) => session.ExecuteAsync("insert into mine (note) values (@job)", cancellation, ("job", job.ToString())));

        Assert.Equal(1, await CountAsync("mine"));
    }

    [Fact]
    public async Task A_delayed_job_is_not_claimed_before_its_time()
    {
        var node = await RegisterAsync();
        await SubmitAsync(Single() with { NotBefore = Start.AddHours(1) });
        Assert.Empty(await ClaimAsync(node));
        var lane = Assert.Single(await Store.LanesAsync(0, Cancellation));
        Assert.Equal(Start.AddHours(1), Assert.Single(await Store.HeadsAsync([new LaneFloor(lane.Id, DateTimeOffset.UnixEpoch)], Cancellation)).At);

        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Single(await ClaimAsync(node));
    }

    [Fact]
    public async Task A_key_is_held_until_the_job_has_ended()
    {
        var node = await RegisterAsync();
        var first = (await Store.SubmitAsync(Single() with { Key = "clip-1" }, Cancellation)).Value;
        var second = (await Store.SubmitAsync(Single() with { Key = "clip-1" }, Cancellation)).Value;
        Assert.Equal((first.Job, true), (second.Job, second.Existing));

        await RunAllAsync(node);

        Assert.False((await Store.SubmitAsync(Single() with { Key = "clip-1" }, Cancellation)).Value.Existing);
    }

    [Fact]
    public async Task A_key_that_is_held_for_a_time_outlives_its_job()
    {
        var node = await RegisterAsync();
        var request = Single() with { Key = "nightly:2026-11-22", KeyHeld = TimeSpan.FromDays(2) };
        await SubmitAsync(request);
        await RunAllAsync(node);
        Assert.True((await Store.SubmitAsync(request, Cancellation)).Value.Existing);

        Clock.Advance(TimeSpan.FromDays(2));

        Assert.False((await Store.SubmitAsync(request, Cancellation)).Value.Existing);
    }

    [Fact]
    public async Task One_of_many_submissions_with_the_same_key_makes_the_job()
    {
        var submitted = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Store.SubmitAsync(Single() with { Key = "same" }, Cancellation)));

        Assert.Single(submitted.Select(one => one.Value.Job).Distinct());
        Assert.Equal(1, submitted.Count(one => !one.Value.Existing));
        Assert.Equal(1, await CountAsync("job"));
    }
}
