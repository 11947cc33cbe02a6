using System.Runtime.InteropServices;

namespace Tidemark;

/// <summary>
/// Invariant A1: temporary → fsync → rename → fsync folder. A crash at any point leaves either the whole file under its
/// final name or nothing there; at worst a temporary is left behind, in a folder that start-up sweeps.
/// </summary>
public static partial class DurableFile
{
    /// <summary>
    /// Gives a finished temporary its final name. Both must lie on one file system. Never overwrites (A2).
    /// </summary>
    /// <returns>False, with the temporary left where it was, when something has that name already.</returns>
    /// <exception cref="IOException">The disk is full or failing; nothing has the final name.</exception>
    public static bool Publish(string temporary, string final)
    {
        Sync(temporary);
        var folder = Path.GetDirectoryName(final)!;
        CreateFolder(folder);
        Step(DiskStep.Link, final, temporary);
        // link(2) fails where the name is taken, and does so atomically; rename(2) would overwrite.
        if (link(temporary, final) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == ErrorExists)
            {
                return false;
            }

            if (errno is not (ErrorPermission or ErrorNotSupported or ErrorNotSupportedToo))
            {
                throw Error("name", final, errno);
            }

            // A file system without hard links (FAT, some network mounts).
            if (File.Exists(final))
            {
                return false;
            }

            File.Move(temporary, final, overwrite: false);
            Sync(folder);
            return true;
        }

        Sync(folder);
        Delete(temporary);
        return true;
    }

    /// <summary>Gives a file a further name (<c>link(2)</c>).</summary>
    /// <returns>Why it cannot have one; null where it has.</returns>
    public static IOException? Link(string file, string name)
    {
        Step(DiskStep.Link, name, file);
        return link(file, name) == 0 ? null : Error("link", file, Marshal.GetLastPInvokeError());
    }

    /// <summary>Gives a finished temporary, in the same folder, its final name; what had that name before is replaced whole or not at all.</summary>
    /// <exception cref="IOException">The disk refuses; the temporary may still be there.</exception>
    public static void Replace(string temporary, string final)
    {
        Sync(temporary);
        Step(DiskStep.Rename, final, temporary);
        File.Move(temporary, final, overwrite: true);
        Sync(Path.GetDirectoryName(final)!);
    }

    /// <summary>Makes a folder and syncs each parent that got a new entry.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (!string.IsNullOrEmpty(parent))
        {
            CreateFolder(parent);
        }

        Step(DiskStep.MakeFolder, folder);
        Directory.CreateDirectory(folder);
        if (!string.IsNullOrEmpty(parent))
        {
            Sync(parent);
        }
    }

    /// <summary>fsync(2) of a file or a folder.</summary>
    /// <exception cref="IOException">It could not be synced: what was written may be lost with the power.</exception>
    public static void Sync(string path)
    {
        Step(DiskStep.Sync, path);
        var descriptor = open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw Error("open", path, Marshal.GetLastPInvokeError());
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw Error("sync", path, Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Error(string verb, string path, int errno) =>
        new($"Cannot {verb} {path}: {Marshal.GetPInvokeErrorMessage(errno)}.", errno);

    private const int ErrorPermission = 1, ErrorExists = 17, ErrorNotSupported = 95, ErrorNotSupportedToo = 38;
    private const int ReadOnlyCloseOnExec = 0x80000;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);
}
