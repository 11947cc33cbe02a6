using System.Runtime.InteropServices;
using System.Text;

namespace Tidemark.Tests.Media;

/// <summary>Whether anybody has opened a file since, by inotify (times of access are not kept on every mount).</summary>
internal sealed class FileOpenWatch : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Opened = 0x20;

    private readonly int handle;

    internal FileOpenWatch(string path)
    {
        handle = inotify_init1(NonBlocking);
        Assert.True(inotify_add_watch(handle, Encoding.UTF8.GetBytes(path + '\0'), Opened) > 0);
    }

    internal bool WasOpened() => read(handle, new byte[4096], 4096) > 0;

    public void Dispose() => _ = close(handle);

#pragma warning disable SYSLIB1054, IDE1006, CA2101 // The C library's own names.
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int inotify_add_watch(int handle, byte[] path, uint mask);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint read(int handle, byte[] buffer, nint count);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int handle);
#pragma warning restore SYSLIB1054, IDE1006, CA2101
}
