using System.Globalization;
using System.Reflection;

namespace Tidemark.Database;

/// <summary>
/// Numbered, forward only, each in a transaction of its own. A schema that a newer release has migrated stays usable by
/// the release before it, so numbers that we do not know are left alone.
/// </summary>
public static class Migrations
{
    // Any constant will do; two nodes that start together must take the same.
    private const long AdvisoryLock = 0x7469_6465_6d61_726b;

    /// <summary>The migrations of this release, by number.</summary>
    public static IReadOnlyList<(int Number, string Sql)> All { get; } = Load();

    /// <summary>Applies what is missing, up to <paramref name="last"/>.</summary>
    public static async Task ApplyAsync(SqlDatabase database, TimeProvider time, CancellationToken cancellation, int last = int.MaxValue)
    {
        await database.WriteAsync(async session =>
        {
            await LockAsync(session, cancellation);
            await session.ExecuteAsync(session.Dialect.Translate(
                "create table if not exists schema_migration (number {int} not null primary key, applied_at {time} not null) {strict}"), cancellation);
        }, cancellation);

        foreach (var (number, sql) in All.Where(migration => migration.Number <= last))
        {
            await database.WriteAsync(async session =>
            {
                await LockAsync(session, cancellation);
                var added = await session.ExecuteAsync(
                    "insert into schema_migration (number, applied_at) values (@number, @at) on conflict do nothing", cancellation,
                    ("number", number), ("at", time.GetUtcNow()));
                if (added == 1)
                {
                    await session.ExecuteAsync(session.Dialect.Translate(sql), cancellation);
                }
            }, cancellation);
        }
    }

    private static Task LockAsync(Session session, CancellationToken cancellation) => session.Dialect == Dialect.PostgreSql
        ? session.QueryAsync("select pg_advisory_xact_lock(@key)", row => row.IsNull(0), cancellation, ("key", AdvisoryLock))
        : Task.CompletedTask;

    private static (int, string)[] Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return (int.Parse(Path.GetFileNameWithoutExtension(name), CultureInfo.InvariantCulture), reader.ReadToEnd());
            })];
    }
}
