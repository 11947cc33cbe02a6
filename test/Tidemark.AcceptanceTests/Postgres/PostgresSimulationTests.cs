using System.Collections.Concurrent;
using Tidemark.Database;
using Tidemark.Tests.Jobs;
using Tidemark.Tests.Jobs.Simulation;

namespace Tidemark.AcceptanceTests.Postgres;

public sealed class PostgresSimulationTests(PostgresServer server) : SimulationTests
{
    [Fact]
    public async Task Ten_bad_days_break_no_rule() => CameAcross(await RunAsync(1, 10, new SimulationOptions()), "registered", "refused", "kick: Lost", "lost: late");

    [Fact]
    public async Task Bad_days_of_many_at_once_break_no_rule() => CameAcross(await RunAsync(1, 10, new SimulationOptions { Concurrent = true, Workers = 6 }), "registered", "refused");

    [Fact]
    public async Task Five_bad_days_with_a_clock_that_is_set_back_leave_nothing_stuck() =>
        CameAcross(await RunAsync(1001, 5, new SimulationOptions { ClockGoesBack = true, Restores = false }), "registered", "clock set back");

    [Fact]
    [Trait("kind", "soak")]
    public async Task Thousands_of_bad_days_break_no_rule()
    {
        Assert.SkipUnless(Soak, "It takes minutes: ./tidemark test --soak");
        await RunAsync(SeedOfToday, 1000, new SimulationOptions { Steps = 600 });
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task Thousands_of_bad_days_of_many_at_once_break_no_rule()
    {
        Assert.SkipUnless(Soak, "It takes minutes: ./tidemark test --soak");
        await RunAsync(SeedOfToday, 1000, new SimulationOptions { Steps = 600, Concurrent = true, Workers = 6 });
    }

    protected override Task<SimulatedDatabase> OpenAsync() => PostgresSimulatedDatabase.TakeAsync(server);
}

/// <summary>
/// A database that one seed has after the other. A copy lies in a schema beside it: what comes back is what a dump would
/// bring, with the processes still connected.
/// </summary>
internal sealed class PostgresSimulatedDatabase : SimulatedDatabase
{
    private static readonly ConcurrentBag<SqlDatabase> Free = [];
    private static readonly string[] Tables = ["engine", "node", "dispatcher", "lane", "open_job", "job_key", "waiting", "ready", "lease", "job", "task", "edge", "event", "simulated_row"];
    private static readonly string Truncate = $"truncate {string.Join(", ", Tables)} restart identity;";

    private PostgresSimulatedDatabase(SqlDatabase database) => Database = database;

    public override SqlDatabase Database { get; }

    public static async Task<SimulatedDatabase> TakeAsync(PostgresServer server)
    {
        if (!Free.TryTake(out var database))
        {
            database = await server.OpenFreshAsync();
            await AddRowsAsync(database);
        }

        var taken = new PostgresSimulatedDatabase(database);
        await taken.RunAsync($"""
            {Truncate}
            insert into engine (one, incarnation, identity, epoch) values (1, 1, '', 0);
            insert into dispatcher (one, node, epoch, until) values (1, null, 0, 'epoch');
            select setval('lease_epoch', 1, false);
            """);
        return taken;
    }

    public override Task CopyAsync() => RunAsync($"""
        drop schema if exists copy cascade;
        create schema copy;
        {string.Concat(Tables.Select(table => $"create table copy.{table} as select * from {table};\n"))}
        create table copy.sequence as select 'lease_epoch' as name, last_value, is_called from lease_epoch union all select 'lane_id_seq', last_value, is_called from lane_id_seq;
        """);

    public override Task RestoreAsync() => RunAsync($"""
        {Truncate}
        {string.Concat(Tables.Select(table => $"insert into {table} overriding system value select * from copy.{table};\n"))}
        select setval(name, last_value, is_called) from copy.sequence;
        """);

    public override ValueTask DisposeAsync()
    {
        Free.Add(Database);
        return default;
    }

    private Task<int> RunAsync(string sql) => Database.WriteAsync(session => session.ExecuteAsync(sql, CancellationToken.None), CancellationToken.None);
}
