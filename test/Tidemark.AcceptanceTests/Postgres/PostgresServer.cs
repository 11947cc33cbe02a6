using Tidemark.AcceptanceTests.Postgres;
using Tidemark.Database;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>A PostgreSQL for all tests, started when the first one wants it and gone with them. Each test has a database of its own.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresCluster>> running = new(PostgresCluster.StartAsync);

    public Task<PostgresCluster> ClusterAsync() => running.Value;

    /// <summary>A new, empty database: <c>postgres://tidemark@127.0.0.1:PORT/testN</c>.</summary>
    public async Task<string> NewDatabaseAsync(CancellationToken cancellation) => await (await running.Value).NewDatabaseAsync(cancellation);

    /// <summary>The same, opened and migrated.</summary>
    public async Task<SqlDatabase> OpenFreshAsync(int last = int.MaxValue)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = DatabaseAddress.Parse(await NewDatabaseAsync(cancellation)).Value;
        return (await SqlDatabase.OpenAsync(address, TimeProvider.System, cancellation, last)).Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated && !running.Value.IsFaulted)
        {
            await (await running.Value).DisposeAsync();
        }
    }
}
