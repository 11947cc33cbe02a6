using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>A database with the engine's tables, and workers around it that are processes of their own.</summary>
internal sealed class JobRig : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> owned = [];
    private readonly TempFolder folder = new();
    private SqlDatabase database = null!;
    private JobSignals signals = null!;
    private int workers;

    private JobRig(string address) => Address = address;

    /// <summary>A lease so short that tests need not wait long, and long enough for two busy processors.</summary>
    public static IReadOnlyList<string> Brisk { get; } = ["--lease", "2.4"];

    public string Address { get; }

    public JobStore Store { get; private set; } = null!;

    public JobHistory History { get; private set; } = null!;

    /// <summary>A path in the test's own folder.</summary>
    public string this[string name] => folder[name];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>On a database of its own on the server of all tests.</summary>
    public static async Task<JobRig> OnAsync(PostgresServer server) => await OnAsync(await server.NewDatabaseAsync(Cancellation));

    public static async Task<JobRig> OnAsync(string address)
    {
        var rig = new JobRig(address);
        await rig.OpenAsync();
        await JobHistory.PrepareAsync(rig.database);
        return rig;
    }

    /// <summary>Our own connections anew: those from before have ended with the server.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>Lets go of our own connections, until <see cref="ReopenAsync"/>.</summary>
    public async Task CloseAsync()
    {
        await signals.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>Starts a worker; it goes with the rig.</summary>
    public async Task<SimulatedWorker> WorkerAsync(params IReadOnlyList<string> more) => await WorkerAsync(Address, more);

    /// <param name="through">Another way to the database.</param>
    public async Task<SimulatedWorker> WorkerAsync(string through, IReadOnlyList<string> more)
    {
        var worker = await SimulatedWorker.StartAsync(through, folder[$"worker-{++workers}"], [.. more.Contains("--lease") ? [] : Brisk, .. more]);
        owned.Add(worker);
        return worker;
    }

    /// <summary>Starts what dispatches and does nothing else.</summary>
    public Task<SimulatedWorker> DispatcherAsync(params IReadOnlyList<string> more) => WorkerAsync(["--dispatch", "--slots", "0", .. more]);

    public static TaskSpec Task(string handler, object? wish = null, int number = 1, int cpu = 1000) => new($"task-{number}", handler, JsonSerializer.Serialize(wish ?? new { })) { Needs = new Needs { Cpu = cpu } };

    /// <summary>Submits one job of so many like tasks.</summary>
    public Task<Guid> SubmitAsync(string handler, object? wish = null, int tasks = 1) => SubmitAsync(new JobRequest("sim", handler, [.. Enumerable.Range(1, tasks).Select(number => Task(handler, wish, number))]));

    /// <summary>Submits a job and says so to the workers, as the program does.</summary>
    public async Task<Guid> SubmitAsync(JobRequest request)
    {
        var submitted = (await Store.SubmitAsync(request, Cancellation)).Value;
        signals.Ready(submitted.Lanes);
        return submitted.Job;
    }

    /// <summary>Calls a job off and says so to the workers, as the program does.</summary>
    public async Task CancelAsync(Guid job)
    {
        Assert.True((await Store.CancelAsync(job, Cancellation)).Value);
        signals.Changed(job);
        signals.Kick();
    }

    /// <summary>Runs SQL that gives numbers.</summary>
    public Task<List<long>> NumbersAsync(string sql) => database.ReadAsync(session => session.QueryAsync(sql, row => row.Int(0), Cancellation), Cancellation);

    /// <summary>Runs SQL that gives two texts a row.</summary>
    public Task<List<string[]>> TextsAsync(string sql) => database.ReadAsync(session => session.QueryAsync(sql, row => (string[])[row.Text(0), row.Text(1)], Cancellation), Cancellation);

    /// <summary>What is said of lanes that nobody can serve.</summary>
    public async Task<List<string>> TroublesAsync() => [.. (await TextsAsync("select trouble, '' from lane where trouble is not null")).Select(row => row[0])];

    public async ValueTask DisposeAsync()
    {
        await System.Threading.Tasks.Task.WhenAll(owned.Select(worker => worker.DisposeAsync().AsTask()));
        await CloseAsync();
        folder.Dispose();
    }

    private async Task OpenAsync()
    {
        database = (await SqlDatabase.OpenAsync(DatabaseAddress.Parse(Address).Value, TimeProvider.System, Cancellation)).Value;
        signals = new JobSignals(database, TimeProvider.System, NullLogger<JobSignals>.Instance);
        signals.Start();
        Store = JobStore.On(database, TimeProvider.System);
        History = new JobHistory(database);
    }
}
