namespace Tidemark.Media;

/// <summary>One run of a tool, to be started.</summary>
/// <param name="Path">Absolute path of the program (<see cref="MediaTools.Find"/>).</param>
/// <param name="Arguments">Its arguments, one by one; no shell reads them.</param>
/// <param name="Folder">Working folder, <c>HOME</c> and <c>TMPDIR</c> of the tool: the run's <see cref="Scratch"/>.</param>
public sealed record ToolCommand(string Path, IReadOnlyList<string> Arguments, string Folder)
{
    /// <summary>Default <see cref="ToolLimits.Default"/>.</summary>
    public ToolLimits Limits { get; init; } = ToolLimits.Default;

    /// <summary>Asked when nothing was told for as long as <see cref="ToolLimits.Stall"/>: whether something moved all the same. Null: nothing did.</summary>
    public Func<bool>? Moves { get; init; }

    /// <summary>Variables that it sees beside PATH, HOME, TMPDIR and LANG; ours it never sees.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a run ended by itself. A tool that says no is no failure yet: what its status means, its caller knows.</summary>
/// <param name="Status">Exit status as a shell tells it: 0 to 255; 128 + n for a tool that signal n killed.</param>
/// <param name="StandardError">The last 64 KiB of what it said there.</param>
/// <param name="Took">From start to end.</param>
public sealed record ToolRun(int Status, string StandardError, TimeSpan Took)
{
    /// <summary>The signal that killed the tool; null where it ended by itself.</summary>
    public int? Signal => Status is > 128 and < 160 ? Status - 128 : null;
}
