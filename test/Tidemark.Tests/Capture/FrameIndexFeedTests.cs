using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class FrameIndexFeedTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Everything_that_is_listed_and_missing_is_fetched_oldest_first_and_told()
    {
        var told = new List<(DateTimeOffset Time, string? Name)>();
        rig.Intake.Captured += (frame, temporary) => told.Add((frame.Time, frame.Name));

        Assert.Equal(new PollResult(Outcome.Ok, 3, null), await PollAsync());

        Assert.Equal(["harbour-20261122-075000", "harbour-20261122-080000", "harbour-20261122-081000"], told.Select(frame => frame.Name));
        Assert.Equal(told.Select(frame => frame.Time).Order(), told.Select(frame => frame.Time));
        Assert.Equal(3, rig.FilesOf("harbour").Length);
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task What_is_there_is_not_fetched_again()
    {
        await PollAsync();
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync());
        Assert.All(rig.Sites.Requests.ByPath.Where(path => path.Key.EndsWith(".jpg", StringComparison.Ordinal)), path => Assert.Equal(1, path.Value));
    }

    [Fact]
    public async Task A_gap_is_filled_and_nothing_else_is_asked_for()
    {
        await PollAsync();
        var middle = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from frame where time = @time", Cancellation, ("time", middle)), Cancellation);
        File.Delete(rig.Folder.FramePath("harbour", middle));
        rig.Forget();

        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());

        Assert.Equal([1, 1, 2], rig.Sites.Requests.ByPath.Where(path => path.Key.EndsWith(".jpg", StringComparison.Ordinal)).Select(path => path.Value).Order());
    }

    [Fact]
    public async Task Pictures_that_cannot_be_had_come_last_and_keep_no_newer_ones_from_being_captured()
    {
        rig.Sites.Faults.Set("harbour", new TruncatedImage { Times = 2 });
        var first = await PollAsync();
        Assert.Equal((Outcome.Ok, 1, "jpeg_truncated"), (first.Outcome, first.Captured, first.Failure?.Code));

        rig.Sites.Faults.Set("harbour", new TruncatedImage { Times = 2 });
        var again = await PollAsync();
        Assert.Equal((Outcome.Unchanged, 0, "jpeg_truncated"), (again.Outcome, again.Captured, again.Failure?.Code));

        Assert.Equal(new PollResult(Outcome.Ok, 2, null), await PollAsync());
        Assert.Equal(3, rig.FilesOf("harbour").Length);
        rig.AssertNothingIncoming();
    }

    public static TheoryData<string, string, string> Spoiled => new()
    {
        { "status500", "failed", "http_status" },
        { "malformedJson", "invalid", "malformed_json" },
        { "cutIndex", "failed", "connection_broken" },
        { "truncatedImage", "invalid", "jpeg_truncated" },
        { "cutImage", "failed", "connection_broken" },
        { "status500Image", "failed", "http_status" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task A_spoiled_answer_has_its_outcome_leaves_nothing_and_is_made_up_for_when_the_fault_clears(string fault, string outcome, string code)
    {
        rig.Sites.Faults.Set("harbour", fault switch
        {
            "status500" => new Status500(),
            "malformedJson" => new MalformedJson(),
            "cutIndex" => new CutConnection { On = FaultTarget.Index },
            "truncatedImage" => new TruncatedImage(),
            "cutImage" => new CutConnection(),
            _ => new Status500 { On = FaultTarget.Images },
        });

        var spoiled = await PollAsync();

        Assert.Equal((outcome, 0, code), (spoiled.Outcome.Word(), spoiled.Captured, spoiled.Failure?.Code));
        Assert.Empty(rig.FilesOf("harbour"));
        // What was cut off is gone on with.
        Assert.Equal(fault == "cutImage" ? 6 : 0, Directory.GetFileSystemEntries(rig.Folder.Incoming).Length);
        Assert.Equal(0, (await rig.Archive.Index.TotalsAsync("harbour", Cancellation)).Frames);

        rig.Sites.Faults.Clear("harbour");
        Assert.Equal(new PollResult(Outcome.Ok, 3, null), await PollAsync());
        rig.AssertNothingIncoming();
    }

    [Theory]
    [InlineData(FaultTarget.Index)]
    [InlineData(FaultTarget.Images)]
    public async Task A_hung_site_is_given_up_after_the_stall_time_and_leaves_nothing(FaultTarget on)
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = on });
        // One silent picture says nothing about the next; three in a row do.
        string[] asked = on == FaultTarget.Index
            ? [rig.Sites.IndexUrl("harbour")]
            : [.. Enumerable.Range(0, 3).Select(i => rig.Sites.FrameUrl("harbour", new DateTimeOffset(2026, 11, 22, 7, 50, 0, TimeSpan.Zero).AddMinutes(10 * i)))];

        var polling = PollAsync();
        foreach (var address in asked)
        {
            await rig.Sites.Requests.ReachesAsync(new Uri(address).AbsolutePath, 1, Cancellation);
            time.Advance(CaptureRig.Options.Stall);
        }

        var result = await polling;

        Assert.Equal((Outcome.Failed, FailureKind.Stalled), (result.Outcome, result.Failure!.Kind));
        Assert.Empty(rig.FilesOf("harbour"));
        rig.AssertNothingIncoming();
        rig.Sites.Faults.Clear("harbour");
        Assert.Equal(new PollResult(Outcome.Ok, 3, null), await PollAsync());
    }

    [Fact]
    public async Task A_slow_site_is_a_good_site()
    {
        rig.Sites.Faults.Set("harbour", new Slow { DelayMilliseconds = 5, BytesPerSecond = 200_000 });
        Assert.Equal(new PollResult(Outcome.Ok, 3, null), await PollAsync());
    }

    [Fact]
    public async Task One_bad_picture_does_not_keep_the_others_from_coming_and_is_told()
    {
        rig.Sites.Faults.Set("harbour", new TruncatedImage { Times = 1 });

        var result = await PollAsync();

        Assert.Equal((Outcome.Ok, 2, "jpeg_truncated"), (result.Outcome, result.Captured, result.Failure?.Code));
        Assert.Contains("20261122-075000.jpg", result.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task A_disk_that_fills_while_pictures_come_ends_the_round_before_the_next_one()
    {
        // Full below 2,000 bytes; the first picture takes what was left above.
        using var disk = new DiskWatch(rig.Folder, 0, time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, _ => new DiskSpace(rig.FilesOf("harbour").Length + Directory.GetFiles(rig.Folder.Incoming).Length == 0 ? 3000 : 1500, 100_000));
        disk.Look();
        rig.Forget(disk);

        var result = await PollAsync();

        Assert.Equal((Outcome.Ok, 1, "disk_full"), (result.Outcome, result.Captured, result.Failure?.Code));
        Assert.Equal(1, rig.Sites.Requests.ByPath.Count(path => path.Key.EndsWith(".jpg", StringComparison.Ordinal)));
        Assert.Equal(Outcome.Failed, (await PollAsync()).Outcome);
        Assert.Single(rig.FilesOf("harbour"));
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task Called_off_in_the_middle_of_a_download_nothing_is_left()
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = FaultTarget.Images });
        using var stop = new CancellationTokenSource();

        var polling = PollAsync(stop.Token);
        await rig.Sites.Requests.ReachesAsync(new Uri(rig.Sites.FrameUrl("harbour", new DateTimeOffset(2026, 11, 22, 7, 50, 0, TimeSpan.Zero))).AbsolutePath, 1, Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        rig.AssertNothingIncoming();
        Assert.Empty(rig.FilesOf("harbour"));
    }

    [Fact]
    public async Task Pictures_on_a_host_that_is_not_allowed_are_refused_and_never_asked_for()
    {
        var source = rig.Source("harbour") with { Config = rig.Config("harbour") with { Index = new FrameIndexPointers("/frames", "/takenAt", "/name") } };
        await using var server = await Tests.Sources.LittleServer.StartAsync(http => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response,
            """{"frames":[{"takenAt":"2026-11-22T08:00:00Z","name":"http://169.254.169.254/latest"},{"takenAt":"2026-11-22T08:10:00Z","name":"file:///etc/passwd"}]}"""));

        var result = await PollAsync(source: source with { Config = source.Config with { Url = server.Address } });

        Assert.Equal((Outcome.Failed, 0, "address_refused"), (result.Outcome, result.Captured, result.Failure?.Code));
        rig.AssertNothingIncoming();
    }

    private async Task<PollResult> PollAsync(CancellationToken? cancellation = null, Source? source = null)
    {
        source ??= rig.Source("harbour");
        using var client = new OutsideClient(new AddressRules(source.Config), time, CaptureRig.Options.Stall);
        var result = await rig.Feed.PollAsync(source, client, cancellation ?? Cancellation);
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        return result;
    }
}
