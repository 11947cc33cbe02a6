namespace Tidemark.Bench;

/// <summary>Where things lie that were built with this program.</summary>
internal static class Places
{
    private static readonly string Artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>In the source tree, because a temporary folder often lies in memory, where an fsync costs nothing.</summary>
    public static string Default => Path.Combine(Artifacts, "bench");

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    public static string Program(string project) => Path.Combine(Artifacts, "bin", project, Configuration, project) is var path && File.Exists(path)
        ? path
        : throw new BenchmarkBroke($"There is no {path}. Start with ./tidemark bench, which builds it.");

    /// <summary>A program on the machine, or null.</summary>
    public static string? Installed(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

/// <summary>A side could not be run; the message is for the person.</summary>
internal sealed class BenchmarkBroke(string message) : Exception(message);
