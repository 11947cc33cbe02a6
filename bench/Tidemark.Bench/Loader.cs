using System.Diagnostics;
using System.Net;

namespace Tidemark.Bench;

/// <summary>A place to ask, and the request for it, ready to be sent.</summary>
internal sealed record Target(IPEndPoint Server, byte[] Request);

/// <summary>Keeps several connections busy for a while.</summary>
internal static class Loader
{
    private const int Connections = 8;

    /// <summary>Requests a second, and the latencies that half and 99 % of them stay under.</summary>
    public static async Task<IReadOnlyList<Measure>> RunAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => KeepAskingAsync(target, start, duration, cancellation), cancellation)));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var sorted = times.SelectMany(time => time).Order().ToArray();
        return [new("requests", sorted.Length / elapsed, "1/s"), new("p50", sorted[sorted.Length / 2], "ms"), new("p99", sorted[(int)(sorted.Length * 0.99)], "ms")];
    }

    /// <summary>A browser's first visit: the document on a new connection, then what it names, each on a connection of its own.</summary>
    public static async Task<IReadOnlyList<Measure>> VisitAsync(Target document, IReadOnlyList<Target> assets, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var line = new HttpLine();
        await line.ConnectAsync(document.Server, cancellation);
        var (_, firstByte) = await line.AskAsync(document.Request, cancellation);
        await Task.WhenAll(assets.Select(async asset =>
        {
            using var own = new HttpLine();
            await own.ConnectAsync(asset.Server, cancellation);
            await own.AskAsync(asset.Request, cancellation);
        }));
        return [new("first byte", Stopwatch.GetElapsedTime(start, firstByte).TotalMilliseconds, "ms"), new("everything", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms")];
    }

    private static async Task<List<double>> KeepAskingAsync(Target target, long start, TimeSpan duration, CancellationToken cancellation)
    {
        var times = new List<double>();
        using var line = new HttpLine();
        await line.ConnectAsync(target.Server, cancellation);
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var asked = Stopwatch.GetTimestamp();
            await line.AskAsync(target.Request, cancellation);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        return times;
    }
}
