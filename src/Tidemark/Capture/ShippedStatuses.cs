using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>How the last polls ended, on their way into the database: what changed goes at once, that it is still so with the minute.</summary>
internal sealed class ShippedStatuses(SourceStore sources)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SourceStatus> last = new(StringComparer.Ordinal);
    private Dictionary<string, SourceStatus> changed = new(StringComparer.Ordinal);
    private Dictionary<string, SourceStatus> same = new(StringComparer.Ordinal);

    /// <returns>True where it says something else than the one before.</returns>
    public bool Note(string source, SourceStatus status)
    {
        lock (gate)
        {
            var news = !last.TryGetValue(source, out var before) || before with { At = status.At } != status;
            last[source] = status;
            if (news || changed.ContainsKey(source))
            {
                same.Remove(source);
                changed[source] = status;
            }
            else
            {
                same[source] = status;
            }

            return news;
        }
    }

    public async Task ShipAsync(bool all, CancellationToken cancellation)
    {
        Dictionary<string, SourceStatus> now;
        lock (gate)
        {
            (now, changed) = (changed, new(StringComparer.Ordinal));
            foreach (var (source, status) in all ? same : [])
            {
                now[source] = status;
            }

            same = all ? new(StringComparer.Ordinal) : same;
        }

        if (now.Count == 0)
        {
            return;
        }

        try
        {
            await sources.SetStatusesAsync(now, cancellation);
        }
        catch
        {
            lock (gate)
            {
                foreach (var (source, status) in now.Where(one => !same.ContainsKey(one.Key)))
                {
                    changed.TryAdd(source, status);
                }
            }

            throw;
        }
    }
}
