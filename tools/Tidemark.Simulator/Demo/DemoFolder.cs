namespace Tidemark.Simulator.Demo;

/// <summary>Where the demo puts its things: a temporary folder that goes with it, or one that the user named.</summary>
internal sealed class DemoFolder : IDisposable
{
    private const string Mark = ".tidemark-demo";

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
    public string Data => Path.Combine(Root, "data");

    public string Timelapse => Path.Combine(Root, "timelapse.mp4");

    public string Report => Path.Combine(Root, "report.json");

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
            var old = Path.Combine(root, "data");
            // Only what an earlier demo made is ever deleted.
            if (Directory.Exists(old) && !File.Exists(Path.Combine(root, Mark)))
            {
                throw new DemoFailure($"{old} exists, and no demo made it. Name another folder with --dir.", 2);
            }

            var folder = new DemoFolder(root, temporary: false);
            if (Directory.Exists(old))
            {
                Directory.Delete(old, recursive: true);
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
