using System.Diagnostics;
using System.Globalization;

namespace Tidemark.Bench;

/// <summary>What the figures were measured on.</summary>
/// <param name="Cpu">Model.</param>
/// <param name="MemoryBytes">All of it.</param>
/// <param name="Load">Average of the minute before the start: what else the machine was doing.</param>
/// <param name="FsyncMilliseconds">Median of a 4 KiB append and fsync in the folder that is measured in.</param>
internal sealed record Machine(string Cpu, int Cores, long MemoryBytes, string Kernel, string Runtime, double Load, string FileSystem, double FsyncMilliseconds)
{
    private const int Tries = 25;

    public static Machine Describe(string folder)
    {
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        return new Machine(
            Line("/proc/cpuinfo", "model name") ?? "unknown", Environment.ProcessorCount,
            long.Parse(Line("/proc/meminfo", "MemTotal")?.Split(' ')[0] ?? "0", CultureInfo.InvariantCulture) * 1024,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Environment.Version.ToString(), load, FileSystemOf(folder), Fsync(folder));
    }

    public override string ToString() =>
        $"{Cpu}, {Cores} cores, {MemoryBytes / (double)(1 << 30):0.#} GiB, Linux {Kernel}, .NET {Runtime}, {FileSystem} with fsync in {FsyncMilliseconds:0.00} ms, load {Load:0.0}";

    private static string? Line(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();

    private static string FileSystemOf(string folder) => File.ReadLines("/proc/mounts").Select(line => line.Split(' '))
        .Where(mount => folder == mount[1] || mount[1] == "/" || folder.StartsWith(mount[1] + "/", StringComparison.Ordinal))
        .MaxBy(mount => mount[1].Length)?[2] ?? "unknown";

    private static double Fsync(string folder)
    {
        var path = Path.Combine(folder, "fsync");
        var times = new List<double>();
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
        {
            var block = new byte[4096];
            for (var i = 0; i < Tries; i++)
            {
                var start = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return Spread.Of(times).Median;
    }
}
