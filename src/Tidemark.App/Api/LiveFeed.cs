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
    private readonly Lock gate = new();
    private readonly LiveEvent?[] kept = new LiveEvent?[Kept];
    private readonly List<Channel<LiveEvent>> listeners = [];
    private long number;

    /// <summary>Names this run of the node: numbers of another run say nothing here.</summary>
    public string Run { get; } = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    public static IReadOnlyList<string> Topics { get; } = ["sources", "frames", "timelapses"];

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
                if (!listener.Writer.TryWrite(happening))
                {
                    listener.Writer.TryComplete();
                    listeners.Remove(listener);
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
            var channel = Channel.CreateBounded<LiveEvent>(Kept);
            listeners.Add(channel);
            return new LiveListening(number, missed is not null, missed ?? [], channel.Reader, () => Forget(channel));
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

    private void Forget(Channel<LiveEvent> channel)
    {
        lock (gate)
        {
            listeners.Remove(channel);
        }
    }
}

/// <summary>A listener's place in the feed.</summary>
/// <param name="Number">The last number given when it began.</param>
/// <param name="Resumed">False: something may have been missed.</param>
public sealed record LiveListening(long Number, bool Resumed, IReadOnlyList<LiveEvent> Missed, ChannelReader<LiveEvent> Next, Action Forget) : IDisposable
{
    public void Dispose() => Forget();
}
