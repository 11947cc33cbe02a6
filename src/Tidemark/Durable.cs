using System.Runtime.InteropServices;
using System.Text;

namespace Tidemark;

/// <summary>Puts files in place so that a crash at any moment leaves the whole new one, or what was there before (A1).</summary>
public static class Durable
{
    /// <summary>Syncs a finished temporary, renames it to its final name in the same folder (replacing what is there) and syncs that folder.</summary>
    /// <exception cref="IOException">The disk refuses; the temporary may still be there.</exception>
    public static void Replace(string temporary, string final)
    {
        using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(file);
        }

        File.Move(temporary, final, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(final))!);
    }

    /// <summary>Makes the names in a folder survive a power cut. .NET opens no folders, hence the C library.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = NativeOpen(Encoding.UTF8.GetBytes(folder + '\0'), 0);
        if (handle < 0)
        {
            throw Error("open", folder);
        }

        try
        {
            if (NativeSync(handle) != 0)
            {
                throw Error("fsync", folder);
            }
        }
        finally
        {
            _ = NativeClose(handle);
        }
    }

    private static IOException Error(string call, string folder)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of {folder}: {Marshal.GetPInvokeErrorMessage(number)}", number);
    }

#pragma warning disable SYSLIB1054 // Arguments are blittable; the generator would ask for unsafe code in all of the library.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeOpen(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeSync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeClose(int handle);
#pragma warning restore SYSLIB1054
}
