using System.Data.Common;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Database;
using Tidemark.Tests.Jobs;

namespace Tidemark.AcceptanceTests.Postgres;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}

public sealed class PostgresStoreTests(PostgresServer server) : StoreConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync(int last = int.MaxValue) => server.OpenFreshAsync(last);
}

public sealed class PostgresJobStoreTests(PostgresServer server) : JobStoreConformance
{
    [Fact]
    public async Task Who_stops_in_the_middle_of_a_transaction_is_marked_all_the_same()
    {
        var (stopped, dispatcher) = (await RegisterAsync("stopped"), await RegisterAsync("dispatcher"));
        var (begun, wakes) = (new TaskCompletionSource(), new TaskCompletionSource());
        var kick = Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("update node set beat = beat + 1 where id = @id", Cancellation, ("id", stopped.Id));
            begun.TrySetResult();
            await wakes.Task;
        }, Cancellation);
        await begun.Task;
        Clock.Advance(TimeSpan.FromSeconds(20));
        await KickAsync(dispatcher);
        var term = await Store.ElectAsync(dispatcher, TimeSpan.FromSeconds(4), Cancellation);

        Assert.Equal(["stopped"], (await Store.MarkSilentAsync(term!, TimeSpan.FromSeconds(8), Cancellation)).Select(lost => lost.Name));
        wakes.SetResult();
        await Assert.ThrowsAnyAsync<DbException>(() => kick);
    }

    [Fact]
    public async Task A_job_that_somebody_keeps_locked_holds_up_the_release_of_no_other()
    {
        var dispatcher = await RegisterAsync("dispatcher");
        var jobs = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            jobs.Add(await SubmitAsync(Single()));
            Assert.Single(await ClaimAsync(await RegisterAsync($"lost{i}")));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await using (await HeldAsync($"select 1 from open_job where job in ('{jobs[0]}', '{jobs[1]}') for update"))
        {
            Clock.Advance(TimeSpan.FromSeconds(20));
            await KickAsync(dispatcher);
            var term = await Store.ElectAsync(dispatcher, TimeSpan.FromSeconds(4), Cancellation);
            Assert.Equal(3, (await Store.MarkSilentAsync(term!, TimeSpan.FromSeconds(8), Cancellation)).Count);

            var (released, held, _) = await Store.ReleaseLostAsync([], Cancellation);

            Assert.Equal((jobs[2], 2), (Assert.Single(released), held.Count));
            Assert.Equal(jobs[2], Assert.Single(await ClaimAsync(dispatcher)).Task.Job);
        }

        Assert.Equal(jobs[..2], (await Store.ReleaseLostAsync([], Cancellation)).Jobs);
    }

    [Fact]
    public async Task Who_reads_while_a_month_is_dropped_is_not_sent_away()
    {
        var node = await RegisterAsync();
        await Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);
        var old = await SubmitAsync(Single() with { Id = Guid.CreateVersion7(Start) });
        await RunAllAsync(node);
        Clock.Advance(TimeSpan.FromDays(200));
        Task<IReadOnlyList<string>> sweep;
        Task<bool> read;
        // The sweep has to wait in the middle, and somebody comes who wants to know of that month.
        await using (await HeldAsync("lock table event_2026_11 in access share mode"))
        {
            sweep = Store.SweepAsync(TimeSpan.FromDays(90), Cancellation);
            await WaitingAsync(1, sweep);
            read = Database.ReadAsync(session => session.FirstAsync("select 1 from job where job = @job", row => true, Cancellation, ("job", old)), Cancellation);
            await WaitingAsync(2, sweep);
        }

        await read;
        await sweep;
    }

    [Fact]
    public async Task While_a_transaction_is_left_open_nobody_wades_through_what_was_taken_since()
    {
        const int Tasks = 300;
        var node = await RegisterAsync();
        // All of one instant.
        await SubmitAsync(new JobRequest("test", "many", [.. Enumerable.Range(1, Tasks).Select(number => Step($"task-{number}"))]));
        var lane = Assert.Single(await Store.LanesAsync(0, Cancellation)).Id;
        await using (await HeldAsync("select pg_current_xact_id()"))
        {
            var (floor, held) = (LanePlace.Beginning, (IReadOnlyList<Lease>)[]);
            for (var taken = 0; taken <= Tasks; taken++)
            {
                var answer = await Store.ExchangeAsync(new Exchange(node, taken + 1, [.. held.Select(lease => new Completion(lease, null))], [new LaneClaim(lane, floor, 1)]), Cancellation);
                Assert.All(answer.Registered, Assert.True);
                held = answer.Claimed;
                floor = held.Count > 0 ? new LanePlace(held[0].ReadyAt, held[0].Task) : floor;
            }

            // The server counts for itself, and says it a moment later.
            await Until.TrueAsync(async () => await CountedAsync("select n_tup_del from pg_stat_user_tables where relname = 'lease'") == Tasks, "all that was done is counted");
            Assert.InRange(await CountedAsync("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'ready_order'"), Tasks, 4 * Tasks);
            Assert.InRange(await CountedAsync("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'lease_pkey'"), Tasks, 4 * Tasks);
            Assert.InRange(await CountedAsync("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'lease_node'"), 0, Tasks);
        }
    }

    private Task<long> CountedAsync(string sql) => Database.ReadAsync(session => session.FirstAsync(sql, row => row.Int(0), Cancellation), Cancellation);

    private Task WaitingAsync(int most, Task first) => Until.TrueAsync(async () => first.IsCompleted || await Database.ReadAsync(session => session.FirstAsync(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", row => row.Int(0), Cancellation), Cancellation) >= most, $"{most} wait for a lock");

    // Holds what the SQL locks until it is disposed of, as somebody does at a prompt.
    private async Task<IAsyncDisposable> HeldAsync(string sql)
    {
        var (begun, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var transaction = Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("set local idle_in_transaction_session_timeout = 0", Cancellation);
            await session.ExecuteAsync(sql, Cancellation);
            begun.TrySetResult();
            await go.Task;
        }, Cancellation);
        await Task.WhenAny(begun.Task, transaction);
        return new Held(go, transaction);
    }

    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();

    private sealed class Held(TaskCompletionSource go, Task transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            go.TrySetResult();
            await transaction;
        }
    }
}
