using System.Buffers.Binary;
using System.Data.Common;
using Tidemark.Database;

namespace Tidemark.Tests.Database;

/// <summary>Writes of SQLite that share a commit.</summary>
public sealed class SharedCommitTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private SqlDatabase database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await Sqlite.OpenAsync(folder["tidemark.db"]);
        await database.WriteAsync(session => session.ExecuteAsync("create table thing (number integer primary key, text text)", Cancellation), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Those_that_wait_for_the_writer_share_one_commit()
    {
        var before = Commits();

        await AddTogetherAsync(10);

        Assert.Equal(Enumerable.Range(1, 10), await NumbersAsync());
        Assert.Equal(1, Commits() - before);
    }

    [Fact]
    public async Task Many_are_committed_a_few_at_a_time()
    {
        var before = Commits();

        await AddTogetherAsync(100);

        Assert.Equal(100, (await NumbersAsync()).Count);
        Assert.InRange(Commits() - before, 100 / 16, 20);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_has_written_nothing_and_holds_up_nobody()
    {
        using var stop = new CancellationTokenSource();
        Task<int> given, other;
        await using (await HeldAsync())
        {
            given = AddAsync(1, stop.Token);
            other = AddAsync(2);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        }

        await other;
        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task On_a_full_disk_whoever_was_told_that_it_is_done_is_there_and_nobody_else()
    {
        List<Task<int>> writes;
        await using (await HeldAsync("pragma max_page_count = 1"))
        {
            writes = [.. Enumerable.Range(1, 6).Select(number => AddAsync(number, text: number == 4 ? new string('x', 3_000_000) : null))];
        }

        Assert.Equal("disk_full", DatabaseFailures.Map(await Assert.ThrowsAnyAsync<DbException>(() => writes[3])).Code);
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(writes.Index().Where(write => write.Item.IsCompletedSuccessfully).Select(write => write.Index + 1), await NumbersAsync());
        await AddAsync(7);
    }

    [Fact]
    public async Task A_database_that_is_closed_meanwhile_refuses_those_who_wait()
    {
        Task<int> late;
        ValueTask closing;
        await using (await HeldAsync())
        {
            closing = database.DisposeAsync();
            late = AddAsync(1);
        }

        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => late);
    }

    // All of them wait for the writer before the first has it.
    private async Task AddTogetherAsync(int count)
    {
        List<Task<int>> writes;
        await using (await HeldAsync())
        {
            writes = [.. Enumerable.Range(1, count).Select(number => AddAsync(number))];
        }

        await Task.WhenAll(writes);
    }

    private Task<int> AddAsync(int number, CancellationToken? cancellation = null, string? text = null) => database.WriteTogetherAsync(session =>
        session.ExecuteAsync("insert into thing (number, text) values (@number, @text)", Cancellation, ("number", number), ("text", text)), cancellation ?? Cancellation);

    private Task<List<int>> NumbersAsync() => database.ReadAsync(session => session.QueryAsync("select number from thing order by number", row => (int)row.Int(0), Cancellation), Cancellation);

    // Has the writer until it is disposed of, and commits nothing.
    private async Task<IAsyncDisposable> HeldAsync(string sql = "select 1")
    {
        var (has, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var held = database.WriteAsync(async session =>
        {
            await session.QueryAsync(sql, row => row.Int(0), Cancellation);
            has.TrySetResult();
            await go.Task;
        }, Cancellation);
        await Task.WhenAny(has.Task, held);
        return new Held(go, held);
    }

    // Of the log: a frame that ends a transaction has the size of the database in its header (sqlite.org/fileformat2.html, 4.1).
    private int Commits()
    {
        using var file = new FileStream(folder["tidemark.db-wal"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var log = new byte[file.Length];
        file.ReadExactly(log);
        var page = BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));
        var commits = 0;
        for (var at = 32; at + 24 + page <= log.Length; at += 24 + page)
        {
            commits += BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(at + 4)) > 0 ? 1 : 0;
        }

        return commits;
    }

    private sealed class Held(TaskCompletionSource go, Task held) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            go.TrySetResult();
            await held;
        }
    }
}
