using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Archive;

public sealed class FrameArchiveTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Instant = new(2026, 11, 22, 8, 15, 0, 250, TimeSpan.Zero);
    private readonly TempFolder temp = new();
    private readonly ManualTime time = new();
    private DataFolder folder = null!;
    private SqlDatabase database = null!;
    private FrameArchive archive = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder = new DataFolder(temp["data"]);
        Assert.Null(folder.Prepare());
        database = await Sqlite.OpenAsync(folder.Database);
        archive = new FrameArchive(folder, new FrameIndex(database), time);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        temp.Dispose();
    }

    [Fact]
    public async Task A_frame_lies_under_its_source_its_UTC_day_and_its_instant()
    {
        var frame = (await AddAsync(Picture.Jpeg(1), Instant.ToOffset(TimeSpan.FromHours(-9)))).Value;

        Assert.Equal(Path.Combine(folder.Root, "frames/harbour/2026-11-22/20261122T081500.250Z.jpg"), archive.PathOf(frame));
        Assert.Equal(Picture.Jpeg(1), await File.ReadAllBytesAsync(archive.PathOf(frame), Cancellation));
        Assert.Equal((16, 16, Picture.Jpeg(1).Length, time.GetUtcNow(), "n"), (frame.Width, frame.Height, (int)frame.Bytes, frame.ReceivedAt, frame.Name));
        AssertNothingIncoming();
    }

    [Fact]
    public async Task A_frame_is_named_to_the_millisecond_and_what_differs_less_is_the_same_frame()
    {
        var first = (await AddAsync(Picture.Jpeg(1), Instant.AddTicks(9_999))).Value;
        var second = (await AddAsync(Picture.Jpeg(2), Instant.AddTicks(1))).Value;

        Assert.Equal((Instant, Instant), (first.Time, second.Time));
        Assert.Equal(Picture.Jpeg(1), await File.ReadAllBytesAsync(archive.PathOf(first), Cancellation));
        Assert.Equal(first.Sha256.ToArray(), second.Sha256.ToArray());
        AssertNothingIncoming();
    }

    [Fact]
    public async Task A_frame_is_never_overwritten()
    {
        var first = (await AddAsync(Picture.Jpeg(1), Instant)).Value;
        var again = (await AddAsync(Picture.Jpeg(2), Instant)).Value;

        Assert.Equal(first.Sha256.ToArray(), again.Sha256.ToArray());
        Assert.Equal(Picture.Jpeg(1), await File.ReadAllBytesAsync(archive.PathOf(first), Cancellation));
        AssertNothingIncoming();
    }

    [Fact]
    public async Task A_file_that_a_crash_left_without_a_row_is_adopted_as_it_is()
    {
        var path = folder.FramePath("harbour", Instant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Picture.WriteAsync(path, 1);

        var frame = (await AddAsync(Picture.Jpeg(2), Instant)).Value;

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(Picture.Jpeg(1)), frame.Sha256.ToArray());
        Assert.Equal(Picture.Jpeg(1), await File.ReadAllBytesAsync(path, Cancellation));
        AssertNothingIncoming();
    }

    [Fact]
    public async Task A_damaged_file_in_the_place_is_a_conflict_and_is_left_for_the_operator()
    {
        var path = folder.FramePath("harbour", Instant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "damaged", Cancellation);

        var failure = (await AddAsync(Picture.Jpeg(2), Instant)).Failure!;

        Assert.Equal(FailureKind.Conflict, failure.Kind);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Mend);
        Assert.Equal("damaged", await File.ReadAllTextAsync(path, Cancellation));
        AssertNothingIncoming();
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    public async Task What_is_no_picture_does_not_get_into_the_archive(string content)
    {
        Assert.Equal(FailureKind.BadInput, (await AddAsync(System.Text.Encoding.UTF8.GetBytes(content), Instant)).Failure?.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Frames));
        AssertNothingIncoming();
    }

    [Fact]
    public async Task A_disk_that_refuses_is_a_failure_and_the_download_is_gone()
    {
        // A file where the source's folder should be.
        await File.WriteAllTextAsync(Path.Combine(folder.Frames, "harbour"), "", Cancellation);

        Assert.Equal(FailureKind.Infrastructure, (await AddAsync(Picture.Jpeg(1), Instant)).Failure?.Kind);
        AssertNothingIncoming();
    }

    [Fact]
    public async Task Called_off_before_its_turn_the_download_is_gone_as_well()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AddAsync(Picture.Jpeg(1), Instant, new CancellationToken(canceled: true)));
        AssertNothingIncoming();
        Assert.Empty(Directory.GetFileSystemEntries(folder.Frames));
    }

    [Fact]
    public async Task Of_many_that_bring_one_instant_together_one_is_kept_whole()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AddAsync(Picture.Jpeg(i), Instant)));

        Assert.All(added, one => Assert.Null(one.Failure));
        var bytes = await File.ReadAllBytesAsync(folder.FramePath("harbour", Instant), Cancellation);
        Assert.All(added, one => Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes), one.Value.Sha256.ToArray()));
        AssertNothingIncoming();
    }

    [Fact]
    public async Task Files_of_a_day_are_found_by_their_names_whatever_else_lies_there()
    {
        await AddAsync(Picture.Jpeg(1), Instant);
        await AddAsync(Picture.Jpeg(2), Instant.AddDays(1));
        var day = Path.GetDirectoryName(folder.FramePath("harbour", Instant))!;
        await File.WriteAllTextAsync(Path.Combine(day, "notes.jpg"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(day, "20261122T081500.250Z.jpg.tmp"), "", Cancellation);
        Directory.CreateDirectory(Path.Combine(folder.Frames, "harbour", "kept"));

        var midnight = TimeRange.Day(Instant).Start;
        Assert.Equal([Instant], archive.FilesOf("harbour", midnight));
        Assert.Equal([Instant.AddDays(1)], archive.FilesOf("harbour", midnight.AddDays(1)));
        Assert.Empty(archive.FilesOf("harbour", midnight.AddDays(2)));
        Assert.Empty(archive.FilesOf("pier", midnight));
    }

    [Fact]
    public void Downloads_never_share_a_name() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => archive.NewIncoming()).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public async Task Frames_on_both_sides_of_midnight_lie_in_their_own_days()
    {
        var midnight = TimeRange.Day(Instant).End;
        await AddAsync(Picture.Jpeg(1), midnight.AddMilliseconds(-1));
        await AddAsync(Picture.Jpeg(2), midnight);

        Assert.Equal(["2026-11-22", "2026-11-23"], Directory.GetDirectories(Path.Combine(folder.Frames, "harbour")).Select(Path.GetFileName).Order());
    }

    private async Task<Result<Frame>> AddAsync(byte[] content, DateTimeOffset at, CancellationToken? cancellation = null)
    {
        var incoming = archive.NewIncoming();
        await File.WriteAllBytesAsync(incoming, content, Cancellation);
        return await archive.PublishAsync("harbour", at, "n", incoming, cancellation ?? Cancellation);
    }

    private void AssertNothingIncoming() => Assert.Empty(Directory.GetFileSystemEntries(folder.Incoming));
}
