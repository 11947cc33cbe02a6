using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public sealed class WorkerTests : IAsyncLifetime
{
    private JobRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await JobRig.OpenAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_diamond_runs_in_its_order_and_outputs_become_inputs()
    {
        IReadOnlyDictionary<string, string?>? inputs = null;
        rig.Steps["bottom"] = async (context, cancellation) =>
        {
            inputs = await context.InputsAsync(cancellation);
            return TaskResult.Done();
        };
        await rig.WorkerAsync();

        var job = await rig.SubmitAsync(JobRig.Task("top"), JobRig.Task("left", "top"), JobRig.Task("right", "top"), JobRig.Task("bottom", "left", "right"));
        await rig.EndedAsync(job);

        var track = await rig.TrackAsync(job);
        Assert.Equal(("submitted", "done top", "done bottom done"), (track[0], track[1], track[^1]));
        Assert.Equal(5, track.Count);
        Assert.Equal([("left", "output of left"), ("right", "output of right")], inputs!.Select(input => (input.Key, input.Value)).Order());
    }

    [Fact]
    public async Task The_end_of_a_job_is_told_when_it_is_there_to_be_seen()
    {
        var worker = await rig.WorkerAsync();
        var looks = new System.Collections.Concurrent.ConcurrentQueue<Task<long>>();
        rig.SignalsOf(worker).JobChanged += job => looks.Enqueue(rig.CountAsync("open_job where job = @job", ("job", job)));

        var ended = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.EndedAsync(ended);

        await rig.UntilAsync(async () => (await Task.WhenAll(looks)).Contains(0), within: 1);
    }

    [Fact]
    public async Task A_task_that_nobody_told_of_is_found_within_two_seconds()
    {
        await rig.WorkerAsync();
        await rig.AdvanceAsync(5);
        var job = (await rig.Store.SubmitAsync(new JobRequest("test", "silent", [JobRig.Task("a")]), Cancellation)).Value.Job;

        await rig.EndedAsync(job, within: 2);
    }

    [Fact]
    public async Task A_task_that_nobody_told_of_is_found_within_half_a_minute_before_others_of_a_lane_that_is_never_empty()
    {
        rig.Steps["stream"] = async (_, cancellation) =>
        {
            await rig.SubmitAsync(JobRig.Task("stream"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), rig.Clock, cancellation);
            return TaskResult.Done();
        };
        await rig.WorkerAsync(offer: JobRig.OfferOf(1000), most: 1);
        await rig.SubmitAsync(JobRig.Task("stream"), JobRig.Task("stream-too"));
        await rig.AdvanceAsync(5);
        var old = rig.Clock.GetUtcNow().AddMinutes(-1);

        var job = (await rig.Store.SubmitAsync(new JobRequest("test", "silent", [JobRig.Task("a")]) { NotBefore = old }, Cancellation)).Value.Job;

        await rig.EndedAsync(job, within: 31);
    }

    [Fact]
    public async Task A_delayed_task_starts_when_it_is_due_and_not_before()
    {
        await rig.WorkerAsync();
        var due = rig.Clock.GetUtcNow().AddSeconds(20);
        var began = DateTimeOffset.MinValue;
        rig.Steps["a"] = (_, _) =>
        {
            began = rig.Clock.GetUtcNow();
            return Task.FromResult(TaskResult.Done());
        };
        var job = await rig.SubmitAsync(new JobRequest("test", "later", [JobRig.Task("a")]) { NotBefore = due });

        await rig.EndedAsync(job);

        Assert.InRange(began, due, due.AddSeconds(0.3));
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_after_a_wait()
    {
        var tries = 0;
        rig.Steps["a"] = (_, _) => Task.FromResult(++tries < 3 ? TaskResult.Failed(new Failure(FailureKind.Infrastructure, "broken", "It is broken.")) : TaskResult.Done());
        await rig.WorkerAsync();

        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "failed a", "failed a", "done a done"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task What_a_handler_throws_counts_as_a_failure_of_the_machine()
    {
        rig.Steps["a"] = (_, _) => throw new InvalidOperationException("a bug");
        await rig.WorkerAsync();

        var job = await rig.SubmitAsync(JobRig.Task("a") with { Attempts = 2 });
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "failed a", "failed a failed"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task A_task_that_does_not_move_is_stopped_and_one_that_does_is_not()
    {
        var stopped = 0;
        rig.Steps["hung"] = async (_, cancellation) => await StopAsync(cancellation, () => stopped++);
        rig.Steps["slow"] = async (context, cancellation) =>
        {
            for (var i = 0; i < 20; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(4), rig.Clock, cancellation);
                context.Report(new TaskProgress(i / 20.0, null, null));
            }

            return TaskResult.Done();
        };
        await rig.WorkerAsync();

        var job = await rig.SubmitAsync(JobRig.Task("hung") with { Stall = TimeSpan.FromSeconds(10), Attempts = 2 }, JobRig.Task("slow") with { Stall = TimeSpan.FromSeconds(10) });
        await rig.EndedAsync(job, within: 200);

        Assert.Equal(["submitted", "failed hung", "failed hung", "done slow failed"], await rig.TrackAsync(job));
        Assert.Equal(2, stopped);
    }

    [Fact]
    public async Task A_handler_that_does_not_stop_keeps_its_place_but_not_its_task()
    {
        var stuck = new TaskCompletionSource<TaskResult>();
        rig.Steps["deaf"] = (_, _) => stuck.Task;
        await rig.WorkerAsync(offer: JobRig.OfferOf(2000));

        var job = await rig.SubmitAsync(JobRig.Task("deaf") with { Stall = TimeSpan.FromSeconds(5), Attempts = 1 });
        await rig.EndedAsync(job, within: 20);
        rig.Steps["b"] = rig.Steps["c"] = async (_, cancellation) => await StopAsync(cancellation);
        await rig.SubmitAsync(JobRig.Task("b"), JobRig.Task("c"));
        await rig.AdvanceAsync(3);

        Assert.Single(rig.Began, one => one.Task is "b" or "c");
        stuck.SetResult(TaskResult.Done());
        await rig.UntilAsync(() => rig.Began.Count == 3, within: 2);
        Assert.Equal(["submitted", "failed deaf failed"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task A_task_whose_lease_is_gone_is_stopped_at_once_and_its_result_discarded()
    {
        var (stopped, discarded) = (false, false);
        rig.Steps["a"] = async (_, cancellation) =>
        {
            await StopAsync(cancellation, () => stopped = true);
            return TaskResult.Done();
        };
        rig.Steps["b"] = async (_, cancellation) =>
        {
            await ((Task)StopAsync(cancellation)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return TaskResult.Done(discard: () =>
            {
                discarded = true;
                return Task.CompletedTask;
            });
        };
        await rig.WorkerAsync();
        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b"));
        await rig.UntilAsync(() => rig.Began.Count == 2, within: 2);

        await rig.Store.CancelAsync(job, Cancellation);
        rig.Kick();

        await rig.UntilAsync(() => stopped && discarded, within: 1);
        Assert.Equal(["submitted", "stopped a", "stopped b", "cancelled cancelled"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task A_worker_that_was_marked_stops_everything_registers_anew_and_goes_on()
    {
        var (stopped, tries) = (0, 0);
        rig.Steps["a"] = async (_, cancellation) => ++tries > 1 ? TaskResult.Done() : await StopAsync(cancellation, () => stopped++);
        var worker = await rig.WorkerAsync();
        var before = worker.Session!.Value.Id;
        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.UntilAsync(() => tries == 1, within: 2);

        await rig.Database.WriteAsync(session => session.ExecuteAsync("update node set lost_at = @now", Cancellation, ("now", rig.Clock.GetUtcNow())), Cancellation);
        await rig.UntilAsync(() => stopped == 1 && worker.Session is { } session && session.Id != before, within: 3);
        rig.Dispatch(worker);
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "lost a", "done a done"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task After_a_restore_from_an_older_copy_nothing_that_ran_counts()
    {
        var gate = new TaskCompletionSource();
        rig.Steps["a"] = async (_, _) =>
        {
            await gate.Task;
            return TaskResult.Done("of the first life");
        };
        var worker = await rig.WorkerAsync();
        var before = worker.Session!.Value;
        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.UntilAsync(() => !rig.Began.IsEmpty, within: 2);
        await rig.AdvanceAsync(3);

        // As it was before the last beats.
        await rig.Database.WriteAsync(session => session.ExecuteAsync("update node set beat = @beat", Cancellation, ("beat", 1)), Cancellation);
        await rig.AdvanceAsync(1);
        gate.SetResult();
        rig.Steps["a"] = (_, _) => Task.FromResult(TaskResult.Done("of the second"));
        await rig.UntilAsync(() => worker.Session is { } session && session.Incarnation > before.Incarnation, within: 15);
        rig.Dispatch(worker);
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "returned a", "done a done"], await rig.TrackAsync(job));
        Assert.Equal(1, await rig.CountAsync("event where kind = 'done' and data = 'of the second'"));
    }

    [Fact]
    public async Task Draining_lets_tasks_end_and_takes_no_more()
    {
        var gate = new TaskCompletionSource();
        rig.Steps["a"] = async (_, _) =>
        {
            await gate.Task;
            return TaskResult.Done();
        };
        var worker = await rig.WorkerAsync();
        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.UntilAsync(() => !rig.Began.IsEmpty, within: 2);

        var drained = worker.DrainAsync(Cancellation);
        await rig.AdvanceAsync(5);
        Assert.False(drained.IsCompleted);
        gate.SetResult();
        await rig.UntilAsync(() => drained.IsCompleted, within: 2);

        Assert.Equal(["submitted", "done a"], await rig.TrackAsync(job));
        Assert.Equal(1, await rig.CountAsync("node where left_at is not null and draining"));
        Assert.Equal(1, await rig.CountAsync("ready"));
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_handed_back_at_no_cost()
    {
        rig.Steps["a"] = async (_, cancellation) => await StopAsync(cancellation);
        var worker = await rig.WorkerAsync();
        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.UntilAsync(() => !rig.Began.IsEmpty, within: 2);

        var drained = worker.DrainAsync(Cancellation);
        var took = await rig.UntilAsync(() => drained.IsCompleted, within: 40);

        Assert.InRange(took.TotalSeconds, 29, 32);
        Assert.Equal(["submitted", "returned a"], await rig.TrackAsync(job));
        Assert.Equal(1, await rig.CountAsync("ready"));
    }

    [Fact]
    public async Task Closing_hands_back_at_once()
    {
        rig.Steps["a"] = async (_, cancellation) => await StopAsync(cancellation);
        var worker = await rig.WorkerAsync();
        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.UntilAsync(() => !rig.Began.IsEmpty, within: 2);

        var closed = worker.DisposeAsync().AsTask();
        await rig.UntilAsync(() => closed.IsCompleted, within: 1);

        Assert.Equal(["submitted", "returned a"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task Two_tasks_that_need_the_same_do_not_run_together_where_it_is_there_once()
    {
        var (running, most) = (0, 0);
        var gate = new Lock();
        for (var i = 0; i < 20; i++)
        {
            rig.Steps[$"t{i}"] = async (_, cancellation) =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++running);
                }

                await Task.Yield();
                lock (gate)
                {
                    running--;
                }

                return TaskResult.Done();
            };
        }

        await rig.WorkerAsync(offer: JobRig.OfferOf(16000) with { Gpu = 1 }, most: 16);
        var job = await rig.SubmitAsync([.. Enumerable.Range(0, 20).Select(i => JobRig.Task($"t{i}") with { Needs = new Needs { Cpu = 100, Gpu = 1 } })]);
        await rig.EndedAsync(job);

        Assert.Equal(1, most);
    }

    // Hangs until it is told to stop.
    private static async Task<TaskResult> StopAsync(CancellationToken cancellation, Action? stopped = null)
    {
        var told = new TaskCompletionSource();
        await using var registration = cancellation.Register(told.SetResult);
        await told.Task;
        stopped?.Invoke();
        cancellation.ThrowIfCancellationRequested();
        return TaskResult.Done();
    }
}
