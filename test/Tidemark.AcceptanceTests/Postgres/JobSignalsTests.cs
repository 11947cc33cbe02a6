using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Time;

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>Signals between processes, by PostgreSQL's NOTIFY.</summary>
public sealed class JobSignalsTests(PostgresServer server) : IAsyncLifetime
{
    private readonly Channel<string> heard = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private string address = "";
    private SqlDatabase database = null!;
    private JobSignals here = null!;
    private JobSignals there = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        address = await server.NewDatabaseAsync(Cancellation);
        database = (await SqlDatabase.OpenAsync(DatabaseAddress.Parse(address).Value, TimeProvider.System, Cancellation)).Value;
        here = new JobSignals(database, TimeProvider.System, NullLogger<JobSignals>.Instance);
        there = new JobSignals(database, TimeProvider.System, NullLogger<JobSignals>.Instance);
        there.BecameReady += lanes => heard.Writer.TryWrite($"ready {string.Join(',', lanes.Select(lane => lane.Lane).Order())}");
        there.JobChanged += job => heard.Writer.TryWrite($"changed {job?.ToString() ?? "many"}");
        there.KickAsked += () => heard.Writer.TryWrite("kick");
        there.Resynced += () => heard.Writer.TryWrite("resync");
        there.Start();
        here.Start();
        // It listens from now on.
        Assert.Equal("resync", await NextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Another_process_hears_what_is_said()
    {
        var job = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        here.Ready([new LaneFloor(7, DateTimeOffset.UnixEpoch)]);
        Assert.Equal("ready 7", await NextAsync());
        here.Changed(job);
        Assert.Equal($"changed {job}", await NextAsync());
        here.Kick();
        Assert.Equal("kick", await NextAsync());
    }

    [Fact]
    public async Task What_a_process_says_itself_does_not_come_back_to_it()
    {
        there.Kick();
        Assert.Equal("kick", await NextAsync());
        here.Changed(null);
        Assert.Equal("changed many", await NextAsync());
    }

    [Fact]
    public async Task What_anybody_else_writes_to_the_channel_is_passed_over()
    {
        await RunAsync("select pg_notify('tidemark_jobs', 'nonsense'), pg_notify('tidemark_jobs', ''), pg_notify('tidemark_jobs', repeat('k;', 3000))");
        here.Kick();
        Assert.Equal("kick", await NextAsync());
    }

    [Fact]
    public async Task A_subscription_that_is_cut_is_noticed_and_renewed()
    {
        await RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'");
        Assert.Equal("resync", await NextAsync());
        here.Kick();
        Assert.Equal("kick", await NextAsync());
    }

    [Fact]
    public async Task What_could_not_be_sent_is_sent_again()
    {
        here.Kick();
        Assert.Equal("kick", await NextAsync());
        // A connection that lies ready is broken, and nobody knows: so it is after a new start of the server.
        await RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_notify%' and pid <> pg_backend_pid()");
        var job = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

        here.Changed(job);

        Assert.Equal($"changed {job}", await NextAsync());
    }

    [Fact]
    public async Task Who_leaves_says_first_what_waits()
    {
        // By a clock that stands still it sends once, and waits for the moment to send again.
        var leaver = new JobSignals(database, new ManualTime(), NullLogger<JobSignals>.Instance);
        leaver.Start();
        leaver.Kick();
        Assert.Equal("kick", await NextAsync());
        var job = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        leaver.Changed(job);

        await leaver.DisposeAsync();

        Assert.Equal($"changed {job}", await NextAsync());
    }

    private async Task<string> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        return await heard.Reader.ReadAsync(limit.Token);
    }

    private async Task RunAsync(string sql)
    {
        var uri = new Uri(address);
        await using var connection = new NpgsqlConnection($"Host={uri.Host};Port={uri.Port};Username={uri.UserInfo};Database={uri.AbsolutePath.Trim('/')};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
