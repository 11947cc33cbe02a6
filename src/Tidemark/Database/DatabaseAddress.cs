using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tidemark.Database;

/// <summary>Where the database is: <c>sqlite:PATH</c> or <c>postgres://user:password@host:port/name</c>.</summary>
public sealed record DatabaseAddress
{
    private DatabaseAddress(Dialect dialect, string connectionString, string display)
    {
        Dialect = dialect;
        ConnectionString = connectionString;
        Display = display;
    }

    public Dialect Dialect { get; }

    internal string ConnectionString { get; }

    /// <summary>The file of a SQLite database; null for others.</summary>
    public string? File { get; private init; }

    /// <summary>The address without its password, for people.</summary>
    public string Display { get; }

    /// <summary>Reads an address; the failure says which forms there are.</summary>
    public static Result<DatabaseAddress> Parse(string text)
    {
        if (text.StartsWith("sqlite:", StringComparison.Ordinal) && text.Length > 7)
        {
            return Sqlite(text[7..]);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "postgres" or "postgresql"
            ? PostgreSql(uri)
            : Bad(text);
    }

    /// <summary>A SQLite file; it is made when it is not there.</summary>
    public static DatabaseAddress Sqlite(string path)
    {
        var full = Path.GetFullPath(path);
        var builder = new SqliteConnectionStringBuilder { DataSource = full, Mode = SqliteOpenMode.ReadWriteCreate, Cache = SqliteCacheMode.Private, DefaultTimeout = 10 };
        return new DatabaseAddress(Dialect.Sqlite, builder.ConnectionString, $"sqlite:{full}") { File = full };
    }

    private static Result<DatabaseAddress> PostgreSql(Uri uri)
    {
        var name = uri.AbsolutePath.Trim('/');
        if (name.Length == 0 || uri.Host.Length == 0 || name.Contains('/', StringComparison.Ordinal))
        {
            return Bad(uri.GetLeftPart(UriPartial.Authority));
        }

        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
            Database = Uri.UnescapeDataString(name),
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "tidemark",
            MaxAutoPrepare = 64,
            // A server takes 100 by default, and there may be several nodes.
            MaxPoolSize = 24,
            Timeout = 5,
            CommandTimeout = 30,
            // Nothing here leaves a mark on its session.
            NoResetOnClose = true,
            // Queues swing from empty to long within seconds, so no statistics are right: every plan goes by its indexes.
            // Who stops in the middle of a transaction (suspended, cut off, without power) holds its locks for less than a lease;
            // who is cut off or without power in the middle of sending it, until the server has probed the line in vain.
            Options = @"-c default_transaction_isolation=read\ committed -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan -c idle_in_transaction_session_timeout=5s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2",
        };
        var display = $"postgres://{(user[0].Length > 0 ? user[0] + "@" : "")}{uri.Host}:{builder.Port}/{name}";
        return new DatabaseAddress(Dialect.PostgreSql, builder.ConnectionString, display);
    }

    private static Failure Bad(string text)
    {
        // A password must not come back out in a message about a bad address.
        var at = text.LastIndexOf('@');
        return new Failure(FailureKind.BadInput, "database_address", $"'{(at < 0 ? text : "…" + text[at..])}' is no database address.",
            "Write sqlite:PATH or postgres://user:password@host:5432/name.");
    }
}
