namespace Tidemark.Archive;

/// <summary>How full the disk is: what has stopped (design/archive.md). Each level stops what those before it stop too.</summary>
public enum DiskLevel
{
    /// <summary>Nothing has stopped.</summary>
    Fine,

    /// <summary>What can wait has stopped: timelapses and other assets, crops, the scrub, imports. Second copies go on: without them nothing may be let go.</summary>
    Low,

    /// <summary>New frames have stopped: their slots are <c>missed</c> with the code <c>disk_full</c>.</summary>
    Full,

    /// <summary>Only journal, database and logs are written; the reserve was given up for them.</summary>
    JournalOnly,
}

public static class DiskLevelText
{
    private static readonly string[] Words = ["fine", "low", "full", "journalOnly"];

    /// <summary>The word in the API and on the page.</summary>
    public static string Word(this DiskLevel level) => Words[(int)level];
}

/// <summary>A file system's size and what this user may still write, in bytes.</summary>
public readonly record struct DiskSpace(long Free, long Total)
{
    /// <summary>Of the file system that a folder lies on.</summary>
    public static DiskSpace Of(string folder)
    {
        var drive = new DriveInfo(folder);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}

/// <summary>
/// Below how many free bytes each level begins: the one place for the order in which things stop. On small disks each is a
/// part of the disk instead, so that a disk of 24 MiB can be used too.
/// </summary>
public readonly record struct DiskThresholds(long Low, long Full, long JournalOnly)
{
    private const long MiB = 1L << 20;

    public static DiskThresholds For(long total) => new(Math.Min(1024 * MiB, total / 20), Math.Min(256 * MiB, total / 50), Math.Min(32 * MiB, total / 100));

    /// <summary>Most bytes that may be written between two looks: frames must have stopped long before the reserve is given up.</summary>
    public long BetweenLooks => (Full - JournalOnly) / 8;

    /// <summary>How large a reserve is on a disk of this size, where <paramref name="wanted"/> was asked for.</summary>
    public static long Reserve(long wanted, long total) => Math.Min(wanted, total / 100);

    /// <summary>Where a level begins.</summary>
    public long Of(DiskLevel level) => level switch
    {
        DiskLevel.Low => Low,
        DiskLevel.Full => Full,
        DiskLevel.JournalOnly => JournalOnly,
        _ => long.MaxValue,
    };

    /// <summary>
    /// The level at so many free bytes, after <paramref name="now"/>. One that holds ends only when there is a quarter more
    /// than where it begins, so that nothing starts and stops with every file.
    /// </summary>
    public DiskLevel Judge(DiskLevel now, long free)
    {
        for (var level = DiskLevel.JournalOnly; level > DiskLevel.Fine; level--)
        {
            var edge = Of(level);
            if (free < (now >= level ? edge + (edge / 4) : edge))
            {
                return level;
            }
        }

        return DiskLevel.Fine;
    }
}
