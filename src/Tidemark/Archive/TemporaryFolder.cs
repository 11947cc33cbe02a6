namespace Tidemark.Archive;

/// <summary>Folders whose content does not outlive the machine's next start: an archive does not belong there (F7).</summary>
public static class TemporaryFolder
{
    private static readonly string[] Roots = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run"];

    /// <summary>A warning where the folder is, or lies under, a temporary one, or on a disk in memory; null where it does not. It need not be there yet.</summary>
    public static Failure? Warning(string folder) => Why(Path.GetFullPath(folder)) is { } why
        ? new Failure(FailureKind.Infrastructure, "archive_temporary", $"The archive {folder} {why}: what is kept there may be gone after the machine's next start.", "Choose another folder with 'archive', or with --data.")
        : null;

    private static string? Why(string folder)
    {
        var real = Real(folder);
        foreach (var root in Roots.Append(Path.TrimEndingDirectorySeparator(Path.GetTempPath())))
        {
            if ($"{folder}/".StartsWith($"{root}/", StringComparison.Ordinal) || $"{real}/".StartsWith($"{root}/", StringComparison.Ordinal))
            {
                return $"lies under the temporary folder {root}";
            }
        }

        // tmpfs and ramfs, wherever they are mounted.
        return InMemory(real) ? "lies on a disk in memory" : null;
    }

    private static bool InMemory(string folder)
    {
        try
        {
            return new DriveInfo(folder).DriveType == DriveType.Ram;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The nearest part that is there, with the links in its last part followed.
    private static string Real(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        try
        {
            return Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return folder;
        }
    }
}
