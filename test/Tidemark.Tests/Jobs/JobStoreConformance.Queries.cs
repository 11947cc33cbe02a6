using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

// What people are told about jobs.
public abstract partial class JobStoreConformance
{
    private JobQueries Queries => new(Database, Clock, JobClock.Provider);

    [Fact]
    public async Task A_job_is_told_as_it_was_asked_for_and_as_it_goes_on()
    {
        var id = await SubmitAsync(new JobRequest("test", "a and then b", [Step("a"), Step("b", "a")]) { Tenant = "lisbon", Priority = 3, Key = "once" });
        var asked = await JobAsync(id);
        Assert.Equal(("test", "a and then b", "lisbon", 3, "once", 1, "ready", Start), (asked.Kind, asked.Title, asked.Tenant, asked.Priority, asked.Key, asked.Round, asked.State, asked.CreatedAt));
        Assert.Equal(new TaskCounts(2, 1, 1, 0, 0, 0, 0, 0), asked.Counts);
        Assert.Equal((null, null, null), (asked.StartedAt, asked.EndedAt, asked.Progress));

        var node = await RegisterAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));
        var first = (await ClaimAsync(node))[0];
        Assert.Equal(("running", new TaskCounts(2, 1, 0, 1, 0, 0, 0, 0), Clock.GetUtcNow()), (await JobAsync(id)) is var began ? (began.State, began.Counts, began.StartedAt) : default);

        await Store.KickAsync(new Kick(node, 2, [new RunningTask(id, 1, new TaskProgress(0.5, "half-way", 3))], false), Cancellation);
        Assert.Equal(0.25, (await JobAsync(id)).Progress!.Fraction);
        var task = (await Queries.DetailAsync(id, Cancellation)).Value.Tasks[0];
        Assert.Equal(("running", "here", 1, new TaskProgress(0.5, "half-way", 3)), (task.State, task.Node, task.Attempt, task.Progress));

        Clock.Advance(TimeSpan.FromSeconds(1));
        await CompleteAsync(node, first);
        var between = await JobAsync(id);
        Assert.Equal(("ready", new TaskCounts(2, 0, 1, 0, 1, 0, 0, 0), 0.5, Start.AddSeconds(2)), (between.State, between.Counts, between.Progress!.Fraction, between.StartedAt));
        await RunAllAsync(node);
        var done = await JobAsync(id);
        Assert.Equal(Clock.GetUtcNow(), done.Now);
        Assert.Equal(("done", new TaskCounts(2, 0, 0, 0, 2, 0, 0, 0), Clock.GetUtcNow(), Start.AddSeconds(2), null), (done.State, done.Counts, done.EndedAt, done.StartedAt, done.Progress));
    }

    [Fact]
    public async Task A_job_that_waits_for_an_instant_waits_and_is_ready_from_then_on()
    {
        var id = await SubmitAsync(Single() with { NotBefore = Start.AddMinutes(1) });
        Assert.Equal(("waiting", Start.AddMinutes(1)), (await JobAsync(id)) is var waits ? (waits.State, waits.NotBefore) : default);
        Assert.Equal(Start.AddMinutes(1), (await TasksAsync(id))[0].ReadyAt);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("ready", (await JobAsync(id)).State);
    }

    [Fact]
    public async Task A_task_that_is_tried_again_says_when_and_why_and_one_that_failed_for_good_skips_those_behind_it()
    {
        var node = await RegisterAsync();
        var id = await SubmitAsync(new JobRequest("test", "fails", [Step("a"), Step("b", "a"), Step("c", "b"), Step("d")]));
        var leases = await ClaimAsync(node);
        var a = leases.Single(lease => lease.Name == "a");
        var verdict = await Store.FailAsync(node, a, new TaskFailure("infrastructure", "away", "The disk was away.", "Plug it in.", "EIO"), Cancellation);
        var again = (await TasksAsync(id))[0];
        Assert.Equal(("ready", 2, verdict.NextAt, "away", "Plug it in."), (again.State, again.Attempt, again.ReadyAt, again.Failure!.Code, again.Failure.Mend));

        Clock.Advance(TimeSpan.FromMinutes(1));
        a = (await ClaimAsync(node)).Single();
        await Store.FailAsync(node, a, new TaskFailure("badInput", "torn", "It is torn."), Cancellation);
        var job = await JobAsync(id);
        Assert.Equal(("running", "torn", new TaskCounts(4, 2, 0, 1, 0, 1, 0, 0)), (job.State, job.Failure!.Code, job.Counts));
        Assert.Equal(["failed", "waiting", "waiting", "running"], (await TasksAsync(id)).Select(task => task.State));

        await CompleteAsync(node, leases.Single(lease => lease.Name == "d"));
        job = await JobAsync(id);
        Assert.Equal(("failed", "torn", new TaskCounts(4, 0, 0, 0, 1, 1, 0, 2)), (job.State, job.Failure!.Code, job.Counts));
        var failed = (await TasksAsync(id))[0];
        Assert.Equal(("failed", 2, Clock.GetUtcNow(), "torn"), (failed.State, failed.Attempt, failed.EndedAt, failed.Failure!.Code));
    }

    [Fact]
    public async Task Cancelled_tasks_are_told_from_those_that_were_done_before()
    {
        var node = await RegisterAsync();
        var id = await SubmitAsync(new JobRequest("test", "called off", [Step("a"), Step("b", "a"), Step("c", "b")]));
        await CompleteAsync(node, (await ClaimAsync(node))[0]);
        await Store.CancelAsync(id, Cancellation);

        Assert.Equal(("cancelled", new TaskCounts(3, 0, 0, 0, 1, 0, 2, 0)), (await JobAsync(id)) is var job ? (job.State, job.Counts) : default);
        Assert.Equal(["done", "cancelled", "cancelled"], (await TasksAsync(id)).Select(task => task.State));
    }

    [Fact]
    public async Task A_retry_forgets_how_it_failed_and_keeps_what_is_done_but_for_what_runs_again()
    {
        var node = await RegisterAsync();
        var id = await SubmitAsync(new JobRequest("test", "again", [Step("a"), Step("b", "a"), Step("c", "b")]));
        await CompleteAsync(node, (await ClaimAsync(node))[0]);
        await Store.FailAsync(node, (await ClaimAsync(node))[0], new TaskFailure("badInput", "torn", "It is torn."), Cancellation);
        Assert.Equal("failed", (await JobAsync(id)).State);

        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null((await Store.RetryAsync(id, null, Cancellation)).Failure);
        var again = await JobAsync(id);
        Assert.Equal(("ready", 2, null, null, null, new TaskCounts(3, 1, 1, 0, 1, 0, 0, 0)), (again.State, again.Round, again.Failure, again.StartedAt, again.EndedAt, again.Counts));
        Assert.Equal([("done", 1), ("ready", 2), ("waiting", 1)], (await TasksAsync(id)).Select(task => (task.State, task.Attempt)));
        await RunAllAsync(node);
        Assert.Equal(("done", Start.AddHours(1)), (await JobAsync(id)) is var done ? (done.State, done.StartedAt) : default);

        Assert.Null((await Store.RetryAsync(id, "b", Cancellation)).Failure);
        Assert.Equal(new TaskCounts(3, 1, 1, 0, 1, 0, 0, 0), (await JobAsync(id)).Counts);
        Assert.Equal(["done", "ready", "waiting"], (await TasksAsync(id)).Select(task => task.State));
    }

    [Fact]
    public async Task What_nobody_can_do_says_so_by_the_lane_that_it_waits_in()
    {
        var id = await SubmitAsync(Single());
        var lane = (await Store.LanesAsync(0, Cancellation))[0];
        Assert.Null((await JobAsync(id)).Trouble);
        await Store.SetTroubleAsync(await ElectAsync(), lane.Id, "No node offers the handler test.step.", Cancellation);
        Assert.Equal("No node offers the handler test.step.", (await JobAsync(id)).Trouble);
        Assert.Equal("No node offers the handler test.step.", (await TasksAsync(id))[0].Trouble);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_page_by_page_and_by_state_and_kind()
    {
        var node = await RegisterAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Insert(0, await SubmitAsync(Single($"job {i}") with { Kind = i % 2 == 0 ? "even" : "odd" }));
            Clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        Assert.Equal(ids, (await Queries.ListAsync(default, null, 10, Cancellation)).Jobs.Select(job => job.Id));
        var (page, next) = await Queries.ListAsync(default, null, 4, Cancellation);
        Assert.Equal((ids[..4].Last(), 4), (next, page.Count));
        var (rest, end) = await Queries.ListAsync(default, next, 4, Cancellation);
        Assert.Equal(ids[4..], rest.Select(job => job.Id));
        Assert.Null(end);
        Assert.Equal(3, (await Queries.ListAsync(new JobFilter(null, "even"), null, 10, Cancellation)).Jobs.Count);

        // Oldest first: done, failed, running, cancelled, ready, ready.
        var leases = await ClaimAsync(node, 3);
        await CompleteAsync(node, leases[0]);
        await Store.FailAsync(node, leases[1], new TaskFailure("badInput", "torn", "It is torn."), Cancellation);
        await Store.CancelAsync(ids[2], Cancellation);
        foreach (var (state, which) in new[] { ("done", ids[5..]), ("failed", ids[4..5]), ("running", ids[3..4]), ("cancelled", ids[2..3]), ("ready", ids[..2]), ("waiting", ids[..0]) })
        {
            var listed = await Queries.ListAsync(new JobFilter(state, null), null, 10, Cancellation);
            Assert.Equal(which, listed.Jobs.Select(job => job.Id));
            Assert.Null(listed.Next);
            Assert.All(listed.Jobs, job => Assert.Equal(state, job.State));
        }

        await Store.RetryAsync(ids[4], null, Cancellation);
        Assert.Empty((await Queries.ListAsync(new JobFilter("failed", null), null, 10, Cancellation)).Jobs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_job_that_came_to_several_bad_ends_is_listed_once_by_its_last(int chunk)
    {
        var node = await RegisterAsync();
        // Of each its ends, oldest job first.
        string[][] jobs = [["failed"], ["failed", "failed", "failed"], ["cancelled", "failed"], ["failed", "cancelled", "failed", "cancelled"], ["failed", "done"], ["failed", "failed"]];
        var ids = new List<Guid>();
        foreach (var ends in jobs)
        {
            var id = await SubmitAsync(Single());
            ids.Insert(0, id);
            foreach (var (round, end) in ends.Index())
            {
                Assert.True(round == 0 || (await Store.RetryAsync(id, null, Cancellation)).Failure is null);
                await (end == "cancelled" ? Store.CancelAsync(id, Cancellation) : EndAsync(end == "done"));
            }

            Clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        var queries = new JobQueries(Database, Clock, JobClock.Provider) { Chunk = chunk };
        Assert.Equal([ids[0], ids[3], ids[4], ids[5]], await ListedAsync("failed"));
        Assert.Equal([ids[2]], await ListedAsync("cancelled"));

        async Task EndAsync(bool well)
        {
            var lease = Assert.Single(await ClaimAsync(node));
            await (well ? CompleteAsync(node, lease) : (Task)Store.FailAsync(node, lease, Bad, Cancellation));
        }

        async Task<List<Guid>> ListedAsync(string state)
        {
            var listed = new List<Guid>();
            for (Guid? next = Guid.AllBitsSet; next is not null;)
            {
                (var page, next) = await queries.ListAsync(new JobFilter(state, null), next, 2, Cancellation);
                listed.AddRange(page.Select(job => job.Id));
            }

            return listed;
        }
    }

    [Fact]
    public async Task The_track_is_read_from_where_one_has_been_and_names_tasks_and_nodes()
    {
        var node = await RegisterAsync("studio");
        var id = await SubmitAsync(Single());
        await Store.FailAsync(node, (await ClaimAsync(node))[0], new TaskFailure("badInput", "torn", "It is torn.", "Mend it.", "stderr"), Cancellation);

        var track = (await Queries.TrackAsync(id, 0, 100, Cancellation)).Value;
        Assert.Equal([(1, "submitted", null, null, null), (2, "failed", "only", "studio", "failed")], track.Select(one => (one.Number, one.Kind, one.Task, one.Node, one.JobState)));
        Assert.Equal(new TaskFailure("badInput", "torn", "It is torn.", "Mend it.", "stderr"), track[1].Failure);
        Assert.Equal([2], (await Queries.TrackAsync(id, 1, 100, Cancellation)).Value.Select(one => one.Number));
        Assert.Empty((await Queries.TrackAsync(id, 2, 100, Cancellation)).Value);
        Assert.Equal("job_not_found", (await Queries.TrackAsync(Guid.Empty, 0, 100, Cancellation)).Failure?.Code);
        Assert.Equal("job_not_found", (await Queries.DetailAsync(Guid.Empty, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task A_node_is_told_with_what_it_holds_and_only_its_newest_registration()
    {
        await RegisterAsync("studio");
        Clock.Advance(TimeSpan.FromSeconds(1));
        var node = await RegisterAsync("studio");
        var id = await SubmitAsync(Single());
        await ClaimAsync(node);

        var told = Assert.Single(await Queries.NodesAsync(Cancellation));
        Assert.Equal((node.Id, "studio", "live"), (told.Node.Id, told.Node.Name, told.State));
        Assert.Equal((id, "only", "test.step"), told.Holds.Single() is var held ? (held.Job, held.Task, held.Handler) : default);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("silent", (await Queries.NodesAsync(Cancellation))[0].State);
        await Store.KickAsync(new Kick(node, 2, [], true), Cancellation);
        Assert.Equal("draining", (await Queries.NodesAsync(Cancellation))[0].State);
        await Store.LeaveAsync(node, Cancellation);
        Assert.Equal("left", (await Queries.NodesAsync(Cancellation))[0].State);
        Clock.Advance(TimeSpan.FromDays(2));
        Assert.Empty(await Queries.NodesAsync(Cancellation));
    }

    [Fact]
    public async Task Of_a_job_of_many_tasks_the_first_thousand_are_listed_and_all_are_counted()
    {
        var id = await SubmitAsync(new JobRequest("test", "wide", [Step("root"), .. Enumerable.Range(0, 2500).Select(i => Step($"leaf{i}", "root"))]));
        var detail = (await Queries.DetailAsync(id, Cancellation)).Value;

        Assert.Equal((JobQueries.MostTasks, JobQueries.MostTasks - 1, true), (detail.Tasks.Count, detail.Edges.Count, detail.Truncated));
        Assert.Equal(new TaskCounts(2501, 2500, 1, 0, 0, 0, 0, 0), detail.Job.Counts);
    }

    private async Task<JobSummary> JobAsync(Guid id) => (await Queries.FindAsync(id, Cancellation)).Value;

    private async Task<IReadOnlyList<TaskSummary>> TasksAsync(Guid id) => (await Queries.DetailAsync(id, Cancellation)).Value.Tasks;
}
