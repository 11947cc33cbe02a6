using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace Tidemark.App.Api;

/// <summary>
/// What happens, numbered without gaps within a run of the node, with the last thousand kept: who was away for a moment
/// gets what it missed, who was away for longer is told to fetch everything anew.
/// </summary>
public sealed class LiveFeed(TimeProvider time)
{
    private const int Kept = 1024;

    // A page that is loaded again, or a line that was cut, is back by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly LiveEvent?[] kept = new LiveEvent?[Kept];
    private readonly List<Listener> listeners = [];
    private long number;
    private long? leftAt;

    /// <summary>Names this run of the node: numbers of another run say nothing here.</summary>
    public string Run { get; } = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public static IReadOnlyList<string> Topics { get; } = ["sources", "frames", "timelapses", "jobs", "nodes", LiveDisk.Topic];

    public bool HasListeners
    {
        get
        {
            lock (gate)
            {
                return listeners.Count > 0;
            }
        }
    }

    /// <summary>
    /// True where nobody has listened for so long that what happens need not even be looked up; whoever comes back fetches
    /// everything anew.
    /// </summary>
    public bool Skip()
    {
        lock (gate)
        {
            if (listeners.Count > 0 || (leftAt is { } left && time.GetElapsedTime(left) < Patience))
            {
                return false;
            }

            number += Kept + 1;
            return true;
        }
    }

    /// <summary>Something happened that cannot be told: everybody is let go, and fetches everything anew.</summary>
    public void Break()
    {
        lock (gate)
        {
            number += Kept + 1;
            foreach (var listener in listeners)
            {
                _ = listener.LetGo.CancelAsync();
            }

            listeners.Clear();
        }
    }

    public void Publish<T>(string topic, T data, JsonTypeInfo<T> shape)
    {
        var element = JsonSerializer.SerializeToElement(data, shape);
        lock (gate)
        {
            var happening = new LiveEvent(++number, topic, time.GetUtcNow(), element);
            kept[happening.Number % Kept] = happening;
            foreach (var listener in listeners.ToArray())
            {
                // One that does not keep up is let go; it comes back and resumes.
                if (!listener.Events.Writer.TryWrite(happening))
                {
                    listeners.Remove(listener);
                    _ = listener.LetGo.CancelAsync();
                }
            }
        }
    }

    /// <summary>
    /// Listens from <paramref name="after"/> (<c>RUN-NUMBER</c>) on. What was missed comes first, without a gap before what
    /// comes next.
    /// </summary>
    public LiveListening Listen(string? after)
    {
        lock (gate)
        {
            var missed = Missed(after);
            var listener = new Listener(Channel.CreateBounded<LiveEvent>(Kept), new CancellationTokenSource());
            listeners.Add(listener);
            return new LiveListening(number, missed is not null, missed ?? [], listener.Events.Reader, () => Forget(listener), listener.LetGo.Token);
        }
    }

    private List<LiveEvent>? Missed(string? after)
    {
        var dash = after?.LastIndexOf('-') ?? -1;
        if (dash < 0 || after![..dash] != Run || !long.TryParse(after.AsSpan(dash + 1), out var seen) || seen > number || seen < 0 || number - seen > Kept)
        {
            return null;
        }

        var missed = new List<LiveEvent>();
        for (var next = seen + 1; next <= number; next++)
        {
            missed.Add(kept[next % Kept]!);
        }

        return missed;
    }

    private void Forget(Listener listener)
    {
        lock (gate)
        {
            listeners.Remove(listener);
            leftAt = time.GetTimestamp();
        }
    }

    // The source is never disposed: it has no timer, and publishing may cancel it while its listener leaves.
    private sealed record Listener(Channel<LiveEvent> Events, CancellationTokenSource LetGo);
}

/// <summary>A listener's place in the feed.</summary>
/// <param name="Number">The last number given when it began.</param>
/// <param name="Resumed">False: something may have been missed.</param>
/// <param name="LetGo">Cancelled when it did not keep up; nothing comes any more.</param>
public sealed record LiveListening(long Number, bool Resumed, IReadOnlyList<LiveEvent> Missed, ChannelReader<LiveEvent> Next, Action Forget, CancellationToken LetGo) : IDisposable
{
    public void Dispose() => Forget();
}
