namespace Tidemark.Simulator;

/// <summary>How often each path was asked for, faults included. Thread-safe.</summary>
/// <param name="byFolder">Pictures are counted by their folder, <c>/sites/SITE/frames</c>: thousands of sites would fill the memory with paths.</param>
public sealed class RequestCounts(bool byFolder = false)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<(string Path, int Count, TaskCompletionSource Reached)> waiting = [];

    /// <summary>Requests for this path, without its query.</summary>
    public int this[string asked]
    {
        get
        {
            lock (gate)
            {
                return counts.GetValueOrDefault(Counted(asked));
            }
        }
    }

    /// <summary>Every path asked for so far.</summary>
    public IReadOnlyDictionary<string, int> ByPath
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<string, int>(counts, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Ends when the path has been asked for this often; at once where it has been.</summary>
    public Task ReachesAsync(string asked, int count, CancellationToken cancellation)
    {
        var path = Counted(asked);
        lock (gate)
        {
            if (counts.GetValueOrDefault(path) >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((path, count, reached));
            return reached.Task.WaitAsync(cancellation);
        }
    }

    internal void Count(string asked)
    {
        var path = Counted(asked);
        lock (gate)
        {
            var count = counts[path] = counts.GetValueOrDefault(path) + 1;
            waiting.RemoveAll(one => one.Path == path && count >= one.Count && one.Reached.TrySetResult());
        }
    }

    private string Counted(string path) => byFolder && path.IndexOf("/frames/", StringComparison.Ordinal) is > 0 and var end ? path[..(end + "/frames".Length)] : path;
}
