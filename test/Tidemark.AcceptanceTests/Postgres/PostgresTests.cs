using Tidemark.Database;
using Tidemark.Tests.Database;

namespace Tidemark.AcceptanceTests.Postgres;

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}

public sealed class PostgresStoreTests(PostgresServer server) : StoreConformance
{
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}
