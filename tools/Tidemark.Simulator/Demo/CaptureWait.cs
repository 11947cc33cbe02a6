using System.Net.WebSockets;
using System.Text.Json;

namespace Tidemark.Simulator.Demo;

/// <summary>Waits until the node has captured every frame that the sites list, as the node itself tells it.</summary>
internal sealed class CaptureWait(NodeClient node, IReadOnlyList<string> sources, DateTimeOffset from, DateTimeOffset to, int perSource, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HashSet<(string Source, DateTimeOffset Time)> captured = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);

    /// <exception cref="DemoFailure">Nothing moved for half a minute, or the node went away.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stalled = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stalled.Token);
        var total = perSource * sources.Count;
        using var bar = new ProgressLine("frames", total, time);
        try
        {
            await foreach (var message in node.LiveAsync(["frames", "sources"], either.Token))
            {
                var before = captured.Count;
                await TakeAsync(message, either.Token);
                if (captured.Count > before)
                {
                    stalled.CancelAfter(Patience);
                    bar.Show(captured.Count);
                }

                if (captured.Count == total)
                {
                    return total;
                }
            }
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new DemoFailure($"No new frame for {Patience.TotalSeconds:F0} s: {captured.Count} of {total} captured.{await StatesAsync(cancellation)}");
        }
        catch (Exception error) when (error is WebSocketException or HttpRequestException)
        {
            throw new DemoFailure($"The node does not answer: {error.Message}");
        }

        throw new DemoFailure("The node closed the connection.");
    }

    private async Task TakeAsync(JsonElement message, CancellationToken cancellation)
    {
        switch (message.GetProperty("type").GetString())
        {
            case "hello":
                // What was captured before the connection stood; the rest is told.
                foreach (var source in sources)
                {
                    var page = await node.GetAsync($"sources/{source}/frames?limit=1000&order=asc", cancellation);
                    foreach (var frame in page.GetProperty("frames").EnumerateArray())
                    {
                        Count(frame);
                    }
                }

                break;
            case "event" when message.GetProperty("topic").GetString() == "frames":
                Count(message.GetProperty("data"));
                break;
            case "event":
                Warn(message.GetProperty("data"));
                break;
        }
    }

    private void Count(JsonElement frame)
    {
        var taken = frame.GetProperty("time").GetDateTimeOffset();
        if (taken >= from && taken < to)
        {
            captured.Add((frame.GetProperty("source").GetString()!, taken));
        }
    }

    private void Warn(JsonElement source)
    {
        if (Trouble(source) is { } trouble && told.Add(trouble))
        {
            Console.Error.WriteLine($"  {trouble}");
        }
    }

    private async Task<string> StatesAsync(CancellationToken cancellation)
    {
        var all = await node.GetAsync("sources", cancellation);
        return string.Concat(all.GetProperty("sources").EnumerateArray().Select(Trouble).OfType<string>().Select(trouble => $"\n  {trouble}"));
    }

    // A poll that brought some frames and not all is ok, and has a message too.
    private static string? Trouble(JsonElement source) =>
        source.TryGetProperty("status", out var status) && status.GetProperty("message").GetString() is { } message
            ? $"{source.GetProperty("id").GetString()}: {message}"
            : null;
}
