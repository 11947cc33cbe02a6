using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Database;

namespace Tidemark.Tests.Jobs;

public sealed class SqliteJobStoreTests : JobStoreConformance
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData(JobStore.FailuresText, "event USING INDEX event_odd (job=? AND task=?)")]
    [InlineData(JobStore.InputsText, "e USING INDEX event_result (job=? AND task=?)")]
    [InlineData(JobStore.InputsText, "d USING COVERING INDEX edge_child (job=? AND child=?)")]
    public async Task A_task_of_a_large_job_is_found_without_a_look_at_the_others(string text, string expected)
    {
        var plan = await Database.ReadAsync(session => session.QueryAsync($"explain query plan {text}", row => row.Text(3), Cancellation, ("job", Guid.Empty), ("task", 1), ("round", 1)), Cancellation);

        Assert.Contains($"SEARCH {expected}", plan);
    }

    protected override Task<SqlDatabase> OpenFreshAsync() => Sqlite.OpenAsync(folder["tidemark.db"]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}
