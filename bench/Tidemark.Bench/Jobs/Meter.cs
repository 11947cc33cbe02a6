using System.Diagnostics;

namespace Tidemark.Bench.Jobs;

/// <summary>Tasks a second, and what a task costs.</summary>
internal static class Meter
{
    public const string Rate = "tasks/s", Cpu = "cpu/task", ServerCpu = "server's cpu/task";

    /// <param name="server">Reads the server's processor time so far; null where there is no server, or it is not ours to look at.</param>
    /// <param name="run">Gives how many tasks it did.</param>
    public static async Task<IReadOnlyList<Measure>> RunAsync(Func<TimeSpan?> server, Func<Task<int>> run)
    {
        var (theirs, ours, start) = (server(), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var tasks = await run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return Measures(tasks, elapsed, Environment.CpuUsage.TotalTime - ours, server() - theirs);
    }

    public static IReadOnlyList<Measure> Measures(int tasks, TimeSpan elapsed, TimeSpan ours, TimeSpan? server)
    {
        var measures = new List<Measure> { new(Rate, tasks / elapsed.TotalSeconds, "1/s"), new(Cpu, ours.TotalMilliseconds / tasks, "ms") };
        if (server is { } theirs)
        {
            measures.Add(new Measure(ServerCpu, theirs.TotalMilliseconds / tasks, "ms"));
        }

        return measures;
    }

    /// <summary>The waits that half and 99 % stay under.</summary>
    public static IReadOnlyList<Measure> Percentiles(IReadOnlyList<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return [new("p50", sorted[sorted.Length / 2], "ms"), new("p99", sorted[(int)(sorted.Length * 0.99)], "ms")];
    }
}
