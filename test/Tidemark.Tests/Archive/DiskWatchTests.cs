using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Archive;

public sealed class DiskWatchTests : IDisposable
{
    private const long MiB = 1L << 20;
    private readonly TempFolder temp = new();
    private readonly ManualTime time = new();

    // Of a disk of 100 GiB: low below 1 GiB, full below 256 MiB, journal only below 32 MiB.
    private long free = 50_000 * MiB;
    private long archiveFree = 50_000 * MiB;

    public void Dispose() => temp.Dispose();

    [Fact]
    public void Things_stop_in_the_declared_order_and_go_on_again_only_with_a_quarter_more()
    {
        using var watch = Watch();
        var told = new List<DiskLevel>();
        watch.Changed += state => told.Add(state.Level);
        watch.Start();
        DiskLevel At(long mebibytes)
        {
            free = mebibytes * MiB;
            return watch.Look();
        }

        Assert.Equal(DiskLevel.Fine, At(1024));
        Assert.Equal(DiskLevel.Low, At(1023));
        Assert.Equal(DiskLevel.Low, At(1279));
        Assert.Equal(DiskLevel.Fine, At(1280));
        Assert.Equal(DiskLevel.Full, At(255));
        Assert.Equal(DiskLevel.Full, At(319));
        Assert.Equal(DiskLevel.Low, At(320));
        Assert.Equal(DiskLevel.JournalOnly, At(31));
        Assert.Equal([DiskLevel.Low, DiskLevel.Fine, DiskLevel.Full, DiskLevel.Low, DiskLevel.JournalOnly], told);
    }

    [Fact]
    public void Who_writes_much_makes_it_look_before_its_time()
    {
        using var watch = Watch();
        watch.Start();
        free = 100 * MiB;
        watch.Wrote(27 * MiB);
        Assert.Equal(DiskLevel.Fine, watch.Level);
        watch.Wrote(MiB);
        Assert.Equal(DiskLevel.Full, watch.Level);

        // From that look on it counts anew.
        free = 10_000 * MiB;
        watch.Wrote(27 * MiB);
        Assert.Equal(DiskLevel.Full, watch.Level);
    }

    [Fact]
    public void Whoever_meets_a_full_disk_makes_the_level_known_at_once()
    {
        using (var watch = Watch())
        {
            watch.Start();
            foreach (var met in (Action[])[() => DiskFailures.Map(new IOException("No space left on device", 28), "/x"), () => DiskFailures.Full(), () => Tidemark.Database.DatabaseFailures.Map(new Microsoft.Data.Sqlite.SqliteException("full", 13))])
            {
                free = 10_000 * MiB;
                watch.Look();
                free = 100 * MiB;
                Assert.Equal(DiskLevel.Fine, watch.Level);
                met();
                Assert.Equal(DiskLevel.Full, watch.Level);
            }
        }

        // Another error of the disk says nothing of its space; one who has gone looks no more.
        using var another = Watch();
        another.Start();
        Assert.Equal(DiskLevel.Full, another.Level);
        free = 10_000 * MiB;
        DiskFailures.Map(new IOException("I/O error", 5), "/x");
        Assert.Equal(DiskLevel.Full, another.Level);
    }

    [Fact]
    public void The_reserve_is_given_up_when_only_the_journal_goes_on_and_made_anew_when_there_is_space()
    {
        using var watch = Watch(reserve: 1 * MiB);
        watch.Start();
        Assert.True(watch.Reserve.Held);

        free = 31 * MiB;
        Assert.Equal(DiskLevel.JournalOnly, watch.Look());
        Assert.False(File.Exists(watch.Reserve.Path));

        // What it gave up is no space: without this the two would take turns.
        free = 32 * MiB;
        Assert.Equal(DiskLevel.JournalOnly, watch.Look());
        free = 41 * MiB;
        Assert.Equal(DiskLevel.Full, watch.Look());
        Assert.True(watch.Reserve.Held);
    }

    [Fact]
    public void A_full_archive_stops_frames_and_not_the_data_folder()
    {
        using var watch = Watch();
        archiveFree = 0;
        watch.Start();

        Assert.Equal((DiskLevel.Full, temp["archive"]), (watch.Level, watch.State.Folder));
        Assert.True(watch.Reserve.Held);
        Assert.Equal("disk_full", watch.Refusal(DiskLevel.Full)?.Code);
        Assert.Contains(temp["archive"], watch.Refusal(DiskLevel.Low)!.Message, StringComparison.Ordinal);
        Assert.Null(watch.Refusal(DiskLevel.JournalOnly));
    }

    [Fact]
    public void It_looks_by_itself_and_what_it_cannot_see_changes_nothing()
    {
        using var watch = Watch();
        watch.Start();
        free = 100 * MiB;
        time.Advance(DiskWatch.Every);
        Assert.Equal(DiskLevel.Full, watch.Level);

        free = -1;
        time.Advance(DiskWatch.Every);
        Assert.Equal(DiskLevel.Full, watch.Level);
        free = 5000 * MiB;
        time.Advance(DiskWatch.Every);
        Assert.Equal(DiskLevel.Fine, watch.Level);
    }

    [Theory]
    [InlineData(24L << 20)]
    [InlineData(20L << 30)]
    [InlineData(8L << 40)]
    public void Every_disk_can_be_used_whatever_its_size(long total)
    {
        var thresholds = DiskThresholds.For(total);

        Assert.True(total / 20 >= thresholds.Low && thresholds.Low > thresholds.Full && thresholds.Full > thresholds.JournalOnly && thresholds.JournalOnly > 0);
        Assert.Equal(DiskLevel.Fine, thresholds.Judge(DiskLevel.JournalOnly, total / 10));
        Assert.InRange(DiskThresholds.Reserve(64 * MiB, total), 1, total / 100);
    }

    [Fact]
    public void A_reserve_is_of_real_blocks_and_may_be_cut_off_while_it_is_made()
    {
        var reserve = new DiskReserve(temp["reserve"], 3 * MiB);
        File.WriteAllBytes(temp["reserve"], new byte[100]);
        Assert.False(reserve.Held);
        Assert.True(reserve.Take());
        Assert.True(reserve.Held);

        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b %B", temp["reserve"]]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var blocks = process.StandardOutput.ReadToEnd().Split(' ').Select(long.Parse).ToArray();
        Assert.True(blocks[0] * blocks[1] >= 3 * MiB, string.Join('×', blocks));
        reserve.GiveUp();
        reserve.GiveUp();
        Assert.False(reserve.Held);
        Assert.True(new DiskReserve(temp["none"], 0).Take());
        Assert.False(File.Exists(temp["none"]));
    }

    [Theory]
    [InlineData("/tmp", true)]
    [InlineData("/tmp/archive", true)]
    [InlineData("/var/tmp/a/b", true)]
    [InlineData("/dev/shm/x", true)]
    [InlineData("/tmpfoo", false)]
    [InlineData("/srv/tmp", false)]
    [InlineData("/", false)]
    public void An_archive_under_a_temporary_folder_is_warned_of(string folder, bool warned) => Assert.Equal(warned ? "archive_temporary" : null, TemporaryFolder.Warning(folder)?.Code);

    [Fact]
    public void A_link_into_a_temporary_folder_is_seen_through()
    {
        Directory.CreateDirectory(temp["real"]);
        var link = Path.Combine(AppContext.BaseDirectory, $"link-{Path.GetFileName(temp.Path)}");
        Directory.CreateSymbolicLink(link, temp["real"]);
        try
        {
            Assert.Equal("archive_temporary", TemporaryFolder.Warning(link)?.Code);
        }
        finally
        {
            Directory.Delete(link);
        }
    }

    private DiskWatch Watch(long reserve = 64 * MiB)
    {
        Directory.CreateDirectory(temp["data"]);
        return new DiskWatch(new DataFolder(temp["data"], temp["archive"]), reserve, time, NullLogger.Instance, folder =>
            new DiskSpace(folder == temp["archive"] ? archiveFree : free >= 0 ? free : throw new IOException("gone"), 100 * 1024 * MiB));
    }
}
