namespace Tidemark.Simulator.Demo;

/// <summary>Where the demo puts its things: a temporary folder that goes with it, or one that the user named.</summary>
internal sealed class DemoFolder : IDisposable
{
    private const string Mark = ".tidemark-demo";
    private static readonly string[] Ours = ["data", "timelapse.mp4", "report.json"];

    private readonly FileStream mark;
    private readonly bool temporary;

    private DemoFolder(string root, bool temporary)
    {
        Root = root;
        this.temporary = temporary;
        try
        {
            mark = new FileStream(Path.Combine(root, Mark), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DemoFailure($"Another demo is using {root}. End that one, or name another folder with --dir.");
        }
    }

    public string Root { get; }

    /// <summary>The node's data folder.</summary>
    public string Data => Path.Combine(Root, Ours[0]);

    public string Timelapse => Path.Combine(Root, Ours[1]);

    public string Report => Path.Combine(Root, Ours[2]);

    /// <param name="directory">Null for a temporary one.</param>
    /// <exception cref="DemoFailure">It cannot be used.</exception>
    public static DemoFolder Open(string? directory)
    {
        if (directory is null)
        {
            return new DemoFolder(Directory.CreateTempSubdirectory("tidemark-demo-").FullName, temporary: true);
        }

        try
        {
            var root = Directory.CreateDirectory(directory).FullName;
            // Only what an earlier demo made is ever deleted.
            if (!File.Exists(Path.Combine(root, Mark)) && Ours.Select(name => Path.Combine(root, name)).FirstOrDefault(Path.Exists) is { } foreign)
            {
                throw new DemoFailure($"{foreign} exists, and no demo made it. Name another folder with --dir.", 2);
            }

            var folder = new DemoFolder(root, temporary: false);
            if (Directory.Exists(folder.Data))
            {
                Directory.Delete(folder.Data, recursive: true);
            }

            File.Delete(folder.Timelapse);
            File.Delete(folder.Report);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DemoFailure($"{directory} cannot be used: {error.Message}", 2);
        }
    }

    public void Dispose()
    {
        mark.Dispose();
        if (temporary)
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
