using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class QuarantineTests : IAsyncLifetime
{
    private static readonly byte[] Page = [.. "<!DOCTYPE html><script>alert(1)</script>"u8];
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task What_cannot_be_used_is_kept_with_a_note_and_listed()
    {
        var kept = KeptAsync(rig.Quarantine);
        var failure = await CheckAsync(Page);

        Assert.Equal("not_jpeg", failure?.Code);
        var entry = await kept;
        Assert.Matches(@"^20261122T080000\.000Z-[0-9a-f]{8}\.html$", entry.File);
        Assert.Equal(Page, await File.ReadAllBytesAsync(rig.Quarantine.PathOf("harbour", entry.File)!, Cancellation));
        Assert.Contains("\"code\": \"not_jpeg\"", await File.ReadAllTextAsync(Assert.Single(Notes()), Cancellation), StringComparison.Ordinal);
        await ListedAsync(entry);
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task A_whole_picture_is_left_as_it_is()
    {
        Assert.Null(await CheckAsync(Picture.Jpeg(1), keep: true));
        Assert.False(Directory.Exists(rig.Folder.Quarantine));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "time_past")]
    [InlineData("1989-12-31T23:59:59Z", "time_past")]
    [InlineData("1990-01-01T00:00:00Z", null)]
    [InlineData("2026-11-23T08:13:05Z", null)]
    [InlineData("2026-11-23T08:13:06Z", "time_future")]
    [InlineData("2999-01-01T00:00:00Z", "time_future")]
    public async Task A_time_that_cannot_be_is_kept_in_quarantine(string taken, string? code)
    {
        var picture = Picture.Jpeg(1);
        var failure = await CheckAsync(picture, keep: code is null, at: DateTimeOffset.Parse(taken, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(code, failure?.Code);
        if (failure is not null)
        {
            Assert.Equal(FailureKind.BadInput, failure.Kind);
            await rig.Quarantine.NotedAsync();
            var entry = Assert.Single(await rig.Quarantined.ListAsync("harbour", null, 10, Cancellation));
            Assert.Equal(picture, await File.ReadAllBytesAsync(rig.Quarantine.PathOf("harbour", entry.File)!, Cancellation));
        }
    }

    [Fact]
    public async Task The_same_bytes_of_a_source_are_kept_once_also_after_a_restart()
    {
        await CheckAsync(Page);
        await CheckAsync(Page);
        await using var again = new Quarantine(rig.Folder, rig.Quarantined, time, NullLogger<Quarantine>.Instance);
        await CheckAsync(Page, quarantine: again);
        Assert.Single(Notes());
        await CheckAsync(Page, source: "pier");
        Assert.Single(Directory.GetFiles(Path.Combine(rig.Folder.Quarantine, "pier"), "*.note.json"));
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task Rows_that_a_crash_or_the_database_lost_come_from_the_notes()
    {
        await CheckAsync(Page);
        await rig.Quarantine.DisposeAsync();
        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from quarantine", Cancellation), Cancellation);
        File.WriteAllText(Path.Combine(rig.Folder.Quarantine, "harbour", "broken.note.json"), "{");
        // Whole, and never taken by a database: it keeps no other from its row.
        File.WriteAllText(Path.Combine(rig.Folder.Quarantine, "harbour", "a.note.json"), (await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(rig.Folder.Quarantine, "harbour"), "2*.note.json").Single(), Cancellation))
            .Replace("\"not_jpeg\"", "null", StringComparison.Ordinal).Replace(".html", ".txt", StringComparison.Ordinal));

        await using var again = new Quarantine(rig.Folder, rig.Quarantined, time, NullLogger<Quarantine>.Instance);
        again.CatchUp(Cancellation);
        await again.NotedAsync();

        Assert.Equal("not_jpeg", Assert.Single(await rig.Quarantined.ListAsync("harbour", null, 10, Cancellation)).Code);
    }

    [Fact]
    public async Task A_file_that_lost_its_note_is_looked_at_anew_and_listed()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["20261122T080000.000Z-01234567.html"] = Page,
            ["19700101T000000.000Z-01234567.jpg"] = Picture.Jpeg(1),
            ["20261122T080000.000Z-abcdef01.jpg"] = Picture.Jpeg(2),
        };
        Directory.CreateDirectory(Path.Combine(rig.Folder.Quarantine, "harbour"));
        foreach (var (name, content) in files)
        {
            await File.WriteAllBytesAsync(Path.Combine(rig.Folder.Quarantine, "harbour", name), content, Cancellation);
        }

        await File.WriteAllTextAsync(Path.Combine(rig.Folder.Quarantine, "harbour", "notes.txt"), "mine", Cancellation);
        rig.Quarantine.CatchUp(Cancellation);
        await rig.Quarantine.NotedAsync();

        var listed = (await rig.Quarantined.ListAsync("harbour", null, 10, Cancellation)).ToDictionary(entry => entry.File);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["time_past", "not_jpeg", "unknown"], files.Keys.Order(StringComparer.Ordinal).Select(name => listed[name].Code));
        Assert.All(files, file => Assert.Equal(System.Security.Cryptography.SHA256.HashData(file.Value), listed[file.Key].Sha256.ToArray()));
        Assert.Equal(3, Notes().Length);
        // They are known: the same bytes are not kept twice.
        Assert.Equal("not_jpeg", (await CheckAsync(Page))?.Code);
        Assert.Equal(3, Notes().Length);
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task While_the_database_is_away_the_notes_are_the_record_and_rows_come_without_a_restart()
    {
        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table quarantine rename to away", Cancellation), Cancellation);
        Assert.Equal("not_jpeg", (await CheckAsync(Page))?.Code);
        Assert.Equal("not_jpeg", (await CheckAsync([.. Page, 1]))?.Code);
        await time.DueAtAsync(CaptureRig.Start.AddSeconds(30));
        Assert.Equal(2, Notes().Length);

        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table away rename to quarantine", Cancellation), Cancellation);
        var noted = rig.Quarantine.NotedAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        await noted.WaitAsync(Cancellation);

        Assert.Equal(2, await rig.Quarantined.CountAsync("harbour", Cancellation));
    }

    [Fact]
    public async Task A_source_that_sends_nothing_but_garbage_cannot_fill_the_disk()
    {
        for (var i = 0; i < Quarantine.MostADay; i++)
        {
            Assert.Equal("not_jpeg", (await CheckAsync([.. Page, (byte)i, 1]))?.Code);
        }

        Assert.Equal(Quarantine.Full, (await CheckAsync([.. Page, 2]))?.Code);
        Assert.Equal(Quarantine.MostADay, Notes().Length);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("not_jpeg", (await CheckAsync([.. Page, 2]))?.Code);
    }

    [Theory]
    [InlineData("../harbour/20261122T080000.000Z-01234567.jpg")]
    [InlineData("20261122T080000.000Z-01234567.note.json")]
    [InlineData("20261122T080000.000Z-0123456/.jpg")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("20261122T080000.000Z-01234567.JPG")]
    public void Names_that_are_not_ours_lead_nowhere(string file) => Assert.Null(rig.Quarantine.PathOf("harbour", file));

    [Fact]
    public async Task Listed_pictures_that_cannot_be_used_are_in_quarantine_and_not_in_the_archive()
    {
        rig.Sites.Faults.Set("harbour", new HtmlImage());
        using var client = rig.Clients.Of(rig.Source("harbour"));

        var result = await rig.Feed.PollAsync(rig.Source("harbour"), client, Cancellation);

        Assert.Equal((Outcome.Invalid, 0, "not_jpeg"), (result.Outcome, result.Captured, result.Failure?.Code));
        Assert.Empty(rig.FilesOf("harbour"));
        Assert.Single(Notes());
    }

    private string[] Notes() => Directory.GetFiles(Path.Combine(rig.Folder.Quarantine, "harbour"), "*.note.json");

    private static Task<QuarantineEntry> KeptAsync(Quarantine quarantine)
    {
        var kept = new TaskCompletionSource<QuarantineEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
        quarantine.Kept += kept.SetResult;
        return kept.Task.WaitAsync(Cancellation);
    }

    private async Task ListedAsync(QuarantineEntry entry)
    {
        await rig.Quarantine.NotedAsync();
        var listed = Assert.Single(await rig.Quarantined.ListAsync(null, null, 10, Cancellation));
        Assert.Equal((entry.Source, entry.File, entry.Code, entry.Bytes, entry.ReceivedAt, "http://cam/a.jpg"), (listed.Source, listed.File, listed.Code, listed.Bytes, listed.ReceivedAt, listed.Url));
    }

    private async Task<Failure?> CheckAsync(byte[] content, string source = "harbour", bool keep = false, Quarantine? quarantine = null, DateTimeOffset? at = null)
    {
        var path = rig.Intake.NewIncoming();
        await File.WriteAllBytesAsync(path, content, Cancellation);
        var failure = await (quarantine ?? rig.Quarantine).CheckAsync(source, new Tidemark.Capture.Picture(at ?? new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), null, path, "http://cam/a.jpg"), Cancellation);
        Assert.Equal(keep, File.Exists(path));
        return failure;
    }
}
