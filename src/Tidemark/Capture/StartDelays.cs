namespace Tidemark.Capture;

/// <summary>How long after their slots polls begin: the honest sign of whether this machine keeps up.</summary>
public sealed class StartDelays(TimeProvider time)
{
    /// <summary>A poll that begins later than this is late: there is more to do than can be done.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    // So long after a late one, capture counts as pressed.
    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly long[] counts = new long[Bounds.Count + 1];
    private double sum;
    private long? lateAt;

    /// <summary>Upper bounds of the delays that are counted together, in seconds.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>True for a minute after a poll that began late: what can wait gives way.</summary>
    public bool Pressed
    {
        get
        {
            lock (gate)
            {
                return lateAt is { } at && time.GetElapsedTime(at) < Lasting;
            }
        }
    }

    /// <summary>A slot's poll begins.</summary>
    public void Began(TimeSpan after)
    {
        var seconds = Math.Max(0, after.TotalSeconds);
        var place = 0;
        while (place < Bounds.Count && seconds > Bounds[place])
        {
            place++;
        }

        lock (gate)
        {
            counts[place]++;
            sum += seconds;
            lateAt = after > Late ? time.GetTimestamp() : lateAt;
        }
    }

    /// <summary>How many began within each bound and not within the one before, and last those after all of them; and the seconds of all.</summary>
    public (IReadOnlyList<long> Counts, double Sum) Read()
    {
        lock (gate)
        {
            return ([.. counts], sum);
        }
    }
}
