namespace Tidemark.Database;

/// <summary>Which database stands behind the door.</summary>
public enum Dialect
{
    /// <summary>Embedded, one machine.</summary>
    Sqlite,

    /// <summary>Distributed, many machines.</summary>
    PostgreSql,
}

internal static class DialectTypes
{
    // Times are timestamptz in PostgreSQL and microseconds since 1970 in SQLite; ids are UUIDv7, 16 bytes in network order.
    private static readonly (string Token, string Sqlite, string PostgreSql)[] Types =
    [
        ("{time}", "integer", "timestamptz"),
        ("{int}", "integer", "bigint"),
        ("{real}", "real", "double precision"),
        ("{bool}", "integer", "boolean"),
        ("{bytes}", "blob", "bytea"),
        ("{uuid}", "blob", "uuid"),
        ("{strict}", "strict", ""),
        ("{clustered}", "strict, without rowid", ""),
        ("{serial}", "integer primary key autoincrement", "bigint generated always as identity primary key"),
        ("{epoch}", "0", "'epoch'"),
        ("{false}", "0", "false"),
        // What is written once: partitioned by its job's id, and so by time, where that can be had.
        ("{history}", "strict, without rowid", "partition by range (job)"),
        ("{history_rowid}", "strict", "partition by range (job)"),
        // Where an event stands among those of all jobs: the transaction that wrote it, or its row.
        ("{position}", "integer primary key", "xid8 not null default pg_current_xact_id()"),
    ];

    /// <summary>Begins a line that is for PostgreSQL alone.</summary>
    private const string PostgreSqlOnly = "{pg}";

    /// <summary>Replaces the tokens of a migration's text by the dialect's own words; lines that begin with <c>{pg}</c> are for PostgreSQL alone.</summary>
    public static string Translate(this Dialect dialect, string sql)
    {
        sql = string.Join('\n', sql.Split('\n')
            .Where(line => dialect == Dialect.PostgreSql || !line.StartsWith(PostgreSqlOnly, StringComparison.Ordinal))
            .Select(line => line.StartsWith(PostgreSqlOnly, StringComparison.Ordinal) ? line[PostgreSqlOnly.Length..] : line));
        foreach (var (token, sqlite, postgreSql) in Types)
        {
            sql = sql.Replace(token, dialect == Dialect.Sqlite ? sqlite : postgreSql, StringComparison.Ordinal);
        }

        return sql;
    }
}
