using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Sources;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class ImportTests : IAsyncLifetime
{
    private static readonly TimeRange Ever = new(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly TempFolder temp = new();
    private readonly ManualTime time = new();
    private readonly List<ImportProgress> told = [];
    private long free = 50L << 30;
    private DataFolder folder = null!;
    private SqlDatabase database = null!;
    private FrameArchive archive = null!;
    private DiskWatch disk = null!;
    private SourceStore sources = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder = new DataFolder(temp["data"]);
        folder.Prepare();
        database = await Sqlite.OpenAsync(folder.Database);
        archive = new FrameArchive(folder, new FrameIndex(database), time);
        sources = new SourceStore(database, time);
        disk = new DiskWatch(folder, 0, time, NullLogger.Instance, _ => new DiskSpace(free, 100L << 30));
        Directory.CreateDirectory(temp["tree"]);
    }

    public async ValueTask DisposeAsync()
    {
        disk.Dispose();
        await database.DisposeAsync();
        temp.Dispose();
    }

    [Fact]
    public async Task An_archive_of_lemminbot_comes_in_as_it_is_with_its_thumbs_and_is_not_touched()
    {
        foreach (var (name, number) in new[] { ("2026-11-20T08:15:00Z", 1), ("2026-11-20T08:25:00Z", 2), ("2026-11-21T08:15:00Z", 3) })
        {
            Write($"{name[..10]}/{name}.jpg", Picture.Jpeg(number));
            Write($"{name[..10]}/{name}.thumb.jpg", Picture.Jpeg(number, 8, 8));
        }

        Write("2026-11-21/2026-11-21T08:25:00Z.iowait", []);
        Write("2026-11-21/2026-11-21T08:35:00Z.skip", []);
        var before = Snapshot();

        var report = await RunAsync();

        Assert.Equal((3, 3, 0, 0), (report.Imported, report.Crops, report.Skipped, report.LeftCount));
        Assert.Equal(("rfc3339", 3), (report.Pattern!.Id, Assert.Single(report.Shares).Files));
        Assert.Equal((At("2026-11-20T08:15:00Z"), At("2026-11-21T08:15:00Z")), (report.First, report.Last));
        Assert.Equal(before, Snapshot());
        var frames = await archive.Index.ListAsync("beach", Ever, 10, newestFirst: false, Cancellation);
        Assert.Equal(["2026-11-20T08:15:00Z.jpg", "2026-11-20T08:25:00Z.jpg", "2026-11-21T08:15:00Z.jpg"], frames.Select(frame => frame.Name));
        Assert.Equal(Picture.Jpeg(2), await File.ReadAllBytesAsync(archive.PathOf(frames[1]), Cancellation));
        Assert.Equal(Picture.Jpeg(2, 8, 8), await File.ReadAllBytesAsync(Path.ChangeExtension(archive.PathOf(frames[1]), ".thumb.jpg"), Cancellation));
        Assert.Empty(Directory.GetFiles(folder.Incoming));
        Assert.Equal((6, 6), (told[^1].Done, told[^1].Files));

        var again = await RunAsync();
        Assert.Equal((0, 0, 6, 0), (again.Imported, again.Crops, again.Skipped, again.LeftCount));
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        Write("20261120T081500Z.jpg", Picture.Jpeg(1));
        Write("20261120T081500Z.thumb.jpg", Picture.Jpeg(1, 8, 8));
        Write("other/20261120T081500Z.jpg", Picture.Jpeg(2));
        Write("20261120T082500Z.jpg", "<html>"u8.ToArray());
        Write("0001.thumb.jpg", Picture.Jpeg(3));
        var dry = await RunAsync(dryRun: true);
        Assert.Empty(await archive.Index.ListAsync("beach", Ever, 10, newestFirst: false, Cancellation));
        Assert.False(Directory.Exists(Path.Combine(folder.Frames, "beach")));

        var real = await RunAsync();

        Assert.Equal((1, 1), (real.Imported, real.Crops));
        Assert.Equal((dry.Imported, dry.Crops, dry.ImportedBytes, dry.First), (real.Imported, real.Crops, real.ImportedBytes, real.First));
        Assert.Equal(dry.Left.Select(one => (one.File, one.Code)), real.Left.Select(one => (one.File, one.Code)));
        Assert.Equal([("20261120T082500Z.jpg", "not_jpeg"), ("other/20261120T081500Z.jpg", "conflict"), ("0001.thumb.jpg", "no_time")], real.Left.Select(one => (one.File, one.Code)));
    }

    [Fact]
    public async Task What_is_there_with_other_bytes_is_named_and_left()
    {
        Write("20261120T081500Z.jpg", Picture.Jpeg(1));
        await RunAsync();
        Write("20261120T081500Z.jpg", Picture.Jpeg(2));
        // One without a row, as a crash leaves it.
        var orphan = folder.FramePath("beach", At("2026-11-20T09:00:00Z"));
        await File.WriteAllBytesAsync(orphan, Picture.Jpeg(5), Cancellation);
        Write("20261120T090000Z.jpg", Picture.Jpeg(6));

        var report = await RunAsync();

        Assert.Equal((0, 2), (report.Imported, report.LeftCount));
        Assert.All(report.Left, one => Assert.Equal("conflict", one.Code));
        Assert.Equal(Picture.Jpeg(1), await File.ReadAllBytesAsync(folder.FramePath("beach", At("2026-11-20T08:15:00Z")), Cancellation));
        Assert.Equal(Picture.Jpeg(5), await File.ReadAllBytesAsync(orphan, Cancellation));
    }

    [Fact]
    public async Task Sums_in_the_tree_are_believed_before_the_pictures_are()
    {
        Write("a/20261120T081500Z.jpg", Picture.Jpeg(1));
        Write("a/20261120T082500Z.jpg", Picture.Jpeg(2));
        Write("a/notes.tmp", "changed"u8.ToArray());
        Write("a/SHA256SUMS", System.Text.Encoding.UTF8.GetBytes(
            $"{Sum(Picture.Jpeg(1))}  20261120T081500Z.jpg\n{Sum(Picture.Jpeg(9))} *./20261120T082500Z.jpg\n{Sum([1])}  notes.tmp\n{Sum([2])}  20261120T083500Z.jpg\n{Sum([3])}  ../../../etc/passwd\n"));
        Write("b/SHA256SUMS", "what is this\n"u8.ToArray());

        var report = await RunAsync();

        Assert.Equal(1, report.Imported);
        Assert.Equal([("a/20261120T082500Z.jpg", "sum_mismatch"), ("a/20261120T083500Z.jpg", "sum_missing"), ("a/notes.tmp", "sum_mismatch"), ("b/SHA256SUMS", "sums"), ("etc/passwd", "sum_missing")],
            report.Left.Select(one => (one.File, one.Code)).Order());
    }

    [Fact]
    public async Task Local_times_want_a_zone_and_the_repeated_hour_is_told_apart_by_when_a_file_was_written()
    {
        Write("2026-10-25_02-30-00.jpg", Picture.Jpeg(1), written: At("2026-10-25T00:31:00Z"));
        Write("2026-10-25_02-40-00.jpg", Picture.Jpeg(2), written: At("2026-10-25T01:41:00Z"));
        Write("2026-03-29_02-30-00.jpg", Picture.Jpeg(3), written: At("2026-03-29T01:31:00Z"));
        Write("2026-07-01_12-00-00.jpg", Picture.Jpeg(4), written: At("2026-07-01T10:00:01Z"));
        var refused = await RunAsync();
        Assert.Equal(["no_zone", "no_zone", "no_zone", "no_zone"], refused.Left.Select(one => one.Code));

        var report = await RunAsync(zone: "Europe/Berlin");

        Assert.Equal((4, 3), (report.Imported, report.Ambiguous));
        Assert.Equal([At("2026-03-29T01:30:00Z"), At("2026-07-01T10:00:00Z"), At("2026-10-25T00:30:00Z"), At("2026-10-25T01:40:00Z")],
            (await archive.Index.ListAsync("beach", Ever, 10, newestFirst: false, Cancellation)).Select(frame => frame.Time));
        Assert.Equal("time_zone", (await StartAsync(zone: "Nowhere/Else")).Failure?.Code);
    }

    [Fact]
    public async Task Hard_links_take_no_space_and_links_in_the_tree_lead_nowhere()
    {
        var original = Write("20261120T081500Z.jpg", Picture.Jpeg(1));
        File.CreateSymbolicLink(Path.Combine(temp["tree"], "20261120T082500Z.jpg"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(temp["tree"], "loop"), temp["tree"]);
        Write("readme.txt", [1]);
        Write("20991231T000000Z.jpg", Picture.Jpeg(2));

        var report = await RunAsync(link: true);

        Assert.Equal(1, report.Imported);
        Assert.Equal(2u, Links(original));
        Assert.Equal([("20261120T082500Z.jpg", "link"), ("20991231T000000Z.jpg", "future"), ("loop", "link"), ("readme.txt", "not_jpeg")], report.Left.Select(one => (one.File, one.Code)).Order());
    }

    [Fact]
    public async Task An_import_stops_when_the_disk_runs_low_and_goes_on_where_it_was()
    {
        foreach (var minute in Enumerable.Range(10, 5))
        {
            Write($"20261120T08{minute}00Z.jpg", Picture.Jpeg(minute));
        }

        free = 100 << 20;
        disk.Look();
        var stopped = await RunAsync();
        Assert.Equal((0, "disk_full"), (stopped.Imported, stopped.Ended?.Code));

        free = 50L << 30;
        disk.Look();
        using var calling = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var cut = (await new Import(archive, folder, sources, disk, new CaptureOptions(), time).RunAsync(Request(), new Told(progress =>
        {
            if (progress.Done == 2)
            {
                calling.Cancel();
            }
        }), calling.Token)).Value;
        Assert.Equal((2, "cancelled"), (cut.Imported, cut.Ended?.Code));
        Assert.Equal((3, 2, null), ((await RunAsync()) is var rest ? rest.Imported : 0, rest.Skipped, rest.Ended));
    }

    [Fact]
    public async Task Frames_that_their_source_would_let_go_at_once_are_told_of_and_so_is_a_source_that_is_not_there()
    {
        Write("20260101T081500Z.jpg", Picture.Jpeg(1));
        Assert.Contains("no source named 'beach'", Assert.Single((await RunAsync(dryRun: true)).Notes), StringComparison.Ordinal);
        await sources.AddAsync("beach", new SourceConfig("http://cam.example.org/i.json", 600, new FrameIndexPointers("/f", "/t", "/u"), [], false) { KeepDays = 30 }, Cancellation);
        Assert.Contains("keeps 30 days", Assert.Single((await RunAsync()).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_imported_at_all_is_said_before_anything_is_read()
    {
        Assert.Equal("folder_not_found", (await StartAsync(tree: temp["nowhere"])).Failure?.Code);
        Assert.Equal("own_archive", (await StartAsync(tree: folder.Frames)).Failure?.Code);
        Assert.Equal("own_archive", (await StartAsync(tree: temp.Path)).Failure?.Code);
        Assert.Equal("pattern", (await StartAsync(pattern: "guess")).Failure?.Code);
        Assert.Equal((0, 0), ((await RunAsync()).Files, (await RunAsync()).LeftCount));
    }

    private static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static uint Links(string file)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%h", file]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return uint.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }

    private string Write(string name, byte[] content, DateTimeOffset? written = null)
    {
        var path = Path.Combine(temp["tree"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        if (written is { } at)
        {
            File.SetLastWriteTimeUtc(path, at.UtcDateTime);
        }

        return path;
    }

    private List<(string, string, DateTime)> Snapshot() =>
        [.. Directory.GetFiles(temp["tree"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => (file, Sum(File.ReadAllBytes(file)), File.GetLastWriteTimeUtc(file)))];

    private ImportRequest Request(string? tree = null, string? pattern = null, string? zone = null, bool link = false, bool dryRun = false) =>
        new(tree ?? temp["tree"], "beach", pattern, zone, link, dryRun);

    private Task<Result<ImportReport>> StartAsync(string? tree = null, string? pattern = null, string? zone = null, bool link = false, bool dryRun = false) =>
        new Import(archive, folder, sources, disk, new CaptureOptions(), time).RunAsync(Request(tree, pattern, zone, link, dryRun), new Told(told.Add), Cancellation);

    private async Task<ImportReport> RunAsync(string? zone = null, bool link = false, bool dryRun = false) => (await StartAsync(zone: zone, link: link, dryRun: dryRun)).Value;

    private sealed class Told(Action<ImportProgress> tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => tell(value);
    }
}
