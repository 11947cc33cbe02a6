using Microsoft.Extensions.Logging;

namespace Tidemark.Archive;

/// <summary>What the disk is like.</summary>
/// <param name="Level">What has stopped.</param>
/// <param name="Folder">The folder whose disk it is about: the data folder or the archive.</param>
/// <param name="Free">Bytes free there; the reserve, while it is held, is not among them.</param>
/// <param name="ResumesAt">Bytes that must be free for the level to end; 0 where nothing has stopped.</param>
public sealed record DiskState(DiskLevel Level, string Folder, long Free, long ResumesAt)
{
    private static readonly string[] Stopped =
    [
        "",
        "Timelapses, crops, checks and imports wait until there is space.",
        "New frames are not taken: their slots count as missed. Timelapses, crops, checks and imports wait.",
        "Only the journal and the database are written. New frames are not taken.",
    ];

    /// <summary>For people; null where nothing has stopped.</summary>
    public Failure? Failure => Level == DiskLevel.Fine ? null : new Failure(FailureKind.Resource, Level == DiskLevel.Low ? "disk_low" : "disk_full",
        $"The disk under {Folder} is {(Level == DiskLevel.Low ? "nearly full" : "full")}: {Free >> 20} MiB are free. {Stopped[(int)Level]}",
        $"Free some space, until {(ResumesAt >> 20) + 1} MiB are free; all goes on by itself then. Or set 'archive.keepFree', so that the oldest days make room.");
}

/// <summary>
/// Watches the disks of the data folder and of the archive: decides what stops as they fill, gives up the reserve and makes it
/// anew, and lets everything go on when there is space again. Those who write ask it before they begin something; those who
/// write much tell it how much, so that it looks before they have outrun it.
/// </summary>
public sealed class DiskWatch : IDisposable
{
    /// <summary>How often it looks by itself.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly DataFolder folder;
    private readonly DiskReserve reserve;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<string, DiskSpace> space;
    private readonly Lock looking = new();
    private DiskState state;
    private DiskLevel ofData;
    private DiskLevel ofArchive;
    private ITimer? timer;
    private bool blind;
    private long written;
    private long between;

    /// <param name="reserve">How large a reserve was asked for; on a small disk it is smaller.</param>
    public DiskWatch(DataFolder folder, long reserve, TimeProvider time, ILogger<DiskWatch> logger)
        : this(folder, reserve, time, logger, DiskSpace.Of)
    {
    }

    internal DiskWatch(DataFolder folder, long reserve, TimeProvider time, ILogger logger, Func<string, DiskSpace> space)
    {
        (this.folder, this.time, this.logger, this.space) = (folder, time, logger, space);
        this.reserve = new DiskReserve(Path.Combine(folder.Root, "reserve"), DiskThresholds.Reserve(reserve, space(folder.Root).Total));
        state = new DiskState(DiskLevel.Fine, folder.Root, space(folder.Root).Free, 0);
        between = DiskThresholds.For(space(folder.Root).Total).BetweenLooks;
    }

    /// <summary>Told after the level has changed.</summary>
    public event Action<DiskState>? Changed;

    /// <summary>What has stopped, as of the last look.</summary>
    public DiskLevel Level => state.Level;

    public DiskState State => state;

    public DiskReserve Reserve => reserve;

    /// <summary>Why something that stops at <paramref name="level"/> may not begin; null where it may.</summary>
    public Failure? Refusal(DiskLevel level) => Level >= level ? state.Failure : null;

    /// <summary>Looks at once, and from now on every two seconds and when somebody meets a full disk.</summary>
    public void Start()
    {
        Look();
        DiskFailures.MetFull += LookNow;
        timer = time.CreateTimer(_ => Look(), null, Every, Every);
    }

    /// <summary>So many bytes were written. It looks when they are many, however short ago it did.</summary>
    public void Wrote(long bytes)
    {
        if (Interlocked.Add(ref written, bytes) >= Volatile.Read(ref between))
        {
            Look();
        }
    }

    /// <summary>Looks now.</summary>
    public DiskLevel Look()
    {
        DiskState before, after;
        Interlocked.Exchange(ref written, 0);
        lock (looking)
        {
            if (Judge() is not { } judged)
            {
                return state.Level;
            }

            (before, after) = (state, judged);
            state = judged;
            MindReserve();
        }

        if (before.Level != after.Level)
        {
            Tell(after);
        }

        return after.Level;
    }

    public void Dispose()
    {
        DiskFailures.MetFull -= LookNow;
        timer?.Dispose();
    }

    private void LookNow() => Look();

    private DiskState? Judge()
    {
        try
        {
            var data = space(folder.Root);
            var thresholds = DiskThresholds.For(data.Total);
            // As if the reserve were held: giving it up must not look like space.
            ofData = thresholds.Judge(ofData, data.Free - (reserve.Held ? 0 : reserve.Bytes));
            var judged = Judged(folder.Root, data.Free, thresholds, ofData);
            var most = thresholds.BetweenLooks;
            if (folder.Archive != folder.Root)
            {
                var archive = space(folder.Archive);
                thresholds = DiskThresholds.For(archive.Total);
                most = Math.Min(most, thresholds.BetweenLooks);
                // Neither journal nor database lie there: no more than frames can stop.
                ofArchive = (DiskLevel)Math.Min((int)thresholds.Judge(ofArchive, archive.Free), (int)DiskLevel.Full);
                judged = ofArchive > ofData ? Judged(folder.Archive, archive.Free, thresholds, ofArchive) : judged;
            }

            Volatile.Write(ref between, most);
            blind = false;
            return judged;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!blind)
            {
                Log.DiskUnknown(logger, error.Message);
            }

            blind = true;
            return null;
        }
    }

    private DiskState Judged(string where, long free, DiskThresholds thresholds, DiskLevel level)
    {
        var edge = level == DiskLevel.Fine ? 0 : thresholds.Of(level);
        return new DiskState(level, where, free, level == DiskLevel.Fine ? 0 : edge + (edge / 4) + (where == folder.Root && !reserve.Held ? reserve.Bytes : 0));
    }

    private void MindReserve()
    {
        if (ofData == DiskLevel.JournalOnly)
        {
            reserve.GiveUp();
        }
        else if (!reserve.Held)
        {
            reserve.Take();
        }
    }

    private void Tell(DiskState now)
    {
        if (now.Failure is { } failure)
        {
            Log.DiskShort(logger, failure.ToString());
        }
        else
        {
            Log.DiskHasSpace(logger, now.Folder, now.Free >> 20);
        }

        Changed?.Invoke(now);
    }
}
