namespace Tidemark.Media;

/// <summary>One run's own folder, mode 0700, removed with everything in it when disposed.</summary>
public sealed class Scratch : IDisposable
{
    private Scratch(string folder) => Folder = folder;

    /// <summary>Absolute path.</summary>
    public string Folder { get; }

    /// <summary>Makes a new folder under the tools' scratch root. Throws <see cref="IOException"/> where the disk does.</summary>
    public static Scratch Create(MediaTools tools)
    {
        var folder = Path.Combine(tools.ScratchRoot, Guid.CreateVersion7(tools.Time.GetUtcNow()).ToString("N"));
        Directory.CreateDirectory(tools.ScratchRoot);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        return new Scratch(folder);
    }

    /// <summary>A path inside the folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already: that is what was wanted.
        }
    }
}
