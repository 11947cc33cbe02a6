using System.Globalization;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>A memory cgroup of its own for a test (version 1 or 2), which only root may make: who needs more is killed.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string folder;
    private readonly bool first;

    private MemoryGroup(string folder, bool first) => (this.folder, this.first) = (folder, first);

    /// <summary>Skips the test where no such group can be made.</summary>
    public static MemoryGroup Of(long bytes)
    {
        var first = Directory.Exists("/sys/fs/cgroup/memory");
        var group = new MemoryGroup($"/sys/fs/cgroup/{(first ? "memory/" : "")}tidemark-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}", first);
        try
        {
            Directory.CreateDirectory(group.folder);
            group.Write(first ? "memory.limit_in_bytes" : "memory.max", bytes.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"A memory cgroup cannot be made here: {error.Message}");
        }

        return group;
    }

    /// <summary>The command, run inside.</summary>
    public IReadOnlyList<string> Inside(params IReadOnlyList<string> command) => ["/bin/sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", folder, .. command];

    /// <summary>How many were killed for want of memory.</summary>
    public int Killed => int.Parse(File.ReadLines(Path.Combine(folder, first ? "memory.oom_control" : "memory.events")).Single(line => line.StartsWith("oom_kill ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(folder);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);
}
