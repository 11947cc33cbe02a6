using System.Data.Common;
using Tidemark.Database;

namespace Tidemark.Tests.Database;

/// <summary>What every database behind the door must do. One subclass for each, which makes a fresh, migrated database.</summary>
public abstract class DatabaseConformance : IAsyncLifetime
{
    private SqlDatabase database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A database of this test's own, migrated and empty.</summary>
    protected abstract Task<SqlDatabase> OpenFreshAsync();

    public virtual async ValueTask InitializeAsync()
    {
        database = await OpenFreshAsync();
        await database.WriteAsync(session => session.ExecuteAsync(session.Dialect.Translate(
            "create table thing (id {uuid} not null primary key, at {time}, note text, flag {bool}, number {int}, share {real}, content {bytes}) {strict}"), Cancellation), Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_migration_is_applied_once_and_applying_them_again_changes_nothing()
    {
        await Migrations.ApplyAsync(database, TimeProvider.System, Cancellation);

        Assert.Equal(Migrations.All.Select(migration => (long)migration.Number), await AppliedAsync());
    }

    [Fact]
    public async Task Nodes_that_start_together_migrate_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations.ApplyAsync(database, TimeProvider.System, Cancellation)));

        Assert.Equal(Migrations.All.Select(migration => (long)migration.Number), await AppliedAsync());
    }

    [Fact]
    public async Task A_schema_from_a_newer_release_is_left_as_it_is()
    {
        await database.WriteAsync(session => session.ExecuteAsync("insert into schema_migration (number, applied_at) values (9999, @at)", Cancellation, ("at", DateTimeOffset.UnixEpoch)), Cancellation);

        await Migrations.ApplyAsync(database, TimeProvider.System, Cancellation);

        Assert.Contains(9999, await AppliedAsync());
    }

    [Theory]
    [InlineData("2026-11-22T08:15:30.123456Z")]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59.999999Z")]
    [InlineData("1912-04-15T02:20:00Z")]
    [InlineData("9998-12-31T23:59:59.999999Z")]
    public async Task Times_round_trip_to_the_microsecond_and_compare_as_time_does(string text)
    {
        var at = DateTimeOffset.Parse(text);
        await AddAsync(Id(1), at: at.AddTicks(9).ToOffset(TimeSpan.FromHours(3)));

        var read = Assert.Single(await ReadAsync(row => row.Time(1)));

        Assert.Equal((at, TimeSpan.Zero), (read, read.Offset));
        Assert.Equal(1, await CountAsync("at >= @at", ("at", at)));
        Assert.Equal(0, await CountAsync("at > @at", ("at", at)));
        Assert.Equal(1, await CountAsync("at < @at", ("at", at.AddMicroseconds(1))));
    }

    [Fact]
    public async Task Ids_round_trip_and_sort_in_the_order_of_their_time()
    {
        var start = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 50).Select(i => Guid.CreateVersion7(start.AddSeconds(i * 977))).ToList();
        foreach (var id in ids.AsEnumerable().Reverse())
        {
            await AddAsync(id);
        }

        Assert.Equal(ids, await ReadAsync(row => row.Id(0)));
    }

    [Fact]
    public async Task Nulls_are_nulls()
    {
        await AddAsync(Id(1));

        Assert.Equal([(true, null, null, null, true)], await ReadAsync(row => (row.IsNull(1), row.TimeOrNull(1), row.TextOrNull(2), row.IntOrNull(4), row.IsNull(6))));
    }

    [Fact]
    public async Task Texts_bools_numbers_and_bytes_round_trip()
    {
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await AddAsync(Id(1), note: "Möwe 🐦 'quoted' \"and\" --not a comment", flag: true, number: long.MaxValue, content: bytes);
        await AddAsync(Id(2), note: "", flag: false, number: -1, content: []);

        var rows = await ReadAsync(row => (row.Text(2), row.Bool(3), row.Int(4), Convert.ToHexString(row.Bytes(6))));

        Assert.Equal([("Möwe 🐦 'quoted' \"and\" --not a comment", true, long.MaxValue, Convert.ToHexString(bytes)), ("", false, -1L, "")], rows);
    }

    [Fact]
    public async Task Of_those_that_may_share_a_commit_each_counts_or_is_undone_alone()
    {
        var writes = Enumerable.Range(1, 60).Select(number => database.WriteTogetherAsync(async session =>
        {
            await session.ExecuteAsync("insert into thing (id, number) values (@id, @number)", Cancellation, ("id", Id(number)), ("number", number));
            return number % 3 == 0 ? throw new InvalidDataException($"{number}") : number;
        }, Cancellation)).ToList();
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);

        foreach (var (at, write) in writes.Index())
        {
            Assert.Equal((at + 1) % 3 == 0 ? $"{at + 1}" : null, write.Exception?.InnerException!.Message);
        }

        Assert.Equal(Enumerable.Range(1, 60).Where(number => number % 3 != 0).Select(number => (long)number), await ReadAsync(row => row.Int(4)));
    }

    [Fact]
    public async Task One_that_breaks_a_rule_of_the_database_spoils_nobody_elses_commit()
    {
        await AddAsync(Id(7));
        var writes = Enumerable.Range(1, 12).Select(number => database.WriteTogetherAsync(session =>
            session.ExecuteAsync("insert into thing (id) values (@id)", Cancellation, ("id", Id(number))), Cancellation)).ToList();

        await Assert.ThrowsAnyAsync<DbException>(() => Task.WhenAll(writes));

        Assert.Equal([7], writes.Index().Where(write => write.Item.IsFaulted).Select(write => write.Index + 1));
        Assert.Equal(12, await CountAsync("1 = 1"));
        await AddAsync(Id(13));
    }

    [Fact]
    public async Task A_body_that_throws_changes_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("insert into thing (id) values (@id)", Cancellation, ("id", Id(1)));
            throw new InvalidDataException("half-way");
        }, Cancellation));

        Assert.Equal(0, await CountAsync("1 = 1"));
        await AddAsync(Id(2));
        Assert.Equal(1, await CountAsync("1 = 1"));
    }

    [Fact]
    public async Task A_write_that_is_called_off_changes_nothing_and_blocks_nobody()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("insert into thing (id) values (@id)", Cancellation, ("id", Id(1)));
            await stop.CancelAsync();
        }, stop.Token));

        await AddAsync(Id(2));
        Assert.Equal([Id(2)], await ReadAsync(row => row.Id(0)));
    }

    [Fact]
    public async Task Concurrent_writers_all_land()
    {
        await AddAsync(Id(0), number: 0);
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("update thing set number = number + 1 where id = @id", Cancellation, ("id", Id(0)));
            await session.ExecuteAsync("insert into thing (id, number) values (@id, @number)", Cancellation, ("id", Id(i)), ("number", i));
        }, Cancellation)));

        Assert.Equal(40, (await ReadAsync(row => row.IntOrNull(4)))[0]);
        Assert.Equal(41, await CountAsync("1 = 1"));
    }

    [Fact]
    public async Task Readers_see_what_was_committed_and_do_not_wait_for_a_writer()
    {
        var written = new TaskCompletionSource();
        var read = new TaskCompletionSource();
        var writing = database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("insert into thing (id) values (@id)", Cancellation, ("id", Id(1)));
            written.SetResult();
            await read.Task;
        }, Cancellation);
        await written.Task;

        Assert.Equal(0, await CountAsync("1 = 1"));
        read.SetResult();
        await writing;
        Assert.Equal(1, await CountAsync("1 = 1"));
    }

    [Fact]
    public async Task A_statement_that_cannot_be_is_an_exception_that_maps_to_a_failure()
    {
        var error = await Assert.ThrowsAnyAsync<DbException>(() => database.ReadAsync(session => session.QueryAsync("select nothing from nowhere", row => row.Int(0), Cancellation), Cancellation));

        Assert.Equal((FailureKind.Infrastructure, "database_error"), (DatabaseFailures.Map(error).Kind, DatabaseFailures.Map(error).Code));
    }

    private static Guid Id(int number) => new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)number], bigEndian: true);

    private Task<int> AddAsync(Guid id, DateTimeOffset? at = null, string? note = null, bool? flag = null, long? number = null, byte[]? content = null) =>
        database.WriteAsync(session => session.ExecuteAsync("insert into thing (id, at, note, flag, number, content) values (@id, @at, @note, @flag, @number, @content)", Cancellation,
            ("id", id), ("at", at), ("note", note), ("flag", flag), ("number", number), ("content", content)), Cancellation);

    private Task<List<T>> ReadAsync<T>(Func<Row, T> read) =>
        database.ReadAsync(session => session.QueryAsync("select id, at, note, flag, number, share, content from thing order by id", read, Cancellation), Cancellation);

    private Task<long> CountAsync(string where, params (string, object?)[] parameters) =>
        database.ReadAsync(session => session.FirstAsync($"select count(*) from thing where {where}", row => row.Int(0), Cancellation, parameters), Cancellation);

    private Task<List<long>> AppliedAsync() =>
        database.ReadAsync(session => session.QueryAsync("select number from schema_migration order by number", row => row.Int(0), Cancellation), Cancellation);
}
