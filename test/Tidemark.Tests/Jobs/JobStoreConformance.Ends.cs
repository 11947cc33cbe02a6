using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public abstract partial class JobStoreConformance
{
    private static readonly TaskFailure Unreachable = new("unreachable", "no_answer", "It does not answer.");
    private static readonly TaskFailure Bad = new("badInput", "bad", "It cannot be used.");

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_later()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(Single());
        var verdict = await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), Unreachable, Cancellation);
        Assert.Equal(FailureOutcome.TriedAgain, verdict.Outcome);
        Assert.InRange(verdict.NextAt!.Value, Start, Start + RetryPolicy.First);

        Clock.Advance(RetryPolicy.First);

        var again = Assert.Single(await ClaimAsync(node));
        Assert.Equal(2, again.Attempt);
        Assert.True(await CompleteAsync(node, again));
        Assert.Equal([("submitted", null), ("failed", null), ("done", "done")], (await TrackAsync(job)).Select(told => (told.Kind, told.JobState)));
    }

    [Fact]
    public async Task Attempts_are_counted_and_the_last_is_final()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "stubborn", [Step("only") with { Attempts = 3 }]));
        var outcomes = new List<FailureOutcome>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add((await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), Unreachable, Cancellation)).Outcome);
            Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([FailureOutcome.TriedAgain, FailureOutcome.TriedAgain, FailureOutcome.Failed], outcomes);
        Assert.Equal("failed", (await TrackAsync(job))[^1].JobState);
        Assert.Empty(await ClaimAsync(node));
    }

    [Fact]
    public async Task What_waits_for_a_failed_task_is_skipped_and_the_rest_goes_on()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "two branches", [Step("bad"), Step("after-bad", "bad"), Step("good"), Step("after-good", "good"), Step("end", "after-bad", "after-good")]));
        var leases = await ClaimAsync(node);

        await Store.FailAsync(node, leases.Single(lease => lease.Name == "bad"), Bad, Cancellation);
        Assert.True(await CompleteAsync(node, leases.Single(lease => lease.Name == "good")));
        Assert.Equal(["after-good"], await RunAllAsync(node));

        Assert.Equal("failed", (await TrackAsync(job))[^1].JobState);
        Assert.Equal(0, await CountAsync("open_job") + await CountAsync("waiting") + await CountAsync("ready"));
    }

    [Fact]
    public async Task A_cancelled_job_ends_at_once_and_what_runs_is_refused()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "long", [Step("a"), Step("b"), Step("c", "a")]));
        var lease = Assert.Single(await ClaimAsync(node, 1));

        Assert.True((await Store.CancelAsync(job, Cancellation)).Value);

        Assert.False((await Store.CancelAsync(job, Cancellation)).Value);
        Assert.Equal("job_not_found", (await Store.CancelAsync(Guid.CreateVersion7(Start), Cancellation)).Failure?.Code);
        Assert.Empty((await KickAsync(node)).Held);
        Assert.False(await CompleteAsync(node, lease));
        Assert.Empty(await ClaimAsync(node));
        Assert.Equal([(2L, "stopped", 1L, null), (3L, "cancelled", null, "cancelled")], (await TrackAsync(job)).Skip(1));
    }

    [Fact]
    public async Task An_attempt_that_was_stopped_has_been_one()
    {
        var node = await RegisterAsync("studio");
        var job = await SubmitAsync(new JobRequest("test", "long", [Step("a"), Step("b"), Step("c", "a")]));
        Assert.Equal(2, (await ClaimAsync(node)).Count);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Store.CancelAsync(job, Cancellation);

        Assert.Equal([("cancelled", 1, "studio", Start, Clock.GetUtcNow()), ("cancelled", 1, "studio", Start, Clock.GetUtcNow()), ("cancelled", 1, null, null, default(DateTimeOffset?))],
            (await TasksAsync(job)).Select(task => (task.State, task.Attempt, task.Node, task.StartedAt, task.EndedAt)));
        await Store.RetryAsync(job, null, Cancellation);

        Assert.All(await ClaimAsync(node), lease => Assert.Equal(2, lease.Attempt));
        await Store.CancelAsync(job, Cancellation);
        Assert.Equal([2, 2, 1], (await TasksAsync(job)).Select(task => task.Attempt));
    }

    [Fact]
    public async Task A_retry_keeps_to_the_instant_that_its_job_waits_for()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(Single() with { NotBefore = Start.AddHours(1) });
        await Store.CancelAsync(job, Cancellation);

        Assert.Equal(Start.AddHours(1), Assert.Single((await Store.RetryAsync(job, null, Cancellation)).Value.Lanes).At);

        Assert.Empty(await ClaimAsync(node));
        Clock.Advance(TimeSpan.FromHours(2));
        await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), Bad, Cancellation);
        Assert.Equal(Clock.GetUtcNow(), Assert.Single((await Store.RetryAsync(job, null, Cancellation)).Value.Lanes).At);
        Assert.Single(await ClaimAsync(node));
    }

    [Fact]
    public async Task A_retry_runs_what_is_not_done()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "half", [Step("a"), Step("b", "a"), Step("c", "b")]));
        await CompleteAsync(node, Assert.Single(await ClaimAsync(node)));
        Assert.Equal("job_not_ended", (await Store.RetryAsync(job, null, Cancellation)).Failure?.Code);
        await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), Bad, Cancellation);

        Assert.Equal(job, (await Store.RetryAsync(job, null, Cancellation)).Value.Job);

        var b = Assert.Single(await ClaimAsync(node));
        Assert.Equal(("b", 2), (b.Name, b.Attempt));
        Assert.Equal("output of a", (await Store.InputsAsync(b.Task, Cancellation))["a"]);
        Assert.True(await CompleteAsync(node, b));
        Assert.Equal(["c"], await RunAllAsync(node));
        Assert.Equal("done", (await TrackAsync(job))[^1].JobState);
        Assert.Equal("job_done", (await Store.RetryAsync(job, null, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task A_retry_from_a_task_runs_it_and_everything_behind_it_again()
    {
        var node = await RegisterAsync();
        var job = await SubmitAsync(new JobRequest("test", "again", [Step("a"), Step("b", "a"), Step("c", "b"), Step("d", "a")]));
        await RunAllAsync(node);
        Assert.Equal("task_not_found", (await Store.RetryAsync(job, "x", Cancellation)).Failure?.Code);

        await Store.RetryAsync(job, "b", Cancellation);

        Assert.Equal(["b", "c"], await RunAllAsync(node));
        var track = await TrackAsync(job);
        Assert.Equal(Enumerable.Range(1, track.Count).Select(number => (long)number), track.Select(told => told.Number));
        Assert.Equal(["retried", "retried", "retried", "done", "done"], track.Skip(5).Select(told => told.Kind));
    }

    [Fact]
    public async Task Only_one_of_several_holds_the_dispatchers_lease()
    {
        var (one, other) = (await RegisterAsync(), await RegisterAsync("elsewhere"));
        var term = await Store.ElectAsync(one, TimeSpan.FromSeconds(4), Cancellation);
        Assert.NotNull(term);
        Assert.Null(await Store.ElectAsync(other, TimeSpan.FromSeconds(4), Cancellation));
        Assert.Equal(term.Epoch, (await Store.ElectAsync(one, TimeSpan.FromSeconds(4), Cancellation))!.Epoch);

        Clock.Advance(TimeSpan.FromSeconds(5));
        var next = await Store.ElectAsync(other, TimeSpan.FromSeconds(4), Cancellation);

        Assert.True(next!.Epoch > term.Epoch);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await Store.MarkSilentAsync(term, TimeSpan.Zero, Cancellation));
        Assert.NotEmpty(await Store.MarkSilentAsync(next, TimeSpan.Zero, Cancellation));
    }

    [Fact]
    public async Task Whose_term_is_over_says_nothing_and_keeps_nobody()
    {
        await SubmitAsync(Single());
        var lane = (await Store.LanesAsync(0, Cancellation))[0].Id;
        var term = await ElectAsync("one");
        await Store.ResignAsync(term, Cancellation);
        var next = await ElectAsync("other");

        await Store.SetTroubleAsync(term, lane, "nobody has it", Cancellation);
        await Store.ReserveAsync(term, next.Node, lane, Cancellation);
        Assert.Empty(await Store.TroubledAsync(Cancellation));
        Assert.All(await Store.NodesAsync(Cancellation), node => Assert.Null(node.ReservedLane));

        await Store.ReserveAsync(next, next.Node, lane, Cancellation);
        Assert.Equal(lane, (await Store.NodesAsync(Cancellation)).Single(node => node.Id == next.Node).ReservedLane);
    }

    [Fact]
    public async Task After_the_clock_was_set_back_what_was_due_is_due_and_the_silent_are_noticed()
    {
        await SubmitAsync(Single());
        await SubmitAsync(Single() with { NotBefore = Start.AddMinutes(1) });
        var (gone, node) = (await RegisterAsync("gone"), await RegisterAsync());
        Clock.Advance(TimeSpan.FromSeconds(10));
        await KickAsync(gone);
        Assert.NotNull(await Store.ElectAsync(gone, TimeSpan.FromSeconds(4), Cancellation));
        Clock.Advance(-TimeSpan.FromHours(1));
        Assert.Empty(await ClaimAsync(node));

        var term = await Store.ElectAsync(node, TimeSpan.FromSeconds(4), Cancellation);

        Assert.Equal(Clock.GetUtcNow(), Assert.Single(term!.Due).At);
        Assert.Single(await ClaimAsync(node));
        Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        await KickAsync(node);
        term = await Store.ElectAsync(node, TimeSpan.FromSeconds(4), Cancellation);
        Assert.Empty(term!.Due);
        Assert.Equal(["gone"], (await Store.MarkSilentAsync(term, Lease, Cancellation)).Select(lost => lost.Name));
    }

    [Fact]
    public async Task History_goes_by_rule_but_never_that_of_an_unfinished_job()
    {
        var node = await RegisterAsync();
        await Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);
        var old = Guid.CreateVersion7(Start);
        await SubmitAsync(Single() with { Id = old });
        await RunAllAsync(node);
        var unfinished = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start.AddSeconds(1)), NotBefore = Start.AddYears(1) });
        Clock.Advance(TimeSpan.FromDays(200));
        var young = await SubmitAsync(Single());

        await Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);
        Assert.Single(await TrackAsync(unfinished));
        await Store.CancelAsync(unfinished, Cancellation);
        // The newest event of all stays until there is another.
        await SubmitAsync(Single());
        await Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);

        Assert.Empty(await TrackAsync(old));
        Assert.Empty(await TrackAsync(unfinished));
        Assert.Single(await TrackAsync(young));
        Assert.Equal(2, await CountAsync("job"));
    }
}
