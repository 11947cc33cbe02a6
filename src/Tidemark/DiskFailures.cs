namespace Tidemark;

/// <summary>The one place that turns errors of the file system into our failures.</summary>
public static class DiskFailures
{
    // .NET puts errno into the low bits of HResult for plain IOExceptions; ENOSPC 28, EDQUOT 122, EROFS 30, EFBIG 27.
    private const int NoSpace = 28, Quota = 122, ReadOnly = 30;

    public static Failure Map(Exception error) => error switch
    {
        IOException io when IsFull(io) => new Failure(FailureKind.Resource, "disk_full", "The disk is full.", "Free some space; work goes on by itself afterwards."),
        UnauthorizedAccessException => new Failure(FailureKind.Infrastructure, "no_permission", $"There is no permission: {error.Message}", "Give this user the right to write there."),
        IOException { HResult: ReadOnly } => new Failure(FailureKind.Infrastructure, "read_only", "The file system is mounted read-only.", "Mount it for writing, or choose another data folder."),
        _ => new Failure(FailureKind.Infrastructure, "disk_error", $"The disk failed: {error.Message}", "Look at the system's log for the disk."),
    };

    private static bool IsFull(IOException error) =>
        error.HResult is NoSpace or Quota || (error.HResult & 0xFFFF) is 112 || error.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
