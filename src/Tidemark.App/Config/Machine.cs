using System.Globalization;

namespace Tidemark.App.Config;

/// <summary>What this machine has, or the container that we run in.</summary>
public static class Machine
{
    private const string Information = "/proc/meminfo";

    // Version 2 and version 1 (Linux, "Control Group v2", memory.max; "memory.limit_in_bytes").
    private static readonly string[] Limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    /// <summary>Bytes of memory that there are for us.</summary>
    public static long Memory { get; } = Limits.Select(ReadLimit).Append(ReadTotal()).Min();

    private static long ReadLimit(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;

    private static long ReadTotal()
    {
        var line = File.ReadLines(Information).First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
