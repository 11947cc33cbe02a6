namespace Tidemark.Tests.Archive;

/// <summary>
/// A disk that forgets what was not synced: it is told of each step, and can be looked at as a power loss would leave it.
/// A file's content lasts once the file was synced, a name once its folder was, a folder once the one above was.
/// </summary>
internal sealed class LossyDisk
{
    private readonly Dictionary<string, int> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> lasting = new(StringComparer.Ordinal);
    private readonly Dictionary<int, byte[]> contents = [];
    private readonly string root;
    private int next;

    public LossyDisk(string root)
    {
        this.root = root;
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories))
        {
            names[path] = lasting[path] = ++next;
            if (File.Exists(path) && !IsDatabase(path))
            {
                contents[next] = File.ReadAllBytes(path);
            }
        }
    }

    /// <summary>Of a step that is about to be done.</summary>
    public void Note(DiskStep step, string path, string? from)
    {
        switch (step)
        {
            case DiskStep.Write or DiskStep.MakeFolder:
                names[path] = ++next;
                break;
            case DiskStep.Link when !File.Exists(path):
                names[path] = names[from!];
                break;
            case DiskStep.Rename:
                names[path] = names[from!];
                names.Remove(from!);
                break;
            case DiskStep.Delete:
                names.Remove(path);
                break;
            case DiskStep.Sync when Directory.Exists(path):
                foreach (var gone in lasting.Keys.Where(name => Path.GetDirectoryName(name) == path && !names.ContainsKey(name)).ToList())
                {
                    lasting.Remove(gone);
                }

                foreach (var (name, file) in names.Where(name => Path.GetDirectoryName(name.Key) == path))
                {
                    lasting[name] = file;
                }

                break;
            case DiskStep.Sync:
                contents[names[path]] = File.ReadAllBytes(path);
                break;
        }
    }

    /// <summary>Writes what a power loss leaves now, and the database as it is, to another folder.</summary>
    public void LeaveTo(string other)
    {
        Directory.CreateDirectory(other);
        foreach (var path in lasting.Keys.Where(Reachable).Order(StringComparer.Ordinal))
        {
            var copy = Path.Combine(other, Path.GetRelativePath(root, path));
            if (Directory.Exists(path))
            {
                Directory.CreateDirectory(copy);
            }
            else if (IsDatabase(path))
            {
                // Closing it has taken away what belongs to its log.
                if (File.Exists(path))
                {
                    File.Copy(path, copy);
                }
            }
            else
            {
                File.WriteAllBytes(copy, contents.GetValueOrDefault(lasting[path]) ?? []);
            }
        }
    }

    private bool Reachable(string path) => path == root || path.StartsWith(root, StringComparison.Ordinal) && lasting.ContainsKey(path) && (Path.GetDirectoryName(path) == root || Reachable(Path.GetDirectoryName(path)!));

    private static bool IsDatabase(string path) => Path.GetFileName(path).StartsWith("tidemark.db", StringComparison.Ordinal);
}
