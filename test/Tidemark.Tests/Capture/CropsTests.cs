using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class CropsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Taken = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;
    private Crops crops = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await CaptureRig.StartAsync(time);
        crops = new Crops(rig.Sources, new JpegCropper(new MediaTools(rig.Folder.Scratch, TimeProvider.System)), rig.Conditions, new DayStore(rig.Database), rig.Folder, time, NullLogger<Crops>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await crops.DisposeAsync();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Frames_get_their_crops_beside_them_without_loss()
    {
        await AddAsync("16x16+16+0", "40x24f+8+16");
        await crops.StartAsync(Cancellation);
        var made = MadeAsync(2);
        crops.Captured(await CaptureAsync());

        Assert.Equal(["20261122T080000.000Z.thumb.jpg", "20261122T080000.000Z.thumb2.jpg"], (await made).Select(Path.GetFileName));
        var first = Jpeg.Inspect(await File.ReadAllBytesAsync((await made)[0], Cancellation)).Value;
        var second = Jpeg.Inspect(await File.ReadAllBytesAsync((await made)[1], Cancellation)).Value;
        Assert.Equal((16, 16), (first.Width, first.Height));
        Assert.Equal(24, second.Height);
        Assert.True(second.Width >= 40);
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task A_crop_that_comes_after_its_day_was_sealed_has_it_sealed_again()
    {
        await AddAsync("16x16+16+0");
        var frame = await CaptureAsync();
        var day = new DayFolder(rig.Folder.Archive, frame.Source, TimeRange.Day(frame.Time).Start);
        await File.WriteAllTextAsync(day[DayFolder.Sums], "", Cancellation);
        var store = new DayStore(rig.Database);
        await crops.StartAsync(Cancellation);
        var made = MadeAsync(2);
        // One after the other: the second is made when all is done about the first.
        crops.Captured(frame);
        crops.Captured(await CaptureAsync(Taken.AddDays(-1)));
        await made;

        Assert.Equal(1, (await store.RowsAsync(frame.Source, day.Day, Cancellation)).SlotChanges);
    }

    [Fact]
    public async Task Crops_that_a_kill_lost_are_made_up_for_at_the_start()
    {
        await CaptureAsync();
        await AddAsync("16x16+0+0");
        var made = MadeAsync(1);
        await crops.StartAsync(Cancellation);
        Assert.True(File.Exists(Assert.Single(await made)));
    }

    [Fact]
    public async Task While_the_disk_is_low_no_crop_is_made_and_when_there_is_space_they_are_made_up_for()
    {
        var free = 100L << 20;
        using var disk = new DiskWatch(rig.Folder, 0, time, NullLogger.Instance, _ => new DiskSpace(free, 100L << 30));
        disk.Look();
        await crops.DisposeAsync();
        crops = new Crops(rig.Sources, new JpegCropper(new MediaTools(rig.Folder.Scratch, TimeProvider.System)), rig.Conditions, new DayStore(rig.Database), rig.Folder, time, NullLogger<Crops>.Instance, disk);
        await AddAsync("16x16+0+0");
        var levels = new List<DiskLevel>();
        crops.Made += _ => levels.Add(disk.Level);
        var made = MadeAsync(1);
        await crops.StartAsync(Cancellation);
        crops.Captured(await CaptureAsync());
        await time.DueAtAsync(CaptureRig.Start.AddHours(1));

        free = 50L << 30;
        disk.Look();

        Assert.True(File.Exists(Assert.Single(await made)));
        Assert.Equal([DiskLevel.Fine], levels);
    }

    [Fact]
    public async Task A_crop_that_reaches_beyond_the_picture_is_told_and_the_frame_stays()
    {
        await AddAsync("64x48+16+0");
        var told = new TaskCompletionSource<SourceCondition?>(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Conditions.Changed += (_, _, condition) => told.TrySetResult(condition);
        await crops.StartAsync(Cancellation);
        crops.Captured(await CaptureAsync());

        var condition = await told.Task.WaitAsync(Cancellation);
        Assert.Equal(("cam", ConditionCode.Crop), (condition?.Source, condition?.Code));
        Assert.Contains("64x48+16+0 reaches beyond the picture, which is 64x48", condition!.Message, StringComparison.Ordinal);
        Assert.Equal(["20261122T080000.000Z.jpg"], rig.FilesOf("cam").Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_crop_that_cannot_be_made_keeps_no_other_from_being_made_and_is_told_once()
    {
        await AddAsync("64x48+16+0", "16x16+0+0", "24x24+0+0");
        var told = new List<string?>();
        rig.Conditions.Changed += (_, _, condition) => told.Add(condition?.Message);
        var made = MadeAsync(6);
        await crops.StartAsync(Cancellation);
        crops.Captured(await CaptureAsync());
        crops.Captured(await CaptureAsync(Taken.AddMinutes(1)));
        crops.Captured(await CaptureAsync(Taken.AddMinutes(2)));

        Assert.Equal(["080000", "080000", "080100", "080100", "080200", "080200"], (await made).Select(path => Path.GetFileName(path)[9..15]));
        await rig.Conditions.NotedAsync();
        Assert.Contains("64x48+16+0 reaches beyond the picture", Assert.Single(told), StringComparison.Ordinal);
    }

    private async Task AddAsync(params string[] wanted) =>
        await rig.Sources.AddAsync("cam", rig.Config("cam") with { Crops = wanted }, Cancellation);

    private async Task<Frame> CaptureAsync(DateTimeOffset? at = null)
    {
        var path = rig.Intake.NewIncoming();
        await File.WriteAllBytesAsync(path, Picture.Jpeg(4, 64, 48), Cancellation);
        return (await rig.Intake.TakeAsync("cam", new Tidemark.Capture.Picture(at ?? Taken, null, path), Cancellation)).Value;
    }

    private Task<List<string>> MadeAsync(int count)
    {
        var (paths, all) = (new List<string>(), new TaskCompletionSource<List<string>>(TaskCreationOptions.RunContinuationsAsynchronously));
        crops.Made += path =>
        {
            paths.Add(path);
            if (paths.Count == count)
            {
                all.TrySetResult(paths);
            }
        };
        return all.Task.WaitAsync(Cancellation);
    }
}
