using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Tidemark.Media;

/// <summary>The programs that media work is done with.</summary>
public enum MediaTool
{
    Ffmpeg,
    Ffprobe,
    Jpegtran,
}

/// <summary>Configured places of tools; null: looked for on <c>PATH</c>.</summary>
public sealed record ToolPaths(string? Ffmpeg = null, string? Ffprobe = null, string? Jpegtran = null);

/// <summary>
/// The one door to ffmpeg and its kin: where the tools lie, where their scratch folders go, which clock their limits go by.
/// Tools are looked for at each use, so that one installed while the node runs is found.
/// </summary>
public sealed partial class MediaTools
{
    private readonly ToolPaths configured;

    /// <param name="scratchRoot">Folder for the scratch folders of runs; made when it is missing.</param>
    /// <param name="time">Clock of stall and wall limits.</param>
    /// <param name="configured">Places from the configuration.</param>
    public MediaTools(string scratchRoot, TimeProvider time, ToolPaths? configured = null)
    {
        ScratchRoot = Path.GetFullPath(scratchRoot);
        Time = time;
        this.configured = configured ?? new ToolPaths();
    }

    private readonly ConcurrentDictionary<(string Path, DateTime Changed), string> versions = new();

    /// <summary>Folder under which every run gets its own.</summary>
    public string ScratchRoot { get; }

    internal TimeProvider Time { get; }

    /// <summary>The absolute path of a tool, or <see cref="FailureKind.Infrastructure"/> <c>tool_missing</c> with the mend.</summary>
    public Result<string> Find(MediaTool tool)
    {
        var name = Name(tool);
        if (Configured(tool) is { } path)
        {
            return IsExecutable(path)
                ? Path.GetFullPath(path)
                : Missing($"{name} is configured as {path}, where no program lies.", $"Correct the path, or take it out of the configuration and run: {Mend(tool)}");
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(folder, name);
            if (Path.IsPathRooted(folder) && IsExecutable(candidate))
            {
                return candidate;
            }
        }

        return Missing($"{name} is not installed: it is in no folder of PATH.", $"Run: {Mend(tool)}");
    }

    /// <summary>The version a tool says it has, e.g. <c>5.1.9</c>. It is run for that (some 50 ms) once, and again when its file has changed.</summary>
    public async Task<Result<string>> VersionAsync(MediaTool tool, CancellationToken cancel)
    {
        if (!Find(tool).TryGet(out var path, out var failure))
        {
            return failure;
        }

        try
        {
            var file = (path, File.GetLastWriteTimeUtc(path));
            if (versions.TryGetValue(file, out var known))
            {
                return known;
            }

            if (!(await AskVersionAsync(tool, path, cancel)).TryGet(out var version, out failure))
            {
                return failure;
            }

            return versions[file] = version;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, ScratchRoot);
        }
    }

    private async Task<Result<string>> AskVersionAsync(MediaTool tool, string path, CancellationToken cancel)
    {
        using var scratch = Scratch.Create(this);
        var said = new System.Text.StringBuilder();
        var command = new ToolCommand(path, ["-version"], scratch.Folder) { Limits = ToolLimits.Brief };
        var asked = await Tool.RunAsync(command, Time, line => { said.AppendLine(line); return true; }, cancel);
        if (!asked.TryGet(out var run, out var failure))
        {
            return failure;
        }

        // jpegtran has no option that only prints its version: it prints it to stderr, then waits for a picture and finds none.
        var match = VersionPattern().Match(said.ToString() + run.StandardError);
        return match.Success
            ? match.Groups["version"].Value
            : new Failure(FailureKind.Infrastructure, "tool_broken", $"{Name(tool)} does not say its version.", $"Run: {Mend(tool)}");
    }

    private string? Configured(MediaTool tool) => tool switch
    {
        MediaTool.Ffmpeg => configured.Ffmpeg,
        MediaTool.Ffprobe => configured.Ffprobe,
        _ => configured.Jpegtran,
    };

    private static string Name(MediaTool tool) => tool switch
    {
        MediaTool.Ffmpeg => "ffmpeg",
        MediaTool.Ffprobe => "ffprobe",
        _ => "jpegtran",
    };

    private static string Mend(MediaTool tool) =>
        tool == MediaTool.Jpegtran ? "apt-get install libjpeg-turbo-progs" : "apt-get install ffmpeg";

    private static Failure Missing(string message, string mend) => new(FailureKind.Infrastructure, "tool_missing", message, mend);

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;

    [GeneratedRegex(@"version\s+n?(?<version>[0-9]+(\.[0-9]+)+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionPattern();
}
