using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

/// <summary>A worker whose database answers late, or not at all.</summary>
public sealed class LostAnswerTests : IAsyncLifetime
{
    private JobRig rig = null!;
    private FaultyStore store = null!;
    private int discarded;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await JobRig.OpenAsync();
        store = new FaultyStore(rig);
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_result_whose_answer_got_lost_is_registered_once_and_kept()
    {
        var lost = 0;
        store.After = (exchange, _) => Lose(exchange.Completed.Count > 0 && lost++ == 0);
        await WorkAsync("a");

        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.EndedAsync(job);
        await rig.AdvanceAsync(3);

        Assert.Equal(["submitted", "done a", "done b done"], await rig.TrackAsync(job));
        Assert.Equal((2, 0), (rig.Began.Count, discarded));
    }

    [Fact]
    public async Task The_end_of_a_job_is_told_also_where_the_answer_got_lost()
    {
        var (lost, told) = (0, 0);
        store.After = (exchange, _) => Lose(exchange.Completed.Count > 0 && lost++ == 0);
        rig.SignalsOf(await WorkAsync("a")).JobChanged += _ => told += lost;

        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.EndedAsync(job);

        await rig.UntilAsync(() => told > 0, within: 3);
    }

    [Fact]
    public async Task A_result_that_never_arrived_is_handed_over_again()
    {
        var lost = 0;
        store.Before = exchange => Lose(exchange.Completed.Count > 0 && lost++ < 5);
        await WorkAsync("a");

        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "done a done"], await rig.TrackAsync(job));
        Assert.Equal((1, 0), (rig.Began.Count, discarded));
    }

    [Fact]
    public async Task A_claim_whose_answer_got_lost_is_handed_back_and_taken_again()
    {
        var lost = 0;
        store.After = (_, answer) => Lose(answer.Claimed.Count > 0 && lost++ == 0);
        await WorkAsync("a");

        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.EndedAsync(job, within: 5);

        Assert.Equal(["submitted", "returned a", "done a done"], await rig.TrackAsync(job));
    }

    [Fact]
    public async Task While_the_database_is_away_tasks_go_on_and_afterwards_all_is_handed_over()
    {
        var away = false;
        store.Before = _ => Lose(away);
        var gates = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource()).ToList();
        for (var i = 0; i < 4; i++)
        {
            var gate = gates[i];
            rig.Steps[$"t{i}"] = async (_, _) =>
            {
                await gate.Task;
                return Kept();
            };
        }

        await rig.WorkerAsync(store: store);
        var job = await rig.SubmitAsync([.. Enumerable.Range(0, 4).Select(i => JobRig.Task($"t{i}"))]);
        await rig.UntilAsync(() => rig.Began.Count == 4, within: 2);

        away = true;
        foreach (var gate in gates)
        {
            gate.SetResult();
            await rig.AdvanceAsync(10);
        }

        Assert.Equal(["submitted"], await rig.TrackAsync(job));
        away = false;
        await rig.EndedAsync(job, within: 12);

        Assert.Equal((4, 0), (rig.Began.Count, discarded));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task On_a_full_disk_results_are_kept_until_there_is_room(bool rows)
    {
        var (full, refused) = (true, 0);
        store.Before = exchange => Refuse(exchange.Completed.Count > 0);
        store.BeforeComplete = () => Refuse(true);
        rig.Steps["a"] = (_, _) => Task.FromResult(TaskResult.Done("x", rows ? (_, _) => Task.CompletedTask : null, DiscardAsync));
        await rig.WorkerAsync(store: store);

        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.UntilAsync(() => Volatile.Read(ref refused) > 5, within: 60);
        Volatile.Write(ref full, false);
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "done a done"], await rig.TrackAsync(job));
        Assert.Equal((1, 0), (rig.Began.Count, discarded));

        void Refuse(bool result)
        {
            if (result && Volatile.Read(ref full))
            {
                Interlocked.Increment(ref refused);
                throw new SqliteException("database or disk is full", 13);
            }
        }
    }

    [Fact]
    public async Task A_result_that_the_database_cannot_take_fails_alone()
    {
        await rig.Database.WriteAsync(session => session.ExecuteAsync("create trigger poison before insert on event when new.data = 'poison' begin select raise(abort, 'no'); end", Cancellation), Cancellation);
        rig.Steps["bad"] = (_, _) => Task.FromResult(TaskResult.Done("poison"));
        await WorkAsync("a", "b", "c");

        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("bad") with { Attempts = 1 }, JobRig.Task("b"), JobRig.Task("c"));
        await rig.EndedAsync(job);

        Assert.Equal(["done a", "done b", "done c", "failed bad"], (await rig.TrackAsync(job)).Skip(1).Select(told => told.Replace(" failed", "", StringComparison.Ordinal)).Order());
        Assert.Equal(1, await rig.CountAsync("event where kind = 'failed' and data like '%result_refused%'"));
        Assert.Equal(0, discarded);
    }

    [Fact]
    public async Task Rows_of_a_handler_whose_answer_got_lost_are_there_once()
    {
        await rig.Database.WriteAsync(session => session.ExecuteAsync("create table thing (n integer)", Cancellation), Cancellation);
        var lost = 0;
        store.AfterComplete = () => Lose(lost++ == 0);
        store.BeforeComplete = () => Lose(lost++ == 2);
        rig.Steps["a"] = rig.Steps["b"] = (_, _) => Task.FromResult(TaskResult.Done("x", (session, cancellation) => session.ExecuteAsync("insert into thing (n) values (1)", cancellation), DiscardAsync));
        await rig.WorkerAsync(store: store);

        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.EndedAsync(job);

        Assert.Equal((2, 0), (await rig.CountAsync("thing"), discarded));
    }

    [Fact]
    public async Task Rows_that_break_fail_the_task_and_what_it_made_is_taken_away()
    {
        rig.Steps["a"] = (_, _) => Task.FromResult(TaskResult.Done("x", (_, _) => throw new InvalidOperationException("a bug"), DiscardAsync));
        await rig.WorkerAsync(store: store);

        var job = await rig.SubmitAsync(JobRig.Task("a") with { Attempts = 1 });
        await rig.EndedAsync(job);

        Assert.Equal(["submitted", "failed a failed"], await rig.TrackAsync(job));
        Assert.Equal(1, discarded);
    }

    [Fact]
    public async Task After_a_suspension_nothing_is_handed_over_before_the_database_has_judged()
    {
        var handed = 0;
        var gate = new TaskCompletionSource();
        store.Before = exchange => handed += exchange.Completed.Count;
        rig.Steps["a"] = async (_, _) =>
        {
            await gate.Task;
            return Kept();
        };
        var worker = await rig.WorkerAsync(store: store);
        var before = worker.Session!.Value.Id;
        await rig.SubmitAsync(JobRig.Task("a"));
        await rig.UntilAsync(() => rig.Began.Count == 1, within: 2);

        await rig.Database.WriteAsync(session => session.ExecuteAsync("update node set lost_at = @now", Cancellation, ("now", rig.Clock.GetUtcNow())), Cancellation);
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        gate.SetResult();
        await rig.UntilAsync(() => discarded == 1 && worker.Session is { } session && session.Id != before, within: 2);

        Assert.Equal(0, handed);
    }

    [Fact]
    public async Task What_is_being_registered_while_its_worker_leaves_is_not_taken_away()
    {
        using var answer = new ManualResetEventSlim();
        store.AfterComplete = () => answer.Wait(Cancellation);
        rig.Steps["a"] = (_, _) => Task.FromResult(TaskResult.Done("x", (_, _) => Task.CompletedTask, DiscardAsync));
        var worker = await rig.WorkerAsync(store: store);
        var job = await rig.SubmitAsync(JobRig.Task("a"));
        await rig.EndedAsync(job);

        var left = worker.DisposeAsync().AsTask();
        await rig.UntilAsync(() => left.IsCompleted, within: 60);
        answer.Set();
        await left;

        Assert.Equal(["submitted", "done a done"], await rig.TrackAsync(job));
        Assert.Equal(0, discarded);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task What_follows_a_registered_result_is_done_once_also_where_an_answer_got_lost(bool rows)
    {
        var (lost, followed) = (0, 0);
        store.AfterComplete = () => Lose(lost++ == 0);
        store.After = (exchange, _) => Lose(exchange.Completed.Count > 0 && lost++ == 0);
        rig.Steps["a"] = rig.Steps["b"] = (_, _) => Task.FromResult(TaskResult.Done("x", rows ? (_, _) => Task.CompletedTask : null, DiscardAsync, () =>
        {
            Interlocked.Increment(ref followed);
            return Task.CompletedTask;
        }));
        await rig.WorkerAsync(store: store);

        var job = await rig.SubmitAsync(JobRig.Task("a"), JobRig.Task("b", "a"));
        await rig.EndedAsync(job);
        await rig.UntilAsync(() => followed == 2, within: 10);

        Assert.Equal((2, 0), (followed, discarded));
    }

    [Fact]
    public async Task A_chain_costs_one_transaction_a_step()
    {
        var exchanges = 0;
        store.Before = _ => exchanges++;
        await rig.WorkerAsync(store: store);

        var job = await rig.SubmitAsync([.. Enumerable.Range(0, 50).Select(i => JobRig.Task($"t{i}", i == 0 ? [] : [$"t{i - 1}"]))]);
        await rig.EndedAsync(job);

        // The first step teaches where the children lie; a look now and then asks in vain.
        Assert.InRange(exchanges, 51, 60);
    }

    private static void Lose(bool now)
    {
        if (now)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private async Task<Worker> WorkAsync(params string[] kept)
    {
        foreach (var name in kept)
        {
            rig.Steps[name] = (_, _) => Task.FromResult(Kept());
        }

        return await rig.WorkerAsync(store: store);
    }

    private TaskResult Kept() => TaskResult.Done("kept", discard: DiscardAsync);

    private Task DiscardAsync()
    {
        Interlocked.Increment(ref discarded);
        return Task.CompletedTask;
    }
}
