using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tidemark.Simulator.Demo;

/// <summary>Ends processes as a terminal does: asked first, killed when they do not listen.</summary>
internal static partial class Posix
{
    private const int Terminate = 15;

    /// <summary>Returns when the process has gone.</summary>
    public static async Task EndAsync(this Process process, TimeSpan patience, TimeProvider time)
    {
        if (process.HasExited)
        {
            return;
        }

        _ = Kill(process.Id, Terminate);
        using var enough = new CancellationTokenSource(patience, time);
        try
        {
            await process.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
