using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public sealed class DispatcherTests : IAsyncLifetime
{
    private JobRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await JobRig.OpenAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_lost_nodes_task_is_done_by_another()
    {
        var worker = await rig.WorkerAsync();
        rig.Dispatch(worker);
        // Its grace is over: from now on it judges.
        await rig.AdvanceAsync(10);
        var (job, lease, gone) = await TakenByAnotherAsync();

        var took = await rig.UntilAsync(async () => await rig.CountAsync("open_job where job = @job", ("job", job)) == 0, within: 20);

        Assert.Equal(["submitted", "lost a", "done a done"], await rig.TrackAsync(job));
        Assert.InRange(took.TotalSeconds, 7, 12);
        Assert.False((await rig.Store.ExchangeAsync(new Exchange(gone, 2, [new Completion(lease, null)], []), Cancellation)).Registered[0]);
    }

    [Fact]
    public async Task A_new_dispatcher_gives_everybody_one_full_lease_before_it_judges()
    {
        var (job, _, _) = await TakenByAnotherAsync();
        await rig.AdvanceAsync(60);
        var worker = await rig.WorkerAsync();
        rig.Dispatch(worker);

        await rig.AdvanceAsync(7);
        Assert.Equal(["submitted"], await rig.TrackAsync(job));
        await rig.EndedAsync(job, within: 6);
    }

    [Fact]
    public async Task What_nobody_can_run_is_named_within_five_seconds_and_not_when_somebody_can()
    {
        var worker = await rig.WorkerAsync("studio-1", JobRig.OfferOf(2000, "tool:ffmpeg"));
        rig.Dispatch(worker);
        await rig.AdvanceAsync(2);
        await rig.SubmitAsync(JobRig.Task("a") with { Needs = new Needs { Tags = ["tool:ffmpeg", "mount:archive"] } });

        var took = await rig.UntilAsync(async () => await rig.CountAsync("lane where trouble is not null") == 1, within: 10);

        Assert.InRange(took.TotalSeconds, 2, 5);
        Assert.Equal("No running node can do this. The nearest is studio-1: it lacks mount:archive.", await TroubleAsync());
        await rig.WorkerAsync("studio-2", JobRig.OfferOf(2000, "tool:ffmpeg", "mount:archive"));
        await rig.UntilAsync(async () => await rig.CountAsync("lane where trouble is not null") == 0, within: 3);
    }

    [Theory]
    [InlineData(8000, "", "it lacks 8 processors (it has 2)")]
    [InlineData(1000, "place:lisbon", "it lacks place:lisbon")]
    public void What_is_missing_is_said_of_the_nearest_node(int cpu, string tag, string expected)
    {
        var lane = new Lane(1, "default", 2, "test.step", new Needs { Cpu = cpu, Tags = tag.Length == 0 ? [] : [tag] });

        var trouble = LaneWatch.Trouble(lane, [Node("other", JobRig.OfferOf(64000) with { Handlers = ["other.step"] }), Node("near", JobRig.OfferOf(2000))]);

        Assert.Equal($"No running node can do this. The nearest is near: {expected}.", trouble);
        Assert.StartsWith("No worker is running", LaneWatch.Trouble(lane, []), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_big_task_is_not_starved_by_small_ones()
    {
        var worker = await rig.WorkerAsync(offer: JobRig.OfferOf(2000));
        rig.Dispatch(worker);
        var big = false;
        rig.Steps["big"] = (_, _) =>
        {
            big = true;
            return Task.FromResult(TaskResult.Done());
        };
        // Each small one runs until the next has begun beside it: both places are never free at once.
        var begun = Enumerable.Range(0, 401).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        for (var i = 0; i < 400; i++)
        {
            var (self, next) = (begun[i], begun[i + 1]);
            rig.Steps[$"small{i}"] = async (_, cancellation) =>
            {
                self.TrySetResult();
                await Task.WhenAny(next.Task, Task.Delay(TimeSpan.FromSeconds(3), rig.Clock, cancellation));
                await Task.Delay(TimeSpan.FromSeconds(0.5), rig.Clock, cancellation);
                return TaskResult.Done();
            };
        }

        JobRequest Smalls(int from, int count) => new("test", "small ones", [.. Enumerable.Range(from, count).Select(i => JobRig.Task($"small{i}"))]);
        await rig.SubmitAsync(Smalls(0, 4));
        await rig.AdvanceAsync(0.5);
        var job = await rig.SubmitAsync(JobRig.Task("big") with { Needs = new Needs { Cpu = 2000 } });
        await rig.AdvanceAsync(0.5);
        await rig.SubmitAsync(Smalls(4, 396));

        await rig.AdvanceAsync(25);
        Assert.False(big);
        await rig.EndedAsync(job, within: 15);
        // And then the small ones go on.
        var began = rig.Began.Count;
        await rig.UntilAsync(() => rig.Began.Count > began + 10, within: 15);
    }

    [Fact]
    public async Task Of_two_dispatchers_one_acts_and_the_other_takes_over()
    {
        var (one, two) = (await rig.WorkerAsync("one"), await rig.WorkerAsync("two"));
        var first = rig.Dispatch(one);
        await rig.AdvanceAsync(2);
        rig.Dispatch(two);
        await rig.AdvanceAsync(10);
        Assert.Equal(one.Session!.Value.Id, (await rig.Store.NodesAsync(Cancellation)).Single(node => node.Dispatches).Id);

        await first.DisposeAsync();
        await rig.UntilAsync(async () => (await rig.Store.NodesAsync(Cancellation)).SingleOrDefault(node => node.Dispatches)?.Id == two.Session!.Value.Id, within: 2);
        var (job, _, _) = await TakenByAnotherAsync();
        await rig.EndedAsync(job, within: 20);
    }

    [Fact]
    public async Task A_periodic_job_is_made_once_for_each_instant_by_however_many_nodes()
    {
        var worker = await rig.WorkerAsync();
        var made = PeriodicJob.At("nightly", TimeSpan.FromMinutes(1), instant => new JobRequest("nightly", $"of {instant:O}", [JobRig.Task("a")]));
        // One that cannot be made holds up none of the others.
        var broken = new PeriodicJob("broken", _ => throw new InvalidOperationException("It has no calendar."), (_, _) => throw new InvalidOperationException());
        Task<IReadOnlyList<PeriodicJob>> There(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<PeriodicJob>>([broken, made]);
        var signals = new JobSignals(rig.Database, rig.Clock, NullLogger<JobSignals>.Instance);
        var nodes = Enumerable.Range(0, 3).Select(_ => new PeriodicJobs(rig.Store, signals, There, rig.Clock, NullLogger<PeriodicJobs>.Instance)).ToList();
        nodes.ForEach(node => node.Start());
        await rig.UntilAsync(async () => await rig.CountAsync("job") == 1, within: 1);
        await rig.AdvanceAsync(130);
        await rig.UntilAsync(async () => await rig.CountAsync("job") >= 3, within: 1);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        // After an outage the latest instant is made up for, and none before it.
        await rig.AdvanceAsync(300);
        await using var again = new PeriodicJobs(rig.Store, signals, There, rig.Clock, NullLogger<PeriodicJobs>.Instance);
        again.Start();
        await rig.UntilAsync(async () => await rig.CountAsync("job") >= 4, within: 1);
        await rig.AdvanceAsync(5);

        Assert.Equal(4, await rig.CountAsync("job"));
        Assert.Equal(4, await rig.CountAsync("job_key"));
        await signals.DisposeAsync();
        Assert.NotNull(worker.Session);
    }

    [Fact]
    public async Task A_periodic_job_that_a_restore_has_undone_is_made_again()
    {
        await rig.WorkerAsync();
        var daily = PeriodicJob.At("daily", TimeSpan.FromDays(1), instant => new JobRequest("daily", $"of {instant:O}", [JobRig.Task("a")]));
        await using var signals = new JobSignals(rig.Database, rig.Clock, NullLogger<JobSignals>.Instance);
        await using var jobs = new PeriodicJobs(rig.Store, signals, _ => Task.FromResult<IReadOnlyList<PeriodicJob>>([daily]), rig.Clock, NullLogger<PeriodicJobs>.Instance);
        jobs.Start();
        await rig.UntilAsync(async () => await rig.CountAsync("job") == 1 && await rig.CountAsync("open_job") == 0, within: 5);

        // The copy is from before it was submitted.
        await rig.Database.WriteAsync(async session =>
        {
            foreach (var table in (string[])["job_key", "event", "task", "job"])
            {
                await session.ExecuteAsync($"delete from {table}", Cancellation);
            }
        }, Cancellation);
        await rig.Store.BeginIncarnationAsync(1, Cancellation);

        await rig.UntilAsync(async () => await rig.CountAsync("job") == 1, within: 40);
    }

    private static NodeRecord Node(string name, Offer offer) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
        Name = name,
        Roles = ["work"],
        Version = "1",
        StartedAt = default,
        HeardAt = default,
        Offer = offer,
        Running = [],
        Draining = false,
        ReservedLane = null,
        LostAt = null,
        LeftAt = null,
        Dispatches = false,
        Now = default,
    };

    // A node that claims a task and is never heard of again.
    private async Task<(Guid Job, Lease Lease, NodeSession Gone)> TakenByAnotherAsync()
    {
        var gone = await rig.Store.RegisterAsync(new NodeIntroduction("gone", "gone", ["work"], "1.0", JobRig.OfferOf(4000)), Cancellation);
        var submitted = (await rig.Store.SubmitAsync(new JobRequest("test", "a test's", [JobRig.Task("a")]), Cancellation)).Value;
        var claimed = (await rig.Store.ExchangeAsync(new Exchange(gone, 1, [], [.. submitted.Lanes.Select(lane => new LaneClaim(lane.Lane, LanePlace.Beginning, 1))]), Cancellation)).Claimed;
        return (submitted.Job, Assert.Single(claimed), gone);
    }

    private async Task<string?> TroubleAsync() =>
        await rig.Database.ReadAsync(session => session.FirstAsync("select trouble from lane where trouble is not null", row => row.TextOrNull(0), Cancellation), Cancellation);
}
