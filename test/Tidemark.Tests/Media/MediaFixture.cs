using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>A temporary folder and the real tools of this machine.</summary>
public sealed class MediaFixture : IDisposable
{
    public MediaFixture()
    {
        Folder = Directory.CreateTempSubdirectory("tidemark-media-").FullName;
        Tools = new MediaTools(Path.Combine(Folder, "scratch"), TimeProvider.System);
    }

    public string Folder { get; }

    public MediaTools Tools { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a tool for the test's own needs and wants it to succeed.</summary>
    public async Task RunAsync(MediaTool tool, params string[] arguments)
    {
        var run = await Tool.RunAsync(new ToolCommand(Tools.Find(tool).Value, arguments, Folder), TimeProvider.System, null, TestContext.Current.CancellationToken);
        Assert.True(run.Value.Status == 0, run.Value.StandardError);
    }

    /// <summary>Makes a file with ffmpeg's own test sources.</summary>
    public async Task<string> MakeAsync(string name, string source, params string[] options)
    {
        await RunAsync(MediaTool.Ffmpeg, ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, .. options, PathOf(name)]);
        return PathOf(name);
    }

    /// <summary>Damages a JPEG's coded pixels where no walk sees it: no marker comes to be, and none goes.</summary>
    /// <param name="from">Where it begins, as a part of the file.</param>
    public static void Damage(string path, double from = 0.5)
    {
        var bytes = File.ReadAllBytes(path);
        var some = bytes.AsSpan((int)(bytes.Length * from), 1500);
        new Random(1).NextBytes(some);
        foreach (ref var one in some)
        {
            one &= 0x7F;
        }

        File.WriteAllBytes(path, bytes);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
