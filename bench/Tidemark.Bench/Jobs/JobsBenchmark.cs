using Tidemark.Database;

namespace Tidemark.Bench.Jobs;

/// <summary>The job engine on PostgreSQL and on SQLite, beside the least a queue on the same database can do and beside Celery on Redis.</summary>
internal sealed class JobsBenchmark : IBenchmark
{
    private const int FullHistory = 10_000_000, QuickHistory = 100_000;
    private const string OneByOne = "one by one", Batches = "in batches";
    private readonly List<IAsyncDisposable> servers = [];
    private readonly List<Case> cases = [];
    private readonly List<Ratio> ratios = [];
    private readonly List<Wanted> wanted = [];

    public string Name => "jobs";

    public string About => "No-op tasks through the job engine on PostgreSQL and SQLite, beside a minimal queue on the same database and Celery on Redis";

    public int Rounds => 7;

    public TimeSpan Budget => TimeSpan.FromMinutes(15);

    // Each side has been warmed when it was prepared: a round of everything would be too long for it.
    public bool WarmsUp => false;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        var postgres = Own(await PostgresServer.StartAsync(room, cancellation));
        await AddMinimalAsync(room, postgres, cancellation);
        await AddCeleryAsync(room, cancellation);
        await AddEngineAsync(room, new PostgresSide(postgres), cancellation);
        await AddEngineAsync(room, new SqliteSide(room), cancellation);
        await AddTollAsync(postgres, cancellation);
        AddGoals();
        return new Sides(cases, ratios) { Wanted = wanted };
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = servers.Count - 1; i >= 0; i--)
        {
            await servers[i].DisposeAsync();
        }
    }

    private static string Ours(string database, string what) => $"tidemark, {database}, {what}";

    private T Own<T>(T server) where T : IAsyncDisposable
    {
        servers.Add(server);
        return server;
    }

    private static int[] Counts(Room room) => room.Quick ? [1, 8] : [1, 2, 4, 8];

    private void Add(string name, Func<CancellationToken, Task<IReadOnlyList<Measure>>> run, int rounds = int.MaxValue) =>
        cases.Add(new Case(name, run) { Rounds = rounds });

    private async Task AddMinimalAsync(Room room, PostgresServer postgres, CancellationToken cancellation)
    {
        room.Say("filling queues");
        var duration = TimeSpan.FromSeconds(room.Quick ? 0.3 : 2);
        var (database, file) = (await postgres.NewDatabaseAsync("minimal", cancellation), room.PathOf("minimal.db"));
        await MinimalQueue.PostgresAsync(postgres, database, 2, duration, cancellation);
        await MinimalQueue.SqliteAsync(file, 1, duration, cancellation);
        foreach (var connections in Counts(room))
        {
            Add($"minimal, PostgreSQL, {connections}", stop => MinimalQueue.PostgresAsync(postgres, database, connections, duration, stop));
            Add($"minimal, SQLite, {connections}", stop => MinimalQueue.SqliteAsync(file, connections, duration, stop));
        }
    }

    private async Task AddCeleryAsync(Room room, CancellationToken cancellation)
    {
        var nodes = new Dictionary<string, (int Processes, bool Results)> { ["two"] = (2, true), ["eight"] = (8, true) };
        if (!room.Quick)
        {
            nodes.Add("forgetful", (2, false));
        }

        if (await Celery.StartAsync(room, nodes, cancellation) is not { } celery)
        {
            return;
        }

        Own(celery);
        var tasks = room.Quick ? 1000 : 5000;
        Add("celery, 2", stop => celery.DrainAsync("two", tasks, stop));
        Add("celery, 8", stop => celery.DrainAsync("eight", tasks, stop));
        if (!room.Quick)
        {
            Add("celery, 2, results thrown away", stop => celery.DrainAsync("forgetful", tasks, stop), rounds: 3);
        }

        Add("celery, 2, from idle", async stop => Meter.Percentiles(await celery.PickupAsync("two", room.Quick ? 40 : 200, TimeSpan.FromMilliseconds(20), stop)), rounds: room.Quick ? 1 : 3);
    }

    private async Task AddEngineAsync(Room room, IEngineSide side, CancellationToken cancellation)
    {
        var name = side.Name;
        var plain = Own(await Engine.OpenAsync(await side.NewDatabaseAsync("plain", cancellation), cancellation));
        room.Say($"warming up on {name}");
        await EngineCases.WarmAsync(plain, room.Quick ? side.OldTransactionsAreOthers ? 3000 : 1000 : 20_000, cancellation);
        var (single, many) = room.Quick ? (800, 5000) : (6000, 40_000);
        foreach (var workers in Counts(room))
        {
            Add(Ours(name, $"{OneByOne}, {workers}"), stop => EngineCases.DrainAsync(plain, side.Cpu, workers, 1, single, stop));
            Add(Ours(name, $"{Batches}, {workers}"), stop => EngineCases.DrainAsync(plain, side.Cpu, workers, 100, many, stop));
        }

        if (!room.Quick)
        {
            Add(Ours(name, "exchanges alone, 8"), stop => EngineCases.ExchangeAsync(plain, side.Cpu, 8, 1, single, stop), rounds: 3);
        }

        Add(Ours(name, "from idle"), stop => EngineCases.PickupAsync(plain, null, room.Quick ? 40 : 200, stop));
        Add(Ours(name, "at 300/s"), stop => EngineCases.PickupAsync(plain, 300, room.Quick ? 300 : 1500, stop));
        Add(Ours(name, "chain of 1,000"), stop => EngineCases.ChainAsync(plain, 1000, stop), rounds: room.Quick ? 1 : 5);
        Add(Ours(name, "fan of 10,000"), stop => EngineCases.FanAsync(plain, 10_000, stop), rounds: room.Quick ? 1 : 5);
        Add(Ours(name, "graph of 100,000"), stop => EngineCases.GraphAsync(plain, 100_000, stop), rounds: room.Quick ? 1 : 3);
        await AddBurdensAsync(room, side, plain, single, many, cancellation);
    }

    private async Task AddBurdensAsync(Room room, IEngineSide side, Engine plain, int single, int many, CancellationToken cancellation)
    {
        var (tasks, turns) = room.Quick ? (QuickHistory, 2) : (FullHistory, 3);
        (int Most, int Count, string History, string Open)[] burdens =
            [.. (room.Quick ? [(Batches, 100, many)] : ((string, int, int)[])[(OneByOne, 1, single), (Batches, 100, many)])
                .Select(it => (it.Item2, it.Item3, Ours(side.Name, $"{it.Item1}, 8, {tasks:N0} tasks of history"), Ours(side.Name, $"{it.Item1}, 8, an old transaction open")))];
        if (burdens.Any(burden => room.Wants(burden.History)))
        {
            var rich = Own(await Engine.OpenAsync(await side.NewDatabaseAsync("history", cancellation), cancellation));
            await rich.FillHistoryAsync(tasks, part => room.Say($"filling {side.Name}'s history, {part:P0} of {tasks:N0} tasks"), cancellation);
            await side.SettleAsync(cancellation);
            foreach (var (most, count, history, _) in burdens)
            {
                Add(history, stop => EngineCases.BurdenAsync(plain, rich, most, count, turns, stop));
                wanted.Add(new Wanted(EngineCases.Share, history, Goal.Least(0.9)));
            }
        }

        if (burdens.Any(burden => room.Wants(burden.Open)))
        {
            var held = Own(await Engine.OpenAsync(await side.NewDatabaseAsync("held", cancellation), cancellation));
            var old = Own(await side.OldTransactionAsync("held", cancellation));
            foreach (var (most, count, _, open) in burdens)
            {
                Add(open, stop => old.WithIdAsync(() => EngineCases.BurdenAsync(plain, held, most, count, turns, stop), stop));
                if (side.OldTransactionsAreOthers)
                {
                    wanted.Add(new Wanted(EngineCases.Share, open, Goal.Least(0.9)));
                }
            }
        }
    }

    private async Task AddTollAsync(PostgresServer postgres, CancellationToken cancellation)
    {
        var address = await postgres.NewDatabaseAsync("toll", cancellation);
        foreach (var (how, workers, most, tasks) in ((string, int, int, int)[])[(OneByOne, 8, 1, 1000), (Batches, 1, 100, 5000)])
        {
            Add(Ours("PostgreSQL", $"{how}, {workers}, counted"), async stop =>
            {
                await using (var filler = await Engine.OpenAsync(DatabaseAddress.Parse(address).Value, stop))
                {
                    await filler.FillAsync(tasks, stop);
                }

                return await Toll.RunAsync(postgres, address, async () =>
                {
                    await using var engine = await Engine.OpenAsync(DatabaseAddress.Parse(address).Value, stop, lookOnly: true);
                    await using var crew = await Crew.StartAsync(engine, workers, most, stop);
                    await crew.WorkAsync(tasks, stop);
                    return tasks;
                }, stop);
            }, rounds: 1);
        }
    }

    private void AddGoals()
    {
        foreach (var (database, single, many) in ((string, double, double)[])[("PostgreSQL", 1500, 8000), ("SQLite", 2000, 20_000)])
        {
            wanted.Add(new Wanted(Meter.Rate, Ours(database, $"{OneByOne}, 8"), Goal.Least(single)));
            wanted.Add(new Wanted(Meter.Rate, Ours(database, $"{Batches}, 8"), Goal.Least(many)));
            wanted.Add(new Wanted("fan-in", Ours(database, "fan of 10,000"), Goal.Most(100)));
            wanted.Add(new Wanted("submitted in", Ours(database, "graph of 100,000"), Goal.Most(4)));
            foreach (var pickup in (string[])["from idle", "at 300/s"])
            {
                wanted.Add(new Wanted("p50", Ours(database, pickup), Goal.Most(5)));
                wanted.Add(new Wanted("p99", Ours(database, pickup), Goal.Most(25)));
            }

            ratios.Insert(0, new Ratio(Meter.Rate, Ours(database, $"{OneByOne}, 8"), $"minimal, {database}, 8"));
            ratios.Insert(0, new Ratio(Meter.Rate, Ours(database, $"{OneByOne}, 8"), "celery, 8", database == "PostgreSQL" ? Goal.Least(1.6) : null));
            ratios.Insert(0, new Ratio(Meter.Rate, Ours(database, $"{OneByOne}, 8"), "celery, 2", database == "PostgreSQL" ? Goal.Least(1.6) : null));
        }
    }
}
