using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>A picture that lies in an upload folder.</summary>
/// <param name="Name">As the camera called it; it never becomes a path of ours.</param>
/// <param name="Written">When it was last written, by the file system.</param>
internal sealed partial record UploadedFile(string Path, string Name, long Bytes, DateTimeOffset Written)
{
    /// <summary>Mark of a frame whose time is that of its file.</summary>
    public const string FileTime = "fileTime";

    private const int OpenReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;

    // Where nothing says how names are made: the forms that cameras use, anywhere in the name.
    private static readonly IReadOnlyList<NamePattern> Usual =
    [
        .. new[] { "*%Y-%m-%dT%H:%M:%S.%f%z*", "*%Y-%m-%dT%H:%M:%S%z*", "*%Y%m%dT%H%M%S.%f%z*", "*%Y%m%dT%H%M%S%z*", "*%Y%m%d%H%M%S*", "*%Y%m%d_%H%M%S*", "*%Y%m%d-%H%M%S*", "*%Y%m%dT%H%M%S*",
            "*%Y-%m-%d_%H-%M-%S*", "*%Y-%m-%dT%H-%M-%S*", "*%Y-%m-%d %H-%M-%S*", "*%Y_%m_%d_%H_%M_%S*", "*%Y-%m-%d_%H.%M.%S*" }.Select(pattern => NamePattern.Parse(pattern).Value),
    ];

    /// <summary>The pictures in a folder itself; links, folders, hidden files and files of other kinds are left alone.</summary>
    public static List<UploadedFile> In(string folder) =>
    [
        .. new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
            .Where(file => file is { LinkTarget: null, Exists: true } && file.Name[0] != '.' && file.Extension.ToUpperInvariant() is ".JPG" or ".JPEG" or ".JPE")
            .Select(file => new UploadedFile(file.FullName, file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))),
    ];

    /// <summary>When it was taken; null: a pattern is given, and it is none of this source's pictures.</summary>
    public Result<(DateTimeOffset Instant, string? Note)>? Taken(SourceConfig config)
    {
        var zone = config.Zone is null ? null : Zone.Parse(config.Zone).Value;
        if (config.NamePattern is not null)
        {
            return NamePattern.Parse(config.NamePattern).Value.Read(Name) switch
            {
                null => null,
                { Instant: { } instant } => (instant, (string?)null),
                { Local: { } local } when zone is not null => Resolved(local, zone),
                _ => new Failure(FailureKind.BadInput, "no_zone", $"The name '{Shown}' gives a local time.", "Say in which zone: --zone Europe/Lisbon."),
            };
        }

        var read = Usual.Select(pattern => pattern.Read(Name)).FirstOrDefault(found => found is not null);
        return read is { Instant: { } at } ? (at, (string?)null)
            : read is { Local: { } reading } && zone is not null ? Resolved(reading, zone)
            : (Written, FileTime);
    }

    /// <summary>As it may be shown and logged.</summary>
    public string Shown => new([.. Name.Where(c => !char.IsControl(c)).Take(120)]);

    /// <summary>Opens it for reading, and nothing in its place: no link, no pipe that blocks.</summary>
    public FileStream Open()
    {
        var handle = open(Path, OpenReadOnly | NonBlocking | CloseOnExec | NoFollow);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException($"Cannot open {Path}: {Marshal.GetPInvokeErrorMessage(errno)}.", errno);
        }

        var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: false);
        if (!stream.CanSeek)
        {
            stream.Dispose();
            throw new IOException($"{Path} is no file.");
        }

        return stream;
    }

    /// <summary>True where it is as it was when it was found.</summary>
    public bool IsStill() => new FileInfo(Path) is { Exists: true, LinkTarget: null } now && now.Length == Bytes && now.LastWriteTimeUtc == Written.UtcDateTime;

    // A single reading: the one that lies nearest before it was written (T6).
    private (DateTimeOffset, string?) Resolved(DateTime local, Zone zone) => LocalTimes.Resolve([local], zone, Written)[0];

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle open(string path, int flags);
}
