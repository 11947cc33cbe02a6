using Tidemark.Database;

namespace Tidemark.Bench.Jobs;

/// <summary>Jobs in bulk: copies of one that went through the engine, whatever its tables' columns are.</summary>
internal static class EngineRows
{
    private static readonly string[] Written = ["job", "task", "edge", "event"];
    private static readonly string[] Unfinished = ["open_job", "waiting", "ready"];

    // UUIDv7s of one instant, in order.
    private static long lastMillisecond;

    /// <param name="pattern">Nothing of it is leased.</param>
    public static async Task CopyAsync(Session session, Guid pattern, int copies, CancellationToken cancellation)
    {
        var millisecond = Math.Max(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Interlocked.Read(ref lastMillisecond) + 1);
        Interlocked.Exchange(ref lastMillisecond, millisecond);
        var (id, numbers) = session.Dialect == Dialect.PostgreSql
            ? ($"(lpad(to_hex({millisecond}), 12, '0') || '70008000' || lpad(to_hex(c.n), 12, '0'))::uuid", $"generate_series(1::bigint, {copies}) as c(n)")
            : ($"unhex(printf('%012x70008000%012x', {millisecond}, c.n))", $"(with recursive s(n) as (select 1 union all select n + 1 from s where n < {copies}) select n from s) as c");
        foreach (var table in (string[])[.. Written, .. Unfinished])
        {
            var columns = (await ColumnsAsync(session, table, cancellation)).Where(column => column is not ("job" or "position")).ToList();
            await session.ExecuteAsync(
                $"insert into {table} (job, {string.Join(", ", columns)}) select {id}, {string.Join(", ", columns.Select(column => $"p.{column}"))} from {numbers} cross join {table} p where p.job = @pattern",
                cancellation, ("pattern", pattern));
        }
    }

    public static Task EmptyAsync(SqlDatabase database, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        string[] tables = [.. Unfinished, "lease", .. Written];
        foreach (var sql in database.Dialect == Dialect.PostgreSql ? [$"truncate {string.Join(", ", tables)}"] : tables.Select(table => $"delete from {table}"))
        {
            await session.ExecuteAsync(sql, cancellation);
        }
    }, cancellation);

    private static Task<List<string>> ColumnsAsync(Session session, string table, CancellationToken cancellation) => session.QueryAsync(
        session.Dialect == Dialect.PostgreSql
            ? "select column_name::text from information_schema.columns where table_schema = 'public' and table_name = @table"
            : "select name from pragma_table_info(@table)",
        row => row.Text(0), cancellation, ("table", table));
}
