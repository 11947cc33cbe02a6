using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>A database of which a copy can be taken, and put in its place later.</summary>
public abstract class SimulatedDatabase : IAsyncDisposable
{
    public abstract SqlDatabase Database { get; }

    /// <summary>Changes where processes that had the database open cannot go on with it.</summary>
    public int Generation { get; protected set; }

    public abstract Task CopyAsync();

    /// <summary>Puts the last copy in the place of the database.</summary>
    public abstract Task RestoreAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>A table for a handler's own rows: one for each result that is registered with rows.</summary>
    protected static Task AddRowsAsync(SqlDatabase database) => database.WriteAsync(session => session.ExecuteAsync(session.Dialect.Translate(
        "create table simulated_row (job {uuid} not null, task {int} not null, incarnation {int} not null, epoch {int} not null) {strict}"), CancellationToken.None), CancellationToken.None);
}

/// <summary>A file; on a file system in memory where there is one, so that its syncs are paid but cost little.</summary>
public sealed class SqliteSimulatedDatabase : SimulatedDatabase
{
    private static readonly Lazy<Task<byte[]>> Empty = new(MakeEmptyAsync);
    private readonly string folder;
    private SqlDatabase database = null!;
    private byte[]? copy;

    private SqliteSimulatedDatabase(string folder) => this.folder = folder;

    public override SqlDatabase Database => database;

    private string File => Path.Combine(folder, "tidemark.db");

    public static async Task<SimulatedDatabase> NewAsync()
    {
        var made = new SqliteSimulatedDatabase(NewFolder());
        await System.IO.File.WriteAllBytesAsync(made.File, await Empty.Value);
        made.database = await OpenAsync(made.File);
        return made;
    }

    public override async Task CopyAsync()
    {
        // Closed, so that everything is in the one file.
        await database.DisposeAsync();
        copy = await System.IO.File.ReadAllBytesAsync(File);
        database = await OpenAsync(File);
        Generation++;
    }

    public override async Task RestoreAsync()
    {
        await database.DisposeAsync();
        await System.IO.File.WriteAllBytesAsync(File, copy!);
        database = await OpenAsync(File);
        Generation++;
    }

    public override async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string NewFolder()
    {
        const string Memory = "/dev/shm";
        return Directory.Exists(Memory)
            ? Directory.CreateDirectory(Path.Combine(Memory, $"tidemark-test-{Environment.ProcessId}-{Path.GetRandomFileName()}")).FullName
            : Directory.CreateTempSubdirectory("tidemark-test-").FullName;
    }

    private static async Task<SqlDatabase> OpenAsync(string file) =>
        (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(file), TimeProvider.System, TestContext.Current.CancellationToken)).Value;

    private static async Task<byte[]> MakeEmptyAsync()
    {
        var folder = NewFolder();
        try
        {
            var file = Path.Combine(folder, "empty.db");
            await using (var database = await OpenAsync(file))
            {
                await AddRowsAsync(database);
            }

            return await System.IO.File.ReadAllBytesAsync(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
