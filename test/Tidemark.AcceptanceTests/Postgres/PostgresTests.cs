using System.Data.Common;
using Tidemark.Database;
using Tidemark.Tests.Database;
using Tidemark.Tests.Jobs;

namespace Tidemark.AcceptanceTests.Postgres;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}

public sealed class PostgresStoreTests(PostgresServer server) : StoreConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
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

    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}
