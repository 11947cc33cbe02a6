using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Jobs;

/// <summary>What the job engine must do on every database. One subclass for each, which makes a fresh, migrated database.</summary>
public abstract partial class JobStoreConformance : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(8);
    private long claims;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ManualTime Clock { get; } = new(Start);

    protected SqlDatabase Database { get; private set; } = null!;

    protected JobStore Store { get; private set; } = null!;

    /// <summary>A database of this test's own, migrated and empty.</summary>
    protected abstract Task<SqlDatabase> OpenFreshAsync();

    public virtual async ValueTask InitializeAsync()
    {
        Database = await OpenFreshAsync();
        Store = JobStore.On(Database, Clock, JobClock.Provider);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static TaskSpec Step(string name, params string[] after) => new(name, "test.step", $"payload of {name}") { After = after };

    protected static JobRequest Single(string title = "one") => new("test", title, [Step("only")]);

    protected async Task<Guid> SubmitAsync(JobRequest request) => (await Store.SubmitAsync(request, Cancellation)).Value.Job;

    protected Task<NodeSession> RegisterAsync(string home = "here") =>
        Store.RegisterAsync(new NodeIntroduction(home, home, ["work"], "1.0", new Offer { Cpu = 8000, Memory = 1L << 34, Disk = 1L << 40, Handlers = ["test.step"] }), Cancellation);

    protected async Task<IReadOnlyList<Lease>> ClaimAsync(NodeSession node, int most = 100) => (await ExchangeAsync(node, [], most)).Claimed;

    protected async Task<Exchanged> ExchangeAsync(NodeSession node, IReadOnlyList<Lease> done, int most = 0)
    {
        var lanes = most == 0 ? [] : await Store.LanesAsync(0, Cancellation);
        return await Store.ExchangeAsync(
            new Exchange(node, ++claims, [.. done.Select(lease => new Completion(lease, $"output of {lease.Name}"))], [.. lanes.Select(lane => new LaneClaim(lane.Id, LanePlace.Beginning, most))]), Cancellation);
    }

    protected async Task<bool> CompleteAsync(NodeSession node, Lease lease) => (await ExchangeAsync(node, [lease])).Registered[0];

    protected async Task<KickAnswer> KickAsync(NodeSession node, long? beat = null) => await Store.KickAsync(new Kick(node, beat ?? (node.Beat + 1), [], false), Cancellation);

    protected Task<List<(long Number, string Kind, long? Task, string? JobState)>> TrackAsync(Guid job) => Database.ReadAsync(session => session.QueryAsync(
        "select number, kind, task, job_state from event where job = @job order by number", row => (row.Int(0), row.Text(1), row.IntOrNull(2), row.TextOrNull(3)), Cancellation, ("job", job)), Cancellation);

    protected async Task<long> CountAsync(string table) => await Database.ReadAsync(session => session.FirstAsync($"select count(*) from {table}", row => row.Int(0), Cancellation), Cancellation);

    /// <summary>Runs everything that is ready, by one node, until nothing is; gives the names in the order of their ends.</summary>
    protected async Task<List<string>> RunAllAsync(NodeSession node)
    {
        var order = new List<string>();
        for (var leases = await ClaimAsync(node); leases.Count > 0; leases = await ClaimAsync(node))
        {
            foreach (var lease in leases)
            {
                Assert.True(await CompleteAsync(node, lease));
                order.Add(lease.Name);
            }
        }

        return order;
    }

    /// <summary>A term of a dispatcher of this name, while no other has one.</summary>
    protected async Task<DispatcherTerm> ElectAsync(string home = "dispatcher") => (await Store.ElectAsync(await RegisterAsync(home), TimeSpan.FromMinutes(1), Cancellation))!;

    /// <summary>Marks a node as lost, as the dispatcher would after its silence, and frees what it held.</summary>
    protected async Task LoseAsync(string keptAlive = "dispatcher")
    {
        var dispatcher = await RegisterAsync(keptAlive);
        var term = await Store.ElectAsync(dispatcher, TimeSpan.FromMinutes(1), Cancellation);
        Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        await KickAsync(dispatcher);
        await Store.MarkSilentAsync(term!, Lease, Cancellation);
        await Store.ReleaseLostAsync([], Cancellation);
        await Store.ResignAsync(term!, Cancellation);
        await Store.LeaveAsync(dispatcher, Cancellation);
    }
}
