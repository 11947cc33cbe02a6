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
    ];

    /// <summary>Replaces the type tokens of a migration's text by the dialect's types.</summary>
    public static string Translate(this Dialect dialect, string sql)
    {
        foreach (var (token, sqlite, postgreSql) in Types)
        {
            sql = sql.Replace(token, dialect == Dialect.Sqlite ? sqlite : postgreSql, StringComparison.Ordinal);
        }

        return sql;
    }
}
