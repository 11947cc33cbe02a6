using Tidemark.App.Api;
using Tidemark.Jobs;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Api;

public sealed class JobEndsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_are_counted_on_in_a_database_that_was_restored_and_knows_fewer_of_them()
    {
        using var folder = new TempFolder();
        await using var database = await Sqlite.OpenAsync(folder["tidemark.db"]);
        var store = JobStore.On(database, new ManualTime());
        var ends = new JobEnds(store);
        await ends.ReadAsync(Cancellation);
        await EndAsync(3);
        Assert.Equal(3, await CancelledAsync());

        await database.WriteAsync(session => session.ExecuteAsync("delete from event", Cancellation), Cancellation);
        await store.BeginIncarnationAsync(1, Cancellation);
        Assert.Equal(3, await CancelledAsync());
        await EndAsync(1);

        Assert.Equal(4, await CancelledAsync());

        async Task EndAsync(int jobs)
        {
            for (var i = 0; i < jobs; i++)
            {
                var submitted = await store.SubmitAsync(new JobRequest("test", "one", [new TaskSpec("only", "test.step", "")]), Cancellation);
                await store.CancelAsync(submitted.Value.Job, Cancellation);
            }
        }

        async Task<long> CancelledAsync() => (await ends.ReadAsync(Cancellation)).Single(one => one.State == JobStates.Cancelled).Jobs;
    }
}
