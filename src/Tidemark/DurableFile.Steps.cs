namespace Tidemark;

/// <summary>Something that changes the disk, or what survives a power loss.</summary>
internal enum DiskStep
{
    Write,
    Sync,
    Link,
    Rename,
    Delete,
    MakeFolder,
}

/// <summary>Steps that tests count, and stop at.</summary>
public static partial class DurableFile
{
    /// <summary>Told of each step before it is done: what, where, and what gets the name. A test that throws here has killed us there.</summary>
    internal static AsyncLocal<Action<DiskStep, string, string?>?> Watch { get; } = new();

    /// <summary>Writes a new file. It is neither synced nor in its place yet.</summary>
    /// <exception cref="IOException">The disk refuses; a part of it may be there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Step(DiskStep.Write, path);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, preallocationSize: content.Length);
        RandomAccess.Write(file, content, 0);
    }

    /// <summary>Removes a name.</summary>
    public static void Delete(string path)
    {
        Step(DiskStep.Delete, path);
        File.Delete(path);
    }

    internal static void Step(DiskStep step, string path, string? from = null) => Watch.Value?.Invoke(step, path, from);
}
