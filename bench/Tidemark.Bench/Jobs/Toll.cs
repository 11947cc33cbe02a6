namespace Tidemark.Bench.Jobs;

/// <summary>Statements, commits and log that a task costs PostgreSQL, counted by the server.</summary>
internal static class Toll
{
    /// <param name="run">Does tasks on the database, closes its connections, and says how many it did.</param>
    public static async Task<IReadOnlyList<Measure>> RunAsync(PostgresServer server, string database, Func<Task<int>> run, CancellationToken cancellation)
    {
        var name = database[(database.LastIndexOf('/') + 1)..];
        if (server.Log is not null)
        {
            await server.ExecuteAsync(null, $"alter database {name} set log_statement = 'all'", cancellation);
        }

        var (commits, log, statements) = (await CommitsAsync(), await LogAsync(), await StatementsAsync());
        var tasks = (double)await run();
        var measures = new List<Measure>
        {
            new("commits/task", (await CommitsAsync() - commits) / tasks, "1"),
            new("WAL/task", (await LogAsync() - log) / tasks, "B"),
        };
        if (server.Log is not null)
        {
            measures.Insert(0, new Measure("statements/task", (await StatementsAsync() - statements) / tasks, "1"));
        }

        return measures;

        // A connection's counters arrive when it ends at the latest.
        async Task<long> CommitsAsync()
        {
            while (await server.ValueAsync<long>(null, $"select count(*) from pg_stat_activity where datname = '{name}'", cancellation) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
            }

            return await server.ValueAsync<long>(null, $"select xact_commit from pg_stat_database where datname = '{name}'", cancellation);
        }

        Task<long> LogAsync() => server.ValueAsync<long>(null, "select (pg_current_wal_lsn() - '0/0')::bigint", cancellation);

        async Task<long> StatementsAsync()
        {
            var count = 0L;
            if (server.Log is { } path)
            {
                using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                while (await reader.ReadLineAsync(cancellation) is { } line)
                {
                    count += line.Contains(" LOG:  execute ", StringComparison.Ordinal) || line.Contains(" LOG:  statement: ", StringComparison.Ordinal) ? 1 : 0;
                }
            }

            return count;
        }
    }
}
