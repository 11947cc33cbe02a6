using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tidemark.Database;

/// <summary>The one place that turns SQL states and SQLite's result codes into our failures.</summary>
public static class DatabaseFailures
{
    /// <summary>Sources: sqlite.org/rescode.html, PostgreSQL's Appendix A "Error Codes".</summary>
    public static Failure Map(DbException error, DatabaseAddress? address = null)
    {
        var where = address is null ? "the database" : address.Display;
        return error switch
        {
            SqliteException { SqliteErrorCode: 13 } => FullHere(where),
            SqliteException { SqliteErrorCode: 10 } => new Failure(FailureKind.Resource, "database_io", $"The disk under {where} is full or failing.", "Free some space; if there is enough, look at the system's log for the disk."),
            SqliteException { SqliteErrorCode: 8 } or SqliteException { SqliteErrorCode: 3 } => new Failure(FailureKind.Infrastructure, "database_read_only", $"There is no permission to write to {where}.", "Check who owns the data folder and its rights."),
            SqliteException { SqliteErrorCode: 14 } => new Failure(FailureKind.Infrastructure, "database_cannot_open", $"{where} cannot be opened.", "Check that its folder exists and may be written to."),
            SqliteException { SqliteErrorCode: 11 or 26 } => new Failure(FailureKind.Infrastructure, "database_damaged", $"{where} is damaged or is no database.", "Restore it from a backup; the frames on disk are not touched."),
            SqliteException { SqliteErrorCode: 5 or 6 } => new Failure(FailureKind.Resource, "database_busy", $"{where} is held by another process.", "Stop the other process that uses this data folder."),
            PostgresException { SqlState: "53100" } => Full(where),
            // It starts, stops, or has been stopped.
            PostgresException { SqlState: "57P01" or "57P02" or "57P03" } => Unreachable(error, address),
            PostgresException { SqlState: "28P01" or "28000" or "3D000" or "42501" } denied => new Failure(FailureKind.BadInput, "database_denied", $"{where} refused: {denied.MessageText}.", "Check user, password, database name and rights in the setting 'database'."),
            PostgresException postgres => new Failure(FailureKind.Infrastructure, "database_error", $"{where}: {postgres.MessageText} ({postgres.SqlState})."),
            NpgsqlException => Unreachable(error, address),
            _ => new Failure(FailureKind.Infrastructure, "database_error", $"{where}: {error.Message}"),
        };
    }

    /// <summary>The code where nothing is wrong with what was asked for, and nobody answers.</summary>
    public const string Away = "database_unreachable";

    /// <summary>True for what is thrown while the database does not answer, or refuses; false for bugs.</summary>
    public static bool IsAway(Exception error) => error is DbException or TimeoutException or System.Net.Sockets.SocketException;

    internal static Failure Unreachable(Exception error, DatabaseAddress? address) =>
        new(FailureKind.Unreachable, Away, $"{address?.Display ?? "The database"} does not answer: {error.Message}", "Check that it runs and can be reached from here.");

    /// <summary>True for serialisation failures, deadlocks and a lock held by another process: the same transaction may succeed next time.</summary>
    internal static bool MayTryAgain(DbException error) => error switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
        PostgresException postgres => postgres.SqlState is "40001" or "40P01",
        _ => false,
    };

    /// <summary>True where somebody else held a lock for longer than was to be waited for it (<see cref="Session.WaitForLocksAsync"/>).</summary>
    internal static bool IsLocked(DbException error) => error is PostgresException { SqlState: "55P03" };

    /// <summary>True where the values are at fault: they are too long, out of range, or against a constraint. The same again fails again.</summary>
    internal static bool IsOfTheValues(DbException error) => error switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is 18 or 19 or 20 or 25,
        PostgresException postgres => postgres.SqlState[..2] is "22" or "23" or "54",
        _ => false,
    };

    // SQLite's disk is one of ours.
    private static Failure FullHere(string where)
    {
        DiskFailures.Met();
        return Full(where);
    }

    private static Failure Full(string where) => new(FailureKind.Resource, "disk_full", $"The disk under {where} is full.", "Free some space; work goes on by itself afterwards.");
}
