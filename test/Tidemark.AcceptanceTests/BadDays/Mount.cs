using System.Diagnostics;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>A small disk of its own for a test: a tmpfs, which only root may mount.</summary>
internal sealed class Mount : IDisposable
{
    private readonly TempFolder folder = new();

    private Mount()
    {
    }

    public string Path => folder["disk"];

    /// <summary>Skips the test where mounting is refused.</summary>
    public static Mount Small(string size)
    {
        var mount = new Mount();
        Directory.CreateDirectory(mount.Path);
        var (code, said) = Run("mount", "-t", "tmpfs", "-o", $"size={size},mode=0700", "tmpfs", mount.Path);
        if (code != 0)
        {
            mount.folder.Dispose();
            Assert.Skip($"A small disk cannot be mounted here: {said.Trim()}");
        }

        return mount;
    }

    /// <summary>From now on nothing on it can be written.</summary>
    public void MakeReadOnly() => Assert.Equal((0, ""), Run("mount", "-o", "remount,ro", Path));

    /// <summary>Fills it until there is room for this many bytes and no more. Deleting the file that is returned frees it again.</summary>
    public string Fill(long leave = 0)
    {
        var ballast = System.IO.Path.Combine(Path, $"ballast-{leave}");
        using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }

        file.SetLength(Math.Max(0, file.Length - leave));
        return ballast;
    }

    public void Dispose()
    {
        // Lazily: whatever still holds it must not keep it in the mount table.
        Run("umount", "-l", Path);
        folder.Dispose();
    }

    private static (int Code, string Errors) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
