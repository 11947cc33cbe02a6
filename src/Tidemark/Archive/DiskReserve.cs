using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Archive;

/// <summary>
/// Space in the data folder that is taken while there is plenty, and given up when the disk is full, so that journal,
/// database and logs can go on. Its blocks are really allocated: a sparse file would keep nothing free.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="bytes">How much it keeps; 0: none.</param>
public sealed partial class DiskReserve(string path, long bytes)
{
    public string Path => path;

    public long Bytes => bytes;

    /// <summary>True while the whole reserve is there.</summary>
    public bool Held => bytes > 0 && new FileInfo(path) is { Exists: true } file && file.Length == bytes;

    /// <summary>Makes the reserve, or makes sure that what is there is all of it; false where the disk has no room, and then nothing is left.</summary>
    public bool Take()
    {
        if (bytes == 0)
        {
            return true;
        }

        try
        {
            using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            if (RandomAccess.GetLength(file) > bytes)
            {
                RandomAccess.SetLength(file, bytes);
            }

            var error = posix_fallocate(file, 0, bytes);
            if (error == 0 && RandomAccess.GetLength(file) == bytes)
            {
                return true;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without a reserve the disk is as full as it is; who watches it says so.
        }

        GiveUp();
        return false;
    }

    /// <summary>Frees it.</summary>
    public void GiveUp()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A read-only disk: nothing goes on there anyway.
        }
    }

    // The error is returned, not put into errno. The C library writes block by block where the file system cannot do it at once.
    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_fallocate(SafeFileHandle file, long offset, long length);
}
