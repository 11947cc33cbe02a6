namespace Tidemark;

/// <summary>The one place that turns errors of the file system into our failures.</summary>
public static class DiskFailures
{
    // .NET puts errno into the low bits of HResult for plain IOExceptions; ENOSPC 28, EDQUOT 122, EROFS 30, EFBIG 27.
    private const int NoSpace = 28, Quota = 122, ReadOnly = 30;
    private const int NoEntry = 2, Exists = 17, NotFolder = 20, IsFolder = 21, TooLong = 36;

    /// <summary>Raised, on the thread that met it, when somebody was told that a disk is full: who watches it looks at once.</summary>
    public static event Action? MetFull;

    /// <summary>The code where the path itself is the fault, and the disk is well.</summary>
    public const string BadPath = "bad_path";

    /// <summary>Resource <c>disk_full</c>; Infrastructure <c>no_permission</c>, <c>read_only</c>, <c>bad_path</c> or <c>disk_error</c>.</summary>
    /// <param name="path">The file or folder it is about, where that is known.</param>
    public static Failure Map(Exception error, string? path = null) => error switch
    {
        IOException io when IsFull(io) => Full(path),
        UnauthorizedAccessException => new Failure(FailureKind.Infrastructure, "no_permission", $"There is no permission: {error.Message}", "Give this user the right to write there."),
        IOException { HResult: ReadOnly } => new Failure(FailureKind.Infrastructure, "read_only", $"The file system{Under(path)} is mounted read-only.", "Mount it for writing, or choose another data folder."),
        PathTooLongException or IOException { HResult: TooLong } => Path($"That path is too long: {error.Message}", "Choose a shorter one."),
        FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoEntry } => Path($"It is not there, and cannot be made there: {error.Message}", "Check the path; its folder must exist, in a place that takes new files."),
        IOException { HResult: Exists } => Path($"Something else has that name: {error.Message}", "Choose another name, or move away what has it."),
        IOException { HResult: NotFolder } => Path($"A file stands where a folder is expected: {error.Message}", "Name a path whose every part but the last is a folder."),
        IOException { HResult: IsFolder } => Path($"A folder stands where a file is expected: {error.Message}", "Name a file."),
        _ => new Failure(FailureKind.Infrastructure, "disk_error", $"The disk{Under(path)} failed: {error.Message}", "Look at the system's log for the disk."),
    };

    /// <summary>Resource <c>disk_full</c>, for whoever was told so by something else than an exception.</summary>
    public static Failure Full(string? path = null)
    {
        Met();
        return new(FailureKind.Resource, "disk_full", $"The disk{Under(path)} is full.", "Free some space, or move the data folder to a larger disk; work goes on by itself afterwards.");
    }

    /// <summary>A disk was found full.</summary>
    internal static void Met() => MetFull?.Invoke();

    private static Failure Path(string message, string mend) => new(FailureKind.Infrastructure, BadPath, message, mend);

    private static string Under(string? path) => path is null ? "" : $" under {path}";

    private static bool IsFull(IOException error) =>
        error.HResult is NoSpace or Quota || (error.HResult & 0xFFFF) is 112 || error.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
