namespace Tidemark.AcceptanceTests.Running;

/// <summary>A folder of one test, gone with it. Its path is short: it must hold a Unix socket.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tm-");

    public string Path => folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Every file below it, relative, in order.</summary>
    public static IReadOnlyList<string> FilesIn(string root) => !Directory.Exists(root) ? [] :
        [.. Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(file => System.IO.Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        if (folder.Exists)
        {
            folder.Delete(recursive: true);
        }
    }
}
