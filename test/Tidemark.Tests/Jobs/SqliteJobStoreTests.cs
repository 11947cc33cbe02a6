using Tidemark.Database;
using Tidemark.Tests.Database;

namespace Tidemark.Tests.Jobs;

public sealed class SqliteJobStoreTests : JobStoreConformance
{
    private readonly TempFolder folder = new();

    protected override Task<SqlDatabase> OpenFreshAsync() => Sqlite.OpenAsync(folder["tidemark.db"]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}
