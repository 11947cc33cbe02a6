using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task Workers_that_claim_at_once_never_get_the_same_task()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RegisterAsync($"home{i}")));
        await SubmitAsync(new JobRequest("test", "many", [.. Enumerable.Range(0, 400).Select(i => Step($"t{i}"))]));

        var claimed = await Task.WhenAll(nodes.Select(async node =>
        {
            var mine = new List<Lease>();
            for (var leases = await ClaimAsync(node, 7); leases.Count > 0; leases = await ClaimAsync(node, 7))
            {
                mine.AddRange(leases);
            }

            return mine;
        }));

        var all = claimed.SelectMany(leases => leases).ToList();
        Assert.Equal(400, all.Select(lease => lease.Task).Distinct().Count());
        Assert.Equal(400, all.Count);
        Assert.Equal(400, all.Select(lease => lease.Fence).Distinct().Count());
    }

    [Fact]
    public async Task Older_tasks_of_a_lane_go_first()
    {
        var node = await RegisterAsync();
        foreach (var title in (string[])["x", "y", "z"])
        {
            await SubmitAsync(new JobRequest("test", title, [Step(title)]));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["x", "y"], (await ClaimAsync(node, 2)).Select(lease => lease.Name));
    }

    [Fact]
    public async Task A_result_is_registered_once()
    {
        var node = await RegisterAsync();
        await SubmitAsync(Single());
        var lease = Assert.Single(await ClaimAsync(node));

        Assert.True(await CompleteAsync(node, lease));
        Assert.False(await CompleteAsync(node, lease));
    }

    [Fact]
    public async Task A_result_under_another_fence_or_of_another_node_is_refused()
    {
        var (node, other) = (await RegisterAsync(), await RegisterAsync("elsewhere"));
        await SubmitAsync(Single());
        var lease = Assert.Single(await ClaimAsync(node));

        Assert.False(await CompleteAsync(other, lease));
        Assert.False(await CompleteAsync(node, lease with { Fence = lease.Fence with { Epoch = lease.Fence.Epoch + 1 } }));
        Assert.False(await CompleteAsync(node with { Incarnation = node.Incarnation + 1 }, lease));
        Assert.True(await CompleteAsync(node, lease));
    }

    [Fact]
    public async Task A_worker_that_was_declared_dead_cannot_register_its_result()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(Single());
        var stale = Assert.Single(await ClaimAsync(node));
        await LoseAsync();
        Assert.Equal(KickState.Lost, (await KickAsync(node)).State);

        var successor = await RegisterAsync("elsewhere");
        var lease = Assert.Single(await ClaimAsync(successor));

        Assert.False(await CompleteAsync(node, stale));
        Assert.Equal(FailureOutcome.Gone, (await Store.FailAsync(node, stale, new TaskFailure("badInput", "x", "x"), Cancellation)).Outcome);
        Assert.Empty(await ClaimAsync(node));
        Assert.True(await CompleteAsync(successor, lease));
        Assert.Equal(["submitted", "lost", "done"], (await TrackAsync(job)).Select(told => told.Kind));
    }

    [Fact]
    public async Task Rows_of_a_handler_are_there_exactly_when_its_result_is()
    {
        await Database.WriteAsync(session => session.ExecuteAsync("create table made (note text)", Cancellation), Cancellation);
        var (node, other) = (await RegisterAsync(), await RegisterAsync("elsewhere"));
        await SubmitAsync(Single());
        var lease = Assert.Single(await ClaimAsync(node));

        Assert.False((await Store.CompleteAsync(other, new Completion(lease, null), Rows, Cancellation)).Registered);
        Assert.Equal(0, await CountAsync("made"));
        Assert.True((await Store.CompleteAsync(node, new Completion(lease, null), Rows, Cancellation)).Registered);
        Assert.Equal(1, await CountAsync("made"));

        static Task Rows(Tidemark.Database.Session session, CancellationToken cancellation) => session.ExecuteAsync("insert into made (note) values ('x')", cancellation);
    }

    [Fact]
    public async Task After_a_lost_answer_the_fence_tells_what_happened()
    {
        var node = await RegisterAsync();
        await SubmitAsync(new JobRequest("test", "three", [Step("a"), Step("b"), Step("c")]));
        var leases = await ClaimAsync(node);
        await CompleteAsync(node, leases[0]);
        await Store.ReturnAsync(node, [new HeldLease(leases[1].Task, leases[1].Fence.Epoch, 0)], Cancellation);

        Assert.Equal([LeaseState.Registered, LeaseState.Gone, LeaseState.Held], await Store.ResolveAsync(leases, Cancellation));
    }

    [Fact]
    public async Task A_heartbeat_tells_what_the_node_holds_by_the_claim_that_took_it()
    {
        var node = await RegisterAsync();
        await SubmitAsync(new JobRequest("test", "two", [Step("a"), Step("b")]));
        var claimed = await Store.ExchangeAsync(new Exchange(node, 77, [], [new LaneClaim((await Store.LanesAsync(0, Cancellation))[0].Id, LanePlace.Beginning, 1)]), Cancellation);

        var answer = await KickAsync(node);

        Assert.Equal(KickState.Live, answer.State);
        Assert.Equal(new HeldLease(claimed.Claimed[0].Task, claimed.Claimed[0].Fence.Epoch, 77), Assert.Single(answer.Held));
    }

    [Fact]
    public async Task What_is_handed_back_costs_nothing_and_keeps_its_age()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(Single());
        Clock.Advance(TimeSpan.FromMinutes(1));
        await SubmitAsync(Single("younger"));
        var lease = Assert.Single(await ClaimAsync(node, 1));

        var released = await Store.ReturnAsync(node, [new HeldLease(lease.Task, lease.Fence.Epoch, 0)], Cancellation);

        Assert.Equal(Start, Assert.Single(released).At);
        Assert.Equal(job, Assert.Single(await ClaimAsync(node, 1)).Task.Job);
        Assert.Equal(["submitted", "returned"], (await TrackAsync(job)).Select(told => told.Kind));
    }

    [Fact]
    public async Task A_process_that_starts_again_at_home_replaces_the_one_before_it_at_once()
    {
        var node = await RegisterAsync();
        await SubmitAsync(Single());
        var lease = Assert.Single(await ClaimAsync(node));

        var again = await RegisterAsync();
        await Store.ReleaseLostAsync([], Cancellation);

        Assert.False(await CompleteAsync(node, lease));
        Assert.Single(await ClaimAsync(again));
    }

    [Fact]
    public async Task A_database_that_forgot_a_confirmed_beat_begins_a_new_incarnation()
    {
        var (node, other) = (await RegisterAsync(), await RegisterAsync("elsewhere"));
        await SubmitAsync(Single());
        var lease = Assert.Single(await ClaimAsync(node));
        Assert.Equal(KickState.Live, (await KickAsync(node, 5)).State);

        // As after a restore: this node has confirmed beats of which the database knows nothing.
        var ahead = node with { Beat = 9 };
        Assert.False(await CompleteAsync(ahead, lease));
        Assert.Equal(KickState.NewIncarnation, (await KickAsync(ahead, 10)).State);

        Assert.Equal(KickState.NewIncarnation, (await KickAsync(other)).State);
        Assert.False(await CompleteAsync(node, lease));
        await Store.ReleaseLostAsync([], Cancellation);
        var anew = await RegisterAsync();
        Assert.Equal(node.Incarnation + 1, anew.Incarnation);
        var next = Assert.Single(await ClaimAsync(anew));
        Assert.NotEqual(lease.Fence.Incarnation, next.Fence.Incarnation);
        Assert.True(await CompleteAsync(anew, next));
    }

    [Fact]
    public async Task Ten_thousand_zombies_are_all_refused()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "many", [.. Enumerable.Range(0, 1000).Select(i => Step($"t{i}"))]));
        var leases = await ClaimAsync(node, 1000);
        await LoseAsync();

        for (var round = 0; round < 10; round++)
        {
            Assert.DoesNotContain(true, (await ExchangeAsync(node, leases)).Registered);
        }

        Assert.DoesNotContain("done", (await TrackAsync(job)).Select(told => told.Kind));
        Assert.Equal(1000, await CountAsync("ready"));
    }
}
