using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tidemark.Database;

/// <summary>
/// The one door to the database. Reads run beside each other; writes run one after another on SQLite (one writer, WAL,
/// synchronous=FULL: a commit survives power loss) and beside each other on PostgreSQL (read committed).
/// </summary>
public sealed partial class SqlDatabase : IAsyncDisposable
{
    private const int Tries = 5;
    private readonly DatabaseAddress address;
    private readonly NpgsqlDataSource? postgreSql;
    private readonly TimeProvider time;

    // PostgreSQL only: false until the schema is up to date, where that could not be seen to at the start.
    private volatile bool opened = true;
    private readonly Lock gate = new();
    private Task? opening;

    private SqlDatabase(DatabaseAddress address, TimeProvider time)
    {
        this.address = address;
        this.time = time;
        postgreSql = address.Dialect == Dialect.PostgreSql ? NpgsqlDataSource.Create(address.ConnectionString) : null;
    }

    public Dialect Dialect => address.Dialect;

    /// <summary>Opens the database and brings its schema up to date, or up to an earlier release's last migration.</summary>
    public static async Task<Result<SqlDatabase>> OpenAsync(DatabaseAddress address, TimeProvider time, CancellationToken cancellation, int last = int.MaxValue)
    {
        var database = new SqlDatabase(address, time);
        if (await TryAsync(() => Migrations.ApplyAsync(database, time, cancellation, last), address) is not { } failure)
        {
            return database;
        }

        await database.DisposeAsync();
        return failure;
    }

    /// <summary>PostgreSQL that does not answer now: it is opened, and its schema brought up to date, as soon as it answers somebody who asks it for something.</summary>
    public static SqlDatabase OpenLater(DatabaseAddress address, TimeProvider time) => new(address, time) { opened = address.Dialect == Dialect.Sqlite };

    /// <summary>Looks whether the database can be opened, and changes nothing: no schema, and no file that is not there yet.</summary>
    /// <returns>False where it is a file that is not there yet.</returns>
    public static async Task<Result<bool>> LookAsync(DatabaseAddress address, CancellationToken cancellation)
    {
        DbConnection connection;
        if (address.Dialect == Dialect.Sqlite)
        {
            var builder = new SqliteConnectionStringBuilder(address.ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false };
            if (!File.Exists(builder.DataSource))
            {
                return false;
            }

            connection = new SqliteConnection(builder.ConnectionString);
        }
        else
        {
            connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
        }

        await using (connection)
        {
            var failure = await TryAsync(async () =>
            {
                await connection.OpenAsync(cancellation);
                await using var command = connection.CreateCommand();
                // SQLite reads nothing of the file before it is asked for something.
                command.CommandText = address.Dialect == Dialect.Sqlite ? "select count(*) from sqlite_schema" : "select 1";
                await command.ExecuteScalarAsync(cancellation);
            }, address);
            return failure is null ? true : failure;
        }
    }

    /// <summary>Reads; each statement sees its own snapshot.</summary>
    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> body, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        return await body(new Session(connection, null, Dialect));
    }

    /// <summary>PostgreSQL: runs the statements as one transaction in one round trip. It may run again after a deadlock, so readers begin anew where <paramref name="again"/> is called.</summary>
    internal async Task CommitAsync(IReadOnlyList<Statement> statements, Action again, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await ConnectAsync(cancellation);
                // Without BEGIN: what one Sync ends is one transaction (PostgreSQL, "Extended Query: Pipelining").
                await new Session(connection, null, Dialect).RunAsync(statements, cancellation);
                return;
            }
            catch (DbException error) when (attempt < Tries && DatabaseFailures.MayTryAgain(error))
            {
                again();
                await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), time, cancellation);
            }
        }
    }

    /// <summary>
    /// Runs the body in one transaction and commits it. The body may run again after a deadlock or a serialisation
    /// failure, so it must change nothing but the database.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<Session, Task<T>> body, CancellationToken cancellation) => WriteAsync(body, together: false, cancellation);

    /// <summary>
    /// The same for what is quick and comes often: on SQLite those that wait for the writer share one commit and its sync.
    /// One that fails is undone alone.
    /// </summary>
    public Task<T> WriteTogetherAsync<T>(Func<Session, Task<T>> body, CancellationToken cancellation) => WriteAsync(body, together: true, cancellation);

    private async Task<T> WriteAsync<T>(Func<Session, Task<T>> body, bool together, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(body, together, cancellation);
            }
            catch (DbException error) when (attempt < Tries && DatabaseFailures.MayTryAgain(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), time, cancellation);
            }
        }
    }

    /// <inheritdoc cref="WriteAsync{T}(Func{Session, Task{T}}, CancellationToken)"/>
    public Task WriteAsync(Func<Session, Task> body, CancellationToken cancellation) =>
        WriteAsync(async session =>
        {
            await body(session);
            return true;
        }, cancellation);

    /// <summary>PostgreSQL: a connection of its own that hears what is said on a channel while somebody waits on it. It is the caller's to close.</summary>
    internal async Task<NpgsqlConnection> OpenListenerAsync(string channel, Action<string> hear, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false, CommandTimeout = 5 }.ConnectionString);
        try
        {
            connection.Notification += (_, notification) => hear(notification.Payload);
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand($"listen {channel}", connection);
            await command.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the write that is under way; those that come after it are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (postgreSql is not null)
        {
            await postgreSql.DisposeAsync();
            return;
        }

        await writer.WaitAsync();
        try
        {
            disposed = true;
            ForgetWriter();
            using var connection = new SqliteConnection(address.ConnectionString);
            SqliteConnection.ClearPool(connection);
        }
        finally
        {
            // Not disposed of: who waits for it would wait for ever.
            writer.Release();
        }
    }

    private static async Task<Failure?> TryAsync(Func<Task> body, DatabaseAddress address)
    {
        try
        {
            await body();
            return null;
        }
        catch (DbException error)
        {
            return DatabaseFailures.Map(error, address);
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or TimeoutException)
        {
            return DatabaseFailures.Unreachable(error, address);
        }
    }

    private async Task<T> WriteOnceAsync<T>(Func<Session, Task<T>> body, bool together, CancellationToken cancellation)
    {
        if (Dialect == Dialect.Sqlite)
        {
            return await (together ? WriteInLineAsync(body, cancellation) : WriteAloneAsync(body, cancellation));
        }

        await using var connection = await ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var answer = await body(new Session(connection, transaction, Dialect));
        await transaction.CommitAsync(cancellation);
        return answer;
    }

    // One attempt at a time, for all who ask meanwhile.
    private Task OpenedAsync(CancellationToken cancellation)
    {
        Task attempt;
        lock (gate)
        {
            attempt = opening ??= Task.Run(MigrateAsync, CancellationToken.None);
        }

        return attempt.WaitAsync(cancellation);
    }

    private async Task MigrateAsync()
    {
        try
        {
            await using var database = new SqlDatabase(address, time);
            await Migrations.ApplyAsync(database, time, CancellationToken.None);
            opened = true;
        }
        finally
        {
            lock (gate)
            {
                opening = null;
            }
        }
    }

    private async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        if (postgreSql is not null)
        {
            if (!opened)
            {
                await OpenedAsync(cancellation);
            }

            return await postgreSql.OpenConnectionAsync(cancellation);
        }

        var connection = new SqliteConnection(address.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
