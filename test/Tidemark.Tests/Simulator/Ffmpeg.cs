using System.Diagnostics;

namespace Tidemark.Tests.Simulator;

/// <summary>The real ffmpeg, as the judge of what the simulator makes.</summary>
internal static class Ffmpeg
{
    /// <summary>Runs it in a folder; its standard output and what it complained about.</summary>
    public static async Task<(byte[] Output, string Complaints)> RunAsync(string folder, params string[] arguments)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync(cancellation);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.Equal((0, await complaints), (process.ExitCode, ""));
        return (output.ToArray(), await complaints);
    }

    /// <summary>A folder for one test, gone with it.</summary>
    public sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-test-");

        public string Path => folder.FullName;

        public string this[string name] => System.IO.Path.Combine(Path, name);

        public void Dispose() => folder.Delete(recursive: true);
    }
}
