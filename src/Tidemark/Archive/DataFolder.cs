using System.Security.Cryptography;
using System.Text;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// Where things lie: a node's own files under its data folder; frames and assets in the archive, which several nodes may
/// share as a mount. Names from outside never become paths: ids are slugs or UUIDs, times are stamps.
/// </summary>
/// <param name="root">The data folder.</param>
/// <param name="archive">The archive's folder; null: the data folder.</param>
public sealed class DataFolder(string root, string? archive = null)
{
    /// <summary>How the names of assets ended that the release before was making; only a killed node leaves one.</summary>
    private const string UnfinishedAsset = ".tidemark-part";

    /// <summary>How long a download that was cut off is kept to be gone on with.</summary>
    public static readonly TimeSpan ResumableFor = TimeSpan.FromDays(1);

    private const string NoteEnding = ".json";

    private string? node;
    private string? archiveId;

    /// <summary>Absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Absolute.</summary>
    public string Archive { get; } = Path.GetFullPath(archive ?? root);

    /// <summary>The archive's frames: <c>frames/SOURCE/YYYY-MM-DD/YYYYMMDDThhmmss.fffZ.jpg</c>.</summary>
    public string Frames => Path.Combine(Archive, "frames");

    /// <summary>Uploaded files and what tasks made: <c>assets/UUID.EXT</c>, or <c>assets/UUID.FENCE.EXT</c>.</summary>
    public string Assets => Path.Combine(Archive, "assets");

    /// <summary>Encoded parts of timelapses, to be used again: <c>stretches/KEY.SUM.mp4</c>. May be deleted at any time.</summary>
    public string Stretches => Path.Combine(Archive, "stretches");

    /// <summary>What is on its way into the archive: this node's own folder, on the archive's file system. Nothing in it counts; start-up sweeps it.</summary>
    public string Incoming => Path.Combine(Archive, "incoming", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)).AsSpan(0, 8)));

    /// <summary>What came in and cannot be used: <c>quarantine/SOURCE/STAMP-SHA8.EXT</c>, with notes. Nothing of ours removes anything there.</summary>
    public string Quarantine => Path.Combine(Archive, "quarantine");

    /// <summary>What this node must know of each source after a restart, and asks no database for.</summary>
    public string State => Path.Combine(Root, "state");

    /// <summary>Names of files that were put into the archive, and may not be registered yet.</summary>
    public string Unregistered => Path.Combine(Root, "unregistered");

    /// <summary>Which folders elsewhere this node has put files into: they have a marker since, and are away where it is not there.</summary>
    public string Places => Path.Combine(Root, "places");

    /// <summary>Tools' working folders. Start-up sweeps it.</summary>
    public string Scratch => Path.Combine(Root, "scratch");

    /// <summary>What tells this node from every other, also from a copy of its data folder on another machine. Known once <see cref="Prepare"/> has run.</summary>
    public string Home => $"{Environment.MachineName}:{Root}:{node ??= File.ReadAllText(NodeId).Trim()}";

    /// <summary>What tells this archive from every other, wherever it is mounted. Known once <see cref="Prepare"/> has run.</summary>
    public string ArchiveId => archiveId ??= File.ReadAllText(ArchiveIdFile).Trim();

    private string NodeId => Path.Combine(Root, "node.id");

    private string ArchiveIdFile => Path.Combine(Archive, "archive.id");

    /// <summary>What capture did, before the database knows of it: <c>journal/NUMBER.log</c>.</summary>
    public string Journal => Path.Combine(Root, "journal");

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
        foreach (var (what, folder) in ((string, string)[])[("data folder", Root), ("archive", Archive)])
        {
            if (File.Exists(folder))
            {
                return new Failure(FailureKind.BadInput, DiskFailures.BadPath, $"The {what} {folder} is a file.", "Name a folder; it is made when it is not there.");
            }
        }

        try
        {
            Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            DurableFile.CreateFolder(Archive);
            MakeId(NodeId);
            MakeId(ArchiveIdFile);
            foreach (var folder in (string[])[Frames, Incoming, Assets, Scratch, Unregistered, Logs])
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

    /// <summary>Only while the lock is held: what lies here belongs to no running node. Other nodes' folders in a shared archive are left alone.</summary>
    /// <param name="now">A download that was cut off less than <see cref="ResumableFor"/> before it stays, with its note.</param>
    public void Sweep(DateTimeOffset now)
    {
        var before = Path.Combine(Archive, "incoming");
        if (Archive == Root)
        {
            // The release before, which knew no shared archive, had its downloads and unfinished assets here.
            foreach (var part in Directory.EnumerateFiles(Assets, "*" + UnfinishedAsset, Everything).Concat(Directory.EnumerateFiles(before, "*", Everything)))
            {
                File.Delete(part);
            }
        }

        foreach (var folder in (string[])[Incoming, Scratch])
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (folder == Incoming && IsResumable(entry, now))
                {
                    continue;
                }

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

    // A part and its note, both; one without the other is of no use. A part that grew just now may have an older note.
    private static bool IsResumable(FileSystemInfo entry, DateTimeOffset now)
    {
        var part = entry.FullName.EndsWith(NoteEnding, StringComparison.Ordinal) ? entry.FullName[..^NoteEnding.Length] : entry.FullName;
        var note = new FileInfo(part + NoteEnding);
        return part.EndsWith(".part", StringComparison.Ordinal) && entry is FileInfo { LinkTarget: null } && note.Exists && File.Exists(part) && (now - new DateTimeOffset(note.LastWriteTimeUtc, TimeSpan.Zero)).Duration() < ResumableFor;
    }

    private static EnumerationOptions Everything => new() { AttributesToSkip = FileAttributes.None };

    // Whole or not at all, and the same for all who make it at once: link(2) lets one of them win.
    private static void MakeId(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var temporary = $"{path}.{id}";
        File.WriteAllText(temporary, id + "\n");
        if (!DurableFile.Publish(temporary, path))
        {
            File.Delete(temporary);
        }
    }
}
