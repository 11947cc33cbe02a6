using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tidemark.Bench.Jobs;

/// <summary>
/// The least a queue on a database can do: one statement claims, one completes, each its own commit, over a table of two
/// columns. No lease, no fence, no result, no graph: the floor below which two commits a task do not go.
/// </summary>
internal static class MinimalQueue
{
    private const string Table = "create table if not exists item (id integer primary key, claimed boolean not null); create index if not exists item_free on item (id) where not claimed;";
    private const string Claim = "update item set claimed = true where id = (select id from item where not claimed order by id limit 1";
    private const string Complete = "delete from item where id = @id";

    // More than can be done in a second on such machines; a run that finds the queue empty is no measurement.
    private const int ItemsASecond = 20_000;

    public static async Task<IReadOnlyList<Measure>> PostgresAsync(PostgresServer server, string database, int connections, TimeSpan duration, CancellationToken cancellation)
    {
        await server.ExecuteAsync(database, $"{Table} truncate item; insert into item select n, false from generate_series(1, {Items(duration)}) n; analyze item;", cancellation);
        var lines = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                lines.Add(await server.ConnectAsync(database, cancellation));
            }

            return await Meter.RunAsync(() => server.Cpu, async () =>
            {
                var start = Stopwatch.GetTimestamp();
                return (await Task.WhenAll(lines.Select(line => Task.Run(() => LoopAsync(line, start, duration, cancellation), cancellation)))).Sum();
            });
        }
        finally
        {
            foreach (var line in lines)
            {
                await line.DisposeAsync();
            }
        }
    }

    /// <summary>On SQLite with WAL and synchronous=FULL; the connections take turns, because there is one writer at a time anyway.</summary>
    public static async Task<IReadOnlyList<Measure>> SqliteAsync(string path, int connections, TimeSpan duration, CancellationToken cancellation)
    {
        var lines = new List<SqliteConnection>();
        using var turn = new SemaphoreSlim(1, 1);
        try
        {
            for (var i = 0; i < connections; i++)
            {
                var line = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
                lines.Add(line);
                line.Open();
                Execute(line, "pragma journal_mode = wal; pragma synchronous = full;");
            }

            Execute(lines[0], $"{Table} delete from item; with recursive number (n) as (select 1 union all select n + 1 from number where n < {Items(duration)}) insert into item select n, 0 from number;");
            return await Meter.RunAsync(() => null, async () =>
            {
                var start = Stopwatch.GetTimestamp();
                return (await Task.WhenAll(lines.Select(line => Task.Run(() => LoopAsync(line, turn, start, duration, cancellation), cancellation)))).Sum();
            });
        }
        finally
        {
            foreach (var line in lines)
            {
                await line.DisposeAsync();
            }
        }
    }

    private static int Items(TimeSpan duration) => (int)(ItemsASecond * duration.TotalSeconds);

    private static async Task<int> LoopAsync(NpgsqlConnection line, long start, TimeSpan duration, CancellationToken cancellation)
    {
        await using var claim = new NpgsqlCommand($"{Claim} for update skip locked) returning id", line);
        await using var complete = new NpgsqlCommand(Complete, line);
        var id = new NpgsqlParameter<int> { ParameterName = "id" };
        complete.Parameters.Add(id);
        await claim.PrepareAsync(cancellation);
        await complete.PrepareAsync(cancellation);
        var done = 0;
        for (; Stopwatch.GetElapsedTime(start) < duration; done++)
        {
            id.TypedValue = (int)(await claim.ExecuteScalarAsync(cancellation) ?? throw Empty());
            await complete.ExecuteNonQueryAsync(cancellation);
        }

        return done;
    }

    private static async Task<int> LoopAsync(SqliteConnection line, SemaphoreSlim turn, long start, TimeSpan duration, CancellationToken cancellation)
    {
        await using var claim = new SqliteCommand($"{Claim}) returning id", line);
        await using var complete = new SqliteCommand(Complete, line);
        var id = complete.Parameters.Add("@id", SqliteType.Integer);
        var done = 0;
        for (; Stopwatch.GetElapsedTime(start) < duration; done++)
        {
            id.Value = await InTurnAsync(() => claim.ExecuteScalar()) ?? throw Empty();
            await InTurnAsync(() => complete.ExecuteNonQuery());
        }

        return done;

        async Task<T> InTurnAsync<T>(Func<T> body)
        {
            await turn.WaitAsync(cancellation);
            try
            {
                return body();
            }
            finally
            {
                turn.Release();
            }
        }
    }

    private static void Execute(SqliteConnection line, string sql)
    {
        using var command = new SqliteCommand(sql, line);
        command.ExecuteNonQuery();
    }

    private static BenchmarkBroke Empty() => new("The minimal queue ran empty: this machine is faster than was thought. Raise MinimalQueue.ItemsASecond.");
}
