using Microsoft.Data.Sqlite;
using Tidemark.Database;

namespace Tidemark.Bench.Jobs;

/// <summary>A kind of database for the engine.</summary>
internal interface IEngineSide
{
    string Name { get; }

    /// <summary>The server's processor time so far; null where there is none, or it is not ours to look at.</summary>
    TimeSpan? Cpu();

    Task<DatabaseAddress> NewDatabaseAsync(string name, CancellationToken cancellation);

    /// <summary>After much was written at once: does what the database would do by itself in a while.</summary>
    Task SettleAsync(CancellationToken cancellation);

    /// <summary>Whether somebody else may hold a transaction open; else only this program can, and does not.</summary>
    bool OldTransactionsAreOthers { get; }

    /// <summary>Holds a transaction open in a database that was made here.</summary>
    Task<IOldTransaction> OldTransactionAsync(string name, CancellationToken cancellation);
}

internal sealed class PostgresSide(PostgresServer server) : IEngineSide
{
    private readonly Dictionary<string, string> databases = [];

    public string Name => "PostgreSQL";

    public bool OldTransactionsAreOthers => true;

    public TimeSpan? Cpu() => server.Cpu;

    public async Task<DatabaseAddress> NewDatabaseAsync(string name, CancellationToken cancellation) =>
        DatabaseAddress.Parse(databases[name] = await server.NewDatabaseAsync(name, cancellation)).Value;

    public async Task SettleAsync(CancellationToken cancellation)
    {
        await server.ExecuteAsync(databases["history"], "vacuum analyze", cancellation);
        await server.ExecuteAsync(databases["history"], "checkpoint", cancellation);
    }

    public async Task<IOldTransaction> OldTransactionAsync(string name, CancellationToken cancellation) => await OldTransaction.BeginAsync(server, databases[name], cancellation);
}

/// <summary>One file each, WAL, synchronous=FULL.</summary>
internal sealed class SqliteSide(Room room) : IEngineSide
{
    public string Name => "SQLite";

    public bool OldTransactionsAreOthers => false;

    public TimeSpan? Cpu() => null;

    public Task<DatabaseAddress> NewDatabaseAsync(string name, CancellationToken cancellation) => Task.FromResult(DatabaseAddress.Sqlite(Path(name)));

    public Task SettleAsync(CancellationToken cancellation) => Task.CompletedTask;

    // A reader that stays: the log cannot be emptied, and grows.
    public async Task<IOldTransaction> OldTransactionAsync(string name, CancellationToken cancellation)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path(name), Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "begin; select count(*) from lane;";
        await command.ExecuteNonQueryAsync(cancellation);
        return new Reader(connection);
    }

    private string Path(string name) => room.PathOf($"{name}.db");

    private sealed class Reader(SqliteConnection connection) : IOldTransaction
    {
        public Task<T> WithIdAsync<T>(Func<Task<T>> body, CancellationToken cancellation) => body();

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
