using Npgsql;

namespace Tidemark.Bench.Jobs;

/// <summary>
/// What a forgotten session, a long report or a slow replica does to a database: for as long as it is there no row that was
/// deleted since is taken away. Its snapshot is held for the whole run. Its transaction id is held only while the database
/// is being measured, as that one would reach into the other databases of the server.
/// </summary>
internal sealed class OldTransaction : IOldTransaction
{
    private readonly NpgsqlConnection snapshot;
    private readonly NpgsqlConnection writer;

    private OldTransaction(NpgsqlConnection snapshot, NpgsqlConnection writer) => (this.snapshot, this.writer) = (snapshot, writer);

    public static async Task<OldTransaction> BeginAsync(PostgresServer server, string database, CancellationToken cancellation)
    {
        var old = new OldTransaction(await server.ConnectAsync(database, cancellation), await server.ConnectAsync(database, cancellation));
        await ExecuteAsync(old.snapshot, "begin isolation level repeatable read; select count(*) from pg_class", cancellation);
        return old;
    }

    public async Task<T> WithIdAsync<T>(Func<Task<T>> body, CancellationToken cancellation)
    {
        await ExecuteAsync(writer, "begin; select pg_current_xact_id()", cancellation);
        try
        {
            return await body();
        }
        finally
        {
            await ExecuteAsync(writer, "rollback", CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await snapshot.DisposeAsync();
        await writer.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A transaction that was begun before everything that is measured.</summary>
internal interface IOldTransaction : IAsyncDisposable
{
    /// <summary>Runs the body while, where the database knows such, it also has an id.</summary>
    Task<T> WithIdAsync<T>(Func<Task<T>> body, CancellationToken cancellation);
}
