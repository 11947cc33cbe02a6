using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Tidemark.Database;

/// <summary>A connection inside a transaction. SQL is written once for both databases, parameters as <c>@name</c>.</summary>
public sealed class Session
{
    private readonly DbConnection connection;
    private readonly DbTransaction? transaction;

    internal Session(DbConnection connection, DbTransaction? transaction, Dialect dialect)
    {
        this.connection = connection;
        this.transaction = transaction;
        Dialect = dialect;
    }

    public Dialect Dialect { get; }

    /// <summary>Runs a statement; gives the number of rows that it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs a query and reads every row of its answer.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(new Row(reader, Dialect)));
        }

        return rows;
    }

    /// <summary>The first row of the answer, or the default where there is none.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<Row, T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? read(new Row(reader, Dialect)) : default;
    }

    private DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = (Dialect == Dialect.Sqlite ? ForSqlite(value) : ForPostgreSql(value, parameter)) ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
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
            default:
                return value;
        }
    }
}
