namespace Tidemark.Media;

/// <summary>What <see cref="IOException"/> means on this machine, as a failure.</summary>
public static class DiskFailures
{
    // On Unix .NET gives the errno as HResult.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Resource <c>disk_full</c>, Infrastructure <c>permission_denied</c> or <c>disk_error</c>.</summary>
    public static Failure Explain(Exception error, string path) => error switch
    {
        UnauthorizedAccessException => new(FailureKind.Infrastructure, "permission_denied", $"{path} may not be written.", "Give the user that tidemark runs as access to its data folder."),
        IOException { HResult: NoSpace or QuotaExceeded } => Full(path),
        _ => new(FailureKind.Infrastructure, "disk_error", $"{path}: {error.Message}"),
    };

    internal static Failure Full(string path) =>
        new(FailureKind.Resource, "disk_full", $"The disk is full: no space left for {path}.", "Free some space, or move the data folder to a larger disk.");
}
