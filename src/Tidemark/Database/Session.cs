using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Tidemark.Database;

/// <summary>A connection inside a transaction. SQL is written once for both databases, parameters as <c>@name</c>.</summary>
public sealed class Session
{
    private readonly DbConnection connection;
    private readonly DbTransaction? transaction;
    private readonly Dictionary<string, DbCommand>? prepared;

    /// <param name="connection">Open.</param>
    /// <param name="transaction">Null: each statement is its own.</param>
    /// <param name="dialect">Of the connection.</param>
    /// <param name="prepared">Statements that the connection has prepared, by their text; null: none are kept.</param>
    internal Session(DbConnection connection, DbTransaction? transaction, Dialect dialect, Dictionary<string, DbCommand>? prepared = null)
    {
        this.connection = connection;
        this.transaction = transaction;
        this.prepared = prepared;
        Dialect = dialect;
    }

    public Dialect Dialect { get; }

    /// <summary>Runs a statement; gives the number of rows that it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var command = Command(sql, parameters);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellation);
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>Runs a query and reads every row of its answer.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var command = Command(sql, parameters);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(read(new Row(reader, Dialect)));
            }

            return rows;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>The first row of the answer, or the default where there is none.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<Row, T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var command = Command(sql, parameters);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation) ? read(new Row(reader, Dialect)) : default;
        }
        finally
        {
            Done(command);
        }
    }

    /// <summary>PostgreSQL: for the rest of the transaction, waits for no lock longer than this. On SQLite whoever writes has all of them.</summary>
    internal Task WaitForLocksAsync(TimeSpan most, CancellationToken cancellation) =>
        Dialect == Dialect.PostgreSql ? ExecuteAsync($"set local lock_timeout = {(long)most.TotalMilliseconds}", cancellation) : Task.CompletedTask;

    /// <summary>PostgreSQL: sends statements together, in one round trip.</summary>
    internal async Task RunAsync(IReadOnlyList<Statement> statements, CancellationToken cancellation)
    {
        if (connection is not NpgsqlConnection postgreSql)
        {
            throw new NotSupportedException("Batches are PostgreSQL's: on SQLite a statement has no way to go.");
        }

        await using var batch = new NpgsqlBatch(postgreSql, (NpgsqlTransaction?)transaction);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.Sql);
            foreach (var value in statement.Values)
            {
                var parameter = new NpgsqlParameter();
                parameter.Value = ForPostgreSql(value, parameter) ?? DBNull.Value;
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var statement in statements.Where(statement => statement.Read is not null))
        {
            while (await reader.ReadAsync(cancellation))
            {
                statement.Read!(new Row(reader, Dialect));
            }

            await reader.NextResultAsync(cancellation);
        }
    }

    private DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        if (prepared is not null && prepared.TryGetValue(sql, out var command))
        {
            command.Transaction = transaction;
            for (var i = 0; i < parameters.Length; i++)
            {
                // Mostly in the order of the first time; looking for a name takes as long as some statements.
                var (name, value) = parameters[i];
                var parameter = command.Parameters[i];
                (parameter.ParameterName.AsSpan(1).SequenceEqual(name) ? parameter : command.Parameters["@" + name]).Value = ForSqlite(value) ?? DBNull.Value;
            }

            return command;
        }

        command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            // At each run SQLite is asked for the name as it stands in the text; for a bare one Microsoft.Data.Sqlite asks four times.
            parameter.ParameterName = "@" + name;
            parameter.Value = (Dialect == Dialect.Sqlite ? ForSqlite(value) : ForPostgreSql(value, parameter)) ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        if (prepared is not null && parameters.Length > 0)
        {
            prepared.Add(sql, command);
        }

        return command;
    }

    private void Done(DbCommand command)
    {
        if (prepared is null || command.Parameters.Count == 0)
        {
            command.Dispose();
        }
    }

    private static object? ForSqlite(object? value) => value switch
    {
        DateTimeOffset time => (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - Row.UnixEpochMicroseconds,
        Guid id => id.ToByteArray(bigEndian: true),
        bool flag => flag ? 1L : 0L,
        int number => (long)number,
        _ => value,
    };

    private static object? ForPostgreSql(object? value, DbParameter parameter)
    {
        switch (value)
        {
            case DateTimeOffset time:
                ((NpgsqlParameter)parameter).NpgsqlDbType = NpgsqlDbType.TimestampTz;
                // Both databases keep microseconds; cutting here keeps them equal.
                return new DateTime(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
            case int number:
                return (long)number;
            case DateTimeOffset[] times:
                return Array.ConvertAll(times, time => new DateTime(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc));
            default:
                return value;
        }
    }
}
