using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>Where things lie under a node's data folder. Names from outside never become paths: ids are slugs or UUIDs, times are stamps.</summary>
public sealed class DataFolder(string root)
{
    /// <summary>How the names of assets end that are being made; only a killed node leaves one.</summary>
    private const string UnfinishedAsset = ".tidemark-part";

    /// <summary>Absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The archive's frames: <c>frames/SOURCE/YYYY-MM-DD/YYYYMMDDThhmmss.fffZ.jpg</c>.</summary>
    public string Frames => Path.Combine(Root, "frames");

    /// <summary>Downloads under way. Nothing in it counts; start-up sweeps it.</summary>
    public string Incoming => Path.Combine(Root, "incoming");

    /// <summary>Uploaded files and what tasks made: <c>assets/UUID.EXT</c>.</summary>
    public string Assets => Path.Combine(Root, "assets");

    /// <summary>Tools' working folders. Start-up sweeps it.</summary>
    public string Scratch => Path.Combine(Root, "scratch");

    public string Logs => Path.Combine(Root, "logs");

    public string Database => Path.Combine(Root, "tidemark.db");

    /// <summary>Commands speak to the node through it; whoever may open it, may do everything.</summary>
    public string Socket => Path.Combine(Root, "node.sock");

    /// <summary>Held locked while a node runs on this folder.</summary>
    public string Lock => Path.Combine(Root, "node.lock");

    public string FramePath(string source, DateTimeOffset time) =>
        Path.Combine(Frames, source, Rfc3339.Day(time), Rfc3339.Stamp(time) + ".jpg");

    public string AssetPath(Guid id, string extension) => Path.Combine(Assets, id.ToString("D") + extension);

    /// <summary>Makes what is missing, for this user only, and sweeps what an earlier run left in its own working folders.</summary>
    public Failure? Prepare()
    {
        if (File.Exists(Root))
        {
            return new Failure(FailureKind.BadInput, DiskFailures.BadPath, $"The data folder {Root} is a file.", "Name a folder; it is made when it is not there.");
        }

        try
        {
            Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var folder in (string[])[Frames, Incoming, Assets, Scratch, Logs])
            {
                DurableFile.CreateFolder(folder);
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var failure = DiskFailures.Map(error);
            var kind = failure.Code == DiskFailures.BadPath ? FailureKind.BadInput : failure.Kind;
            return failure with { Kind = kind, Message = $"The data folder {Root} cannot be used: {failure.Message}" };
        }
    }

    /// <summary>The data folder's rights, octal (<c>755</c>), where others than its user have any; null where they have none, as when it was made here.</summary>
    public string? OpenToOthers =>
        Directory.Exists(Root) && ((int)File.GetUnixFileMode(Root) & 0x1FF) is var mode && (mode & 0x3F) != 0 ? Convert.ToString(mode, 8) : null;

    /// <summary>Only while the lock is held: what lies here belongs to no running node.</summary>
    public void Sweep()
    {
        foreach (var part in Directory.EnumerateFiles(Assets, "*" + UnfinishedAsset, new EnumerationOptions { AttributesToSkip = FileAttributes.None }))
        {
            File.Delete(part);
        }

        foreach (var folder in (string[])[Incoming, Scratch])
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo { LinkTarget: null } inner)
                {
                    inner.Delete(recursive: true);
                }
                else
                {
                    entry.Delete();
                }
            }
        }
    }
}
