using System.Collections.Concurrent;
using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>
/// The state machine of design/jobs.md on a database. Every method is one transaction (or says that it is several), and
/// may throw <see cref="System.Data.Common.DbException"/> when the database is away: the transaction then has happened or
/// not, and whoever must know asks <see cref="ResolveAsync"/>. Two databases, one conformance suite.
/// </summary>
public abstract partial class JobStore
{
    private readonly ConcurrentDictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly JobClock clock;

    private protected JobStore(SqlDatabase database, TimeProvider time, JobClock clock)
    {
        Database = database;
        Time = time;
        this.clock = database.Dialect == Dialect.Sqlite ? JobClock.Provider : clock;
    }

    private protected SqlDatabase Database { get; }

    private protected TimeProvider Time { get; }

    /// <summary>0 to 1, for waits that are spread by chance; a simulation gives its own, so that it can be run again.</summary>
    internal Func<double> Chance { get; set; } = Random.Shared.NextDouble;

    private protected bool ByDatabaseClock => clock == JobClock.Database;

    /// <summary>The store for the database's dialect.</summary>
    /// <param name="database">Migrated.</param>
    /// <param name="time">The clock on SQLite, where nodes and database are one machine; and for waits.</param>
    /// <param name="clock">Whose clock says when a lease began: the database's, but for simulations.</param>
    public static JobStore On(SqlDatabase database, TimeProvider time, JobClock clock = JobClock.Database) =>
        database.Dialect == Dialect.Sqlite ? new SqliteJobStore(database, time) : new PostgresJobStore(database, time, clock);

    /// <summary>What time it is for the engine.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) =>
        ByDatabaseClock
            ? Database.ReadAsync(session => session.FirstAsync("select clock_timestamp()", row => row.Time(0), cancellation), cancellation)
            : Task.FromResult(Time.GetUtcNow());

    /// <summary>In which incarnation of the database: what a program remembers of an earlier one may never have happened.</summary>
    public Task<long> IncarnationAsync(CancellationToken cancellation) =>
        Database.ReadAsync(session => session.FirstAsync("select incarnation from engine", row => row.Int(0), cancellation), cancellation);

    /// <summary>
    /// SQL for both databases: <c>{now}</c> is the engine's clock (needs the parameter <c>now</c>), <c>{now+wait}</c> that
    /// and <c>@wait</c> microseconds, <c>{lock}</c> locks the row read where several may write.
    /// </summary>
    private protected string Sql(string text) => texts.GetOrAdd(text, raw => raw
        .Replace("{now+wait}", Database.Dialect == Dialect.Sqlite ? "(@now + @wait)" : $"({Clock} + @wait * interval '1 microsecond')", StringComparison.Ordinal)
        .Replace("{now-wait}", Database.Dialect == Dialect.Sqlite ? "(@now - @wait)" : $"({Clock} - @wait * interval '1 microsecond')", StringComparison.Ordinal)
        .Replace("{now}", Database.Dialect == Dialect.Sqlite ? "@now" : Clock, StringComparison.Ordinal)
        .Replace("{lock}", Database.Dialect == Dialect.Sqlite ? "" : "for update", StringComparison.Ordinal));

    private string Clock => ByDatabaseClock ? "clock_timestamp()" : "@now";

    private protected (string, object?) Now => ("now", Time.GetUtcNow());

    private protected static (string, object?) Wait(TimeSpan wait) => ("wait", wait.Ticks / TimeSpan.TicksPerMicrosecond);
}

/// <summary>Whose clock the engine goes by on PostgreSQL.</summary>
public enum JobClock
{
    /// <summary>The database's: no node's clock matters.</summary>
    Database,

    /// <summary>The <see cref="TimeProvider"/>, one for all: for simulations.</summary>
    Provider,
}
