using System.Diagnostics;
using Tidemark.Jobs;

namespace Tidemark.Bench.Jobs;

/// <summary>What is measured of the engine, on whichever database.</summary>
internal static class EngineCases
{
    /// <summary>What of the plain database's rate is left.</summary>
    public const string Share = "of the plain rate";

    /// <summary>Until the runtime has compiled what it runs for the last time: cold, a task costs three times the processor time.</summary>
    public static async Task WarmAsync(Engine engine, int tasks, CancellationToken cancellation)
    {
        await DrainAsync(engine, () => null, 8, 1, tasks, cancellation);
        await DrainAsync(engine, () => null, 4, 100, tasks * 4, cancellation);
        await PickupAsync(engine, 300, tasks / 20, cancellation);
    }

    /// <summary>The queue is filled first; then workers do all of it.</summary>
    /// <param name="most">How many tasks each runs at a time.</param>
    public static async Task<IReadOnlyList<Measure>> DrainAsync(Engine engine, Func<TimeSpan?> server, int workers, int most, int tasks, CancellationToken cancellation)
    {
        await using var crew = await Crew.StartAsync(engine, workers, most, cancellation);
        await crew.DrainAsync(workers * most, cancellation);
        var (theirs, ours) = (server(), Environment.CpuUsage.TotalTime);
        // Filling is in the processor time, but not in the time.
        var elapsed = await crew.DrainAsync(tasks, cancellation);
        ours = Environment.CpuUsage.TotalTime - ours;
        return Meter.Measures(tasks, elapsed, ours, server() - theirs);
    }

    /// <summary>The same work in turns in a plain database and in a burdened one, so that what disturbs the machine falls on both.</summary>
    public static async Task<IReadOnlyList<Measure>> BurdenAsync(Engine plain, Engine burdened, int most, int tasks, int turns, CancellationToken cancellation)
    {
        await using var here = await Crew.StartAsync(plain, 8, most, cancellation);
        await using var there = await Crew.StartAsync(burdened, 8, most, cancellation);
        await here.DrainAsync(8 * most, cancellation);
        // Its connections have no plans yet, which would be most of a short run's difference.
        await there.DrainAsync(tasks, cancellation);
        var (times, shares) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < turns; turn++)
        {
            var first = await (turn % 2 == 0 ? here : there).DrainAsync(tasks, cancellation);
            var second = await (turn % 2 == 0 ? there : here).DrainAsync(tasks, cancellation);
            var (light, heavy) = turn % 2 == 0 ? (first, second) : (second, first);
            times.Add(tasks / heavy.TotalSeconds);
            shares.Add(light / heavy);
        }

        return [new(Meter.Rate, Spread.Of(times).Median, "1/s"), new(Share, Spread.Of(shares).Median, "×")];
    }

    /// <summary>The engine's transactions alone, without signals, heartbeats and handlers.</summary>
    public static async Task<IReadOnlyList<Measure>> ExchangeAsync(Engine engine, Func<TimeSpan?> server, int workers, int batch, int tasks, CancellationToken cancellation)
    {
        await engine.FillAsync(tasks, cancellation);
        return await Meter.RunAsync(server, async () => await engine.DrainAsync(workers, batch, cancellation) is var done && done == tasks ? done : throw new BenchmarkBroke($"{done} tasks were done instead of {tasks}."));
    }

    /// <summary>One task after another: each is released by the one before it.</summary>
    public static async Task<IReadOnlyList<Measure>> ChainAsync(Engine engine, int tasks, CancellationToken cancellation)
    {
        TaskSpec[] chain = [.. Enumerable.Range(1, tasks).Select(number => number == 1 ? Engine.Nothing("task-1") : Engine.Nothing($"task-{number}", $"task-{number - 1}"))];
        await using var crew = await Crew.StartAsync(engine, 1, 1, cancellation);
        await crew.DrainAsync(1, cancellation);
        var elapsed = await crew.SubmitAsync(chain, cancellation);
        return [new(Meter.Rate, tasks / elapsed.TotalSeconds, "1/s")];
    }

    /// <summary>From before a task is submitted until its handler begins: to idle workers, and at a steady rate.</summary>
    public static async Task<IReadOnlyList<Measure>> PickupAsync(Engine engine, int? rate, int tasks, CancellationToken cancellation)
    {
        await using var crew = await Crew.StartAsync(engine, 2, 8, cancellation);
        await crew.DrainAsync(100, cancellation);
        return Meter.Percentiles(rate is { } steady
            ? await crew.SteadilyAsync(steady, TimeSpan.FromSeconds(tasks / (double)steady), cancellation)
            : await crew.PickupAsync(tasks, TimeSpan.FromMilliseconds(20), cancellation));
    }

    /// <summary>One task, then many, then one: how long one completion takes that releases many, and the one that releases what waited for many.</summary>
    public static async Task<IReadOnlyList<Measure>> FanAsync(Engine engine, int wide, CancellationToken cancellation)
    {
        const int Batch = 100;
        string[] middle = [.. Enumerable.Range(1, wide).Select(number => $"middle-{number}")];
        await engine.SubmitAsync([Engine.Nothing("first"), .. middle.Select(name => Engine.Nothing(name, "first")), Engine.Nothing("last", middle)], cancellation);
        var node = await engine.RegisterAsync("fan", cancellation);
        var first = await engine.ExchangeAsync(node, [], LanePlace.Beginning, 1, cancellation);
        var start = Stopwatch.GetTimestamp();
        var held = (await engine.ExchangeAsync(node, first.Claimed, LanePlace.Beginning, 1, cancellation)).Claimed;
        var release = Stopwatch.GetElapsedTime(start);
        var (done, gather) = (1, TimeSpan.Zero);
        for (start = Stopwatch.GetTimestamp(); held.Count > 0; done += held.Count, held = await NextAsync())
        {
        }

        return done == wide + 2
            ? [new("release", release.TotalMilliseconds, "ms"), new("fan-in", gather.TotalMilliseconds, "ms"), new(Meter.Rate, wide / Stopwatch.GetElapsedTime(start).TotalSeconds, "1/s")]
            : throw new BenchmarkBroke($"{done} tasks of a fan were done instead of {wide + 2}.");

        async Task<IReadOnlyList<Lease>> NextAsync()
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await engine.ExchangeAsync(node, held, LanePlace.Beginning, Math.Min(Batch, Math.Max(1, wide - done)), cancellation);
            gather = answer.Claimed is [{ Name: "last" }] ? Stopwatch.GetElapsedTime(asked) : gather;
            return answer.Claimed;
        }
    }

    /// <summary>Layers of a thousand tasks, each waiting for two of the layer before.</summary>
    public static async Task<IReadOnlyList<Measure>> GraphAsync(Engine engine, int tasks, CancellationToken cancellation)
    {
        const int Layer = 1000;
        TaskSpec[] graph = [.. Enumerable.Range(0, tasks).Select(i => i < Layer
            ? Engine.Nothing($"task-{i}")
            : Engine.Nothing($"task-{i}", $"task-{i - Layer}", $"task-{i - Layer + (i % Layer == 0 ? Layer - 1 : -1)}"))];
        var start = Stopwatch.GetTimestamp();
        await engine.SubmitAsync(graph, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(start);
        await engine.EmptyAsync(cancellation);
        return [new("submitted in", elapsed.TotalSeconds, "s")];
    }
}
