using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator.Upload;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class FrameFolderFeedTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Taken = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private readonly ManualTime time = new(CaptureRig.Start);
    private readonly TempFolder uploads = new();
    private CaptureRig rig = null!;
    private FrameFolderFeed feed = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await CaptureRig.StartAsync(time);
        feed = rig.Folders;
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        uploads.Dispose();
    }

    [Fact]
    public async Task Pictures_are_named_by_their_names_and_taken_out_of_the_folder()
    {
        Put("cam1_20261122_080000.jpg", 1);
        Put("cam1_20261122_080010.JPG", 2);
        Put("notes.txt", 3);

        Assert.Equal(new PollResult(Outcome.Ok, 2, null), await PollAsync());

        Assert.Equal([Taken, Taken.AddSeconds(10)], Stamps());
        Assert.Equal(["notes.txt"], Files());
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task An_upload_under_way_is_waited_for()
    {
        var camera = new UploadingCamera(new UploadOptions { Folder = uploads.Path, Width = 64, Height = 48 }, time);
        await using var upload = camera.Begin(Taken);
        await upload.WriteAsync(upload.Length / 2, Cancellation);
        Written(upload.Path, time.GetUtcNow());
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());

        await upload.FinishAsync(Cancellation);
        Written(upload.Path, time.GetUtcNow());
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());
        Assert.Equal(upload.Picture.ToArray(), await File.ReadAllBytesAsync(rig.Folder.FramePath("cam", Taken), Cancellation));
    }

    [Fact]
    public async Task An_upload_that_stays_half_goes_into_quarantine_after_an_hour_and_out_of_the_folder()
    {
        var path = Put("20261122-080000.jpg", 1, share: 0.5);
        Assert.Equal(Outcome.Unchanged, (await PollAsync()).Outcome);
        time.Advance(TimeSpan.FromMinutes(61));

        var result = await PollAsync();

        Assert.Equal((Outcome.Invalid, "jpeg_truncated"), (result.Outcome, result.Failure?.Code));
        Assert.False(File.Exists(path));
        Assert.Single(Directory.GetFiles(Path.Combine(rig.Folder.Quarantine, "cam"), "*.jpg"));
        Assert.Empty(Stamps());
    }

    [Fact]
    public async Task A_node_killed_between_archive_and_removal_takes_nothing_twice_and_loses_nothing()
    {
        var path = Put("20261122-080000.jpg", 1);
        var content = await File.ReadAllBytesAsync(path, Cancellation);
        await PollAsync();
        await File.WriteAllBytesAsync(path, content, Cancellation);
        Written(path, Taken);

        rig.Forget();
        feed = rig.Folders;
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
        Assert.Equal([Taken], Stamps());
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Pictures_of_one_second_all_have_their_place()
    {
        var pattern = "%Y%m%d-%H%M%S*.jpg";
        Put("20261122-080000_1.jpg", 1);
        Put("20261122-080000_2.jpg", 2);
        Put("20261122-080000_3.jpg", 3);

        Assert.Equal(new PollResult(Outcome.Ok, 3, null), await PollAsync(config => config with { NamePattern = pattern }));
        Assert.Equal([Taken, Taken.AddMilliseconds(1), Taken.AddMilliseconds(2)], Stamps());
    }

    [Fact]
    public async Task With_a_pattern_other_cameras_pictures_are_left_alone()
    {
        Put("cam1_20261122080000.jpg", 1);
        Put("cam2_20261122080000.jpg", 2);

        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync(config => config with { NamePattern = "cam1_%Y%m%d%H%M%S.jpg" }));
        Assert.Equal(["cam2_20261122080000.jpg"], Files());
    }

    [Fact]
    public async Task Local_times_are_read_in_the_sources_zone_and_refused_without_one()
    {
        Put("cam_2026-07-01_10-00-00.jpg", 1);
        var refused = await PollAsync(config => config with { NamePattern = "cam_%Y-%m-%d_%H-%M-%S.jpg", Zone = null });
        Assert.Equal((Outcome.Invalid, "no_zone"), (refused.Outcome, refused.Failure?.Code));

        await PollAsync(config => config with { NamePattern = "cam_%Y-%m-%d_%H-%M-%S.jpg", Zone = "Europe/Lisbon" });
        Assert.Equal([new DateTimeOffset(2026, 7, 1, 9, 0, 0, TimeSpan.Zero)], Stamps());
    }

    [Fact]
    public async Task A_name_without_a_time_is_named_by_when_its_file_was_written()
    {
        Written(Put("snapshot.jpg", 1), Taken.AddMilliseconds(250));
        Assert.Equal(Outcome.Ok, (await PollAsync()).Outcome);
        Assert.Equal([Taken.AddMilliseconds(250)], Stamps());
    }

    [Fact]
    public async Task Kept_files_are_taken_once_also_after_a_restart()
    {
        Put("20261122-080000.jpg", 1);
        Assert.Equal(1, (await PollAsync(config => config with { KeepFiles = true })).Captured);
        Assert.Equal(0, (await PollAsync(config => config with { KeepFiles = true })).Captured);
        rig.Forget();
        feed = rig.Folders;
        Assert.Equal(0, (await PollAsync(config => config with { KeepFiles = true })).Captured);

        Assert.Equal(["20261122-080000.jpg"], Files());
        Assert.Equal([Taken], Stamps());
    }

    [Fact]
    public async Task A_kept_file_whose_name_says_no_time_is_not_taken_again_when_it_is_touched()
    {
        Put("IMG_0001.jpg", 1);
        Assert.Equal(1, (await PollAsync(config => config with { KeepFiles = true })).Captured);

        File.SetLastWriteTimeUtc(uploads["IMG_0001.jpg"], time.GetUtcNow().UtcDateTime.AddMinutes(-1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await PollAsync(config => config with { KeepFiles = true })).Captured);
        Assert.Equal(0, (await PollAsync(config => config with { KeepFiles = true })).Captured);
        Assert.Single(Stamps());
    }

    [Fact]
    public async Task A_camera_that_uploads_once_a_day_is_not_stale_after_a_restart()
    {
        Put("20261121-080000.jpg", 1);
        Put("20261122-080000.jpg", 2);
        Assert.Equal(2, (await PollAsync()).Captured);
        rig.Forget();
        feed = rig.Folders;
        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
    }

    [Fact]
    public async Task A_kept_file_that_is_written_anew_is_another_picture_also_where_it_is_as_long_as_before_and_after_a_restart()
    {
        // A camera that pads its pictures to one length.
        await PadAsync(1, Taken);
        Assert.Equal(1, await KeepAsync());
        await PadAsync(2, Taken.AddSeconds(10));
        Assert.Equal(1, await KeepAsync());
        Assert.Equal(0, await KeepAsync());

        // While nobody looked.
        await PadAsync(3, Taken.AddSeconds(20));
        File.SetLastWriteTimeUtc(rig.Folder.FramePath("cam", Taken), Taken.AddSeconds(5).UtcDateTime);
        rig.Forget();
        feed = rig.Folders;
        Assert.Equal(1, await KeepAsync());
        Assert.Equal(0, await KeepAsync());
        Assert.Equal([Taken, Taken.AddMilliseconds(1), Taken.AddMilliseconds(2)], Stamps());

        // Its frame was let go, and somebody touches it.
        File.Delete(rig.Folder.FramePath("cam", Taken));
        await PadAsync(3, Taken.AddSeconds(30));
        Assert.Equal(0, await KeepAsync());
        Assert.Equal([Taken.AddMilliseconds(1), Taken.AddMilliseconds(2)], Stamps());

        async Task<int> KeepAsync() => (await PollAsync(config => config with { KeepFiles = true })).Captured;

        async Task PadAsync(int number, DateTimeOffset at)
        {
            var content = Picture.Jpeg(number);
            await File.WriteAllBytesAsync(uploads["20261122-080000.jpg"], [.. content, .. new byte[2000 - content.Length]], Cancellation);
            Written(uploads["20261122-080000.jpg"], at);
        }
    }

    [Fact]
    public async Task A_disk_that_fills_while_files_are_taken_leaves_the_rest_where_they_are()
    {
        using var disk = new DiskWatch(rig.Folder, 0, time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, _ => new DiskSpace(rig.FilesOf("cam").Length + Directory.GetFiles(rig.Folder.Incoming).Length == 0 ? 3000 : 1500, 100_000));
        disk.Look();
        rig.Forget(disk);
        feed = rig.Folders;
        Put("20261122-080000.jpg", 1);
        Put("20261122-080010.jpg", 2);

        var result = await PollAsync();

        Assert.Equal((Outcome.Ok, 1, "disk_full"), (result.Outcome, result.Captured, result.Failure?.Code));
        Assert.Equal(["20261122-080010.jpg"], Files());
    }

    [Fact]
    public async Task A_camera_that_uploads_no_more_is_stale_also_after_a_restart()
    {
        Put("20261122-080000.jpg", 1);
        Assert.Equal(Outcome.Ok, (await PollAsync()).Outcome);
        time.Advance(Taken.AddMinutes(30) - time.GetUtcNow());
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());

        time.Advance(TimeSpan.FromSeconds(1));
        var stale = await PollAsync();
        Assert.Equal((Outcome.Stale, "stale"), (stale.Outcome, stale.Failure?.Code));
        Assert.Contains("2026-11-22T08:00:00", stale.Failure!.Message, StringComparison.Ordinal);
        rig.Forget();
        feed = rig.Folders;
        Assert.Equal(Outcome.Stale, (await PollAsync()).Outcome);

        Put("20261122-083000.jpg", 2);
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
    }

    [Fact]
    public async Task Links_folders_hidden_files_and_hostile_names_lead_nowhere()
    {
        var secret = Path.Combine(rig.Folder.Root, "secret.jpg");
        await File.WriteAllBytesAsync(secret, Picture.Jpeg(9), Cancellation);
        File.CreateSymbolicLink(uploads["20261122-080000.jpg"], secret);
        Directory.CreateDirectory(uploads["20261122-080001.jpg"]);
        Directory.CreateDirectory(uploads["inner"]);
        await File.WriteAllBytesAsync(Path.Combine(uploads["inner"], "20261122-080002.jpg"), Picture.Jpeg(1), Cancellation);
        Put(".in.20261122-080003.jpg", 1);
        Put("x..%2f..%2f20261122-080004\n\u001b[2J.jpg", 4);

        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());

        Assert.Equal([Taken], Stamps());
        Assert.True(File.Exists(secret));
        await rig.Shipper.ShipAsync(Cancellation);
        Assert.Equal("x..%2f..%2f20261122-080004[2J.jpg", (await rig.Archive.Index.FindAsync("cam", Taken, Cancellation))!.Name);
    }

    [Fact]
    public async Task A_folder_that_is_away_is_told_and_comes_back()
    {
        var gone = await PollAsync(config => config with { Folder = uploads["mounted"] });
        Assert.Equal((Outcome.Failed, "folder_missing"), (gone.Outcome, gone.Failure?.Code));
    }

    private string Put(string name, int number, double share = 1)
    {
        var picture = Picture.Jpeg(number);
        File.WriteAllBytes(uploads[name], picture[..(int)(picture.Length * share)]);
        return Written(uploads[name], Taken);
    }

    private static string Written(string path, DateTimeOffset at)
    {
        File.SetLastWriteTimeUtc(path, at.UtcDateTime);
        return path;
    }

    private List<string> Files() => [.. Directory.GetFiles(uploads.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private List<DateTimeOffset> Stamps() =>
        [.. rig.FilesOf("cam").Select(file => Rfc3339.TryParseStamp(Path.GetFileNameWithoutExtension(file), out var at) ? at : default).Order()];

    private async Task<PollResult> PollAsync(Func<SourceConfig, SourceConfig>? change = null)
    {
        var config = new SourceConfig("", 60, null, [], PrivateNetwork: false) { Kind = SourceKind.FrameFolder, Folder = uploads.Path, Zone = "UTC" };
        var source = new Source("cam", change?.Invoke(config) ?? config, Paused: false, CaptureRig.Start);
        using var client = rig.Clients.Of(source);
        return await feed.PollAsync(source, client, Cancellation);
    }
}
