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
    protected override Task<SqlDatabase> OpenFreshAsync() => server.OpenFreshAsync();
}
