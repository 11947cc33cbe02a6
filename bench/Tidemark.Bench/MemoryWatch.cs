using System.Globalization;

namespace Tidemark.Bench;

/// <summary>The most memory that this process and any one of its descendants had resident while something ran (<c>VmHWM</c>, proc(5)).</summary>
internal static class MemoryWatch
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it; gives its own and its largest descendant's peak, in bytes.</summary>
    public static async Task<(long Own, long Child)> OfAsync(Func<Task> work, CancellationToken cancellation)
    {
        GC.Collect();
        // Writing 5 makes the peak begin anew from what is resident now.
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5", cancellation);
        var running = work();
        long child = 0;
        while (!running.IsCompleted)
        {
            child = Math.Max(child, LargestDescendant());
            await Task.WhenAny(running, Task.Delay(Every, TimeProvider.System, cancellation));
        }

        await running;
        return (Peak("/proc/self/status").Bytes, child);
    }

    private static long LargestDescendant()
    {
        var all = Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Select(path => (Id: int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), Peak: Peak(Path.Combine(path, "status")))).ToDictionary(one => one.Id, one => one.Peak);
        bool Ours(int id) => all.TryGetValue(id, out var it) && (it.Parent == Environment.ProcessId || (it.Parent > 1 && Ours(it.Parent)));
        return all.Where(one => Ours(one.Key)).Select(one => one.Value.Bytes).DefaultIfEmpty().Max();
    }

    private static (int Parent, long Bytes) Peak(string status)
    {
        try
        {
            var (parent, peak) = (0, 0L);
            foreach (var line in File.ReadLines(status))
            {
                if (line.StartsWith("PPid:", StringComparison.Ordinal))
                {
                    parent = int.Parse(line.AsSpan(5).Trim(), CultureInfo.InvariantCulture);
                }
                else if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                {
                    peak = long.Parse(line.AsSpan(6, line.Length - 8).Trim(), CultureInfo.InvariantCulture) * 1024;
                }
            }

            return (parent, peak);
        }
        catch (IOException)
        {
            // It has just ended.
            return default;
        }
    }
}
