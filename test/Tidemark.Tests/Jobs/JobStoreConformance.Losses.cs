using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

// What a worker may be at fault for, and what takes workers down.
public abstract partial class JobStoreConformance
{
    [Theory]
    [InlineData("toolCrash")]
    [InlineData("verification")]
    public async Task What_a_machine_may_be_at_fault_for_another_worker_tries_once_more(string kind)
    {
        var (node, other) = (await RegisterAsync(), await RegisterAsync("elsewhere"));
        await SubmitAsync(Single());
        var crash = new TaskFailure(kind, "crash", "It died.");
        await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), crash, Cancellation);

        Assert.Empty(await ClaimAsync(node));
        var second = Assert.Single(await ClaimAsync(other));

        Assert.Equal(FailureOutcome.Failed, (await Store.FailAsync(other, second, crash, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData("toolCrash")]
    [InlineData("verification")]
    public async Task Where_there_is_no_other_worker_the_same_one_tries_after_a_while(string kind)
    {
        var node = await RegisterAsync();
        await SubmitAsync(Single());
        await Store.FailAsync(node, Assert.Single(await ClaimAsync(node)), new TaskFailure(kind, "crash", "It died."), Cancellation);

        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Single(await ClaimAsync(node));
    }

    [Fact]
    public async Task A_task_that_takes_three_workers_down_is_quarantined()
    {
        var job = await SubmitAsync(new JobRequest("test", "poison", [Step("poison") with { Attempts = 1 }]));
        for (var i = 0; i < 3; i++)
        {
            Assert.Single(await ClaimAsync(await RegisterAsync($"victim{i}")));
            await LoseAsync($"dispatcher{i}");
        }

        Assert.Empty(await ClaimAsync(await RegisterAsync("survivor")));
        Assert.Equal([("submitted", null), ("lost", null), ("lost", null), ("lost", null), ("failed", "failed")], (await TrackAsync(job)).Select(told => (told.Kind, told.JobState)));
    }

    [Fact]
    public async Task A_task_that_shared_its_lost_workers_with_others_that_were_lost_too_is_not_blamed()
    {
        await SubmitAsync(new JobRequest("test", "crowd", [Step("a"), Step("b")]));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(2, (await ClaimAsync(await RegisterAsync($"victim{i}"))).Count);
            await LoseAsync($"dispatcher{i}");
        }

        Assert.Equal(["a", "b"], (await RunAllAsync(await RegisterAsync("survivor"))).Order());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_loss_in_company_is_none_alone_until_the_company_has_ended_whichever_is_released_first(int older)
    {
        var poison = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start) });
        for (var i = 0; i < 2; i++)
        {
            Assert.Single(await ClaimAsync(await RegisterAsync($"victim{i}")));
            await LoseAsync($"dispatcher{i}");
        }

        var company = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start.AddSeconds(older)) });
        Assert.Equal(2, (await ClaimAsync(await RegisterAsync("victim2"))).Count);
        await LoseAsync("dispatcher2");
        Assert.Equal(["submitted", "lost", "lost", "lost"], (await TrackAsync(poison)).Select(told => told.Kind));

        var last = await RegisterAsync("victim3");
        var leases = await ClaimAsync(last);
        Assert.True(await CompleteAsync(last, leases.Single(lease => lease.Task.Job == company)));
        await LoseAsync("dispatcher3");
        Assert.Equal("failed", (await TrackAsync(poison))[^1].JobState);
    }

    [Fact]
    public async Task Company_whose_job_was_called_off_shields_nobody()
    {
        var poison = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start) });
        var company = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start.AddSeconds(1)) });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(2, (await ClaimAsync(await RegisterAsync($"victim{i}"))).Count);
            await LoseAsync($"dispatcher{i}");
        }

        await Store.CancelAsync(company, Cancellation);
        Assert.Single(await ClaimAsync(await RegisterAsync("victim3")));
        await LoseAsync("dispatcher3");

        Assert.Equal("failed", (await TrackAsync(poison))[^1].JobState);
    }
}
