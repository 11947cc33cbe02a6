using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

/// <summary>Every way in which the simulator goes wrong, on every kind that asks it: the outcome, its reason, nothing archived wrongly, and well again by itself.</summary>
public sealed class FaultTableTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    // Fault, outcome and code of an index, frames that came; outcome and code of a snapshot, frames that came.
    public static TheoryData<string, string, string?, int, string, string?, int> Table => new()
    {
        { "slow", "ok", null, 3, "ok", null, 1 },
        { "status500", "failed", "http_status", 0, "failed", "http_status", 0 },
        { "status404", "failed", "http_status", 0, "failed", "http_status", 0 },
        { "status429", "failed", "http_status", 0, "failed", "http_status", 0 },
        { "malformedJson", "invalid", "malformed_json", 0, "ok", null, 1 },
        { "hugeJson", "invalid", "too_large", 0, "ok", null, 1 },
        { "lyingJson", "ok", "no_time", 6, "ok", null, 1 },
        { "wrongZone", "ok", "wrong_clock", 3, "ok", null, 1 },
        { "wrongClock", "ok", "wrong_clock", 3, "ok", "wrong_clock", 1 },
        { "clockBehind", "ok", "wrong_clock", 3, "ok", "wrong_clock", 1 },
        { "truncatedImage", "invalid", "jpeg_truncated", 0, "invalid", "jpeg_truncated", 0 },
        { "cutConnection", "failed", "connection_broken", 0, "failed", "connection_broken", 0 },
        { "resetConnection", "failed", "connection_broken", 0, "failed", "connection_broken", 0 },
        { "cutOnce", "ok", null, 3, "ok", null, 1 },
        { "htmlImage", "invalid", "not_jpeg", 0, "invalid", "not_jpeg", 0 },
        { "emptyImage", "invalid", "jpeg_empty", 0, "invalid", "jpeg_empty", 0 },
        { "hugeImage", "invalid", "jpeg_dimensions", 0, "invalid", "jpeg_dimensions", 0 },
        { "tinyImage", "invalid", "jpeg_dimensions", 0, "invalid", "jpeg_dimensions", 0 },
        { "repeatedImage", "ok", null, 3, "ok", null, 1 },
        { "changedImage", "ok", null, 3, "ok", null, 1 },
        { "padded", "ok", null, 3, "ok", null, 1 },
        { "paddedBeyond", "invalid", "jpeg_tail", 0, "invalid", "jpeg_tail", 0 },
        { "redirectPrivate", "failed", "address_refused", 0, "failed", "address_refused", 0 },
        { "redirectLoop", "failed", "redirect_loop", 0, "failed", "redirect_loop", 0 },
        { "ignoresRange", "ok", null, 3, "ok", null, 1 },
        { "wrongRange", "ok", null, 3, "ok", null, 1 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_fault_has_its_outcome_and_clears(string fault, string outcome, string? code, int frames, string snapshotOutcome, string? snapshotCode, int snapshots)
    {
        foreach (var (site, feed, source, expected) in ((string, IFrameFeed, Source, (string, string?, int))[])[
            ("harbour", rig.Feed, rig.Source("harbour"), (outcome, code, frames)), ("pier", rig.Snapshots, rig.Snapshot("pier"), (snapshotOutcome, snapshotCode, snapshots))])
        {
            rig.Sites.Faults.Set(site, Make(fault));
            var spoiled = await PollAsync(feed, source);

            Assert.Equal(expected, (spoiled.Outcome.Word(), spoiled.Failure?.Code, spoiled.Captured));
            Assert.All(rig.FilesOf(site), file => Assert.Null(Tidemark.Media.Jpeg.Inspect(File.ReadAllBytes(file)).Failure));
            Assert.Equal(spoiled.Captured, rig.FilesOf(site).Length);

            rig.Sites.Faults.Clear(site);
            time.Advance(TimeSpan.FromMinutes(1));
            var well = await PollAsync(feed, source);
            Assert.True(well.Outcome is Outcome.Ok or Outcome.Unchanged, $"{site}: {well}");
            Assert.True(rig.FilesOf(site).Length >= (site == "harbour" ? 3 : 1));
            Assert.Empty(Directory.GetFiles(rig.Folder.Incoming, $"{site}-*"));
        }
    }

    [Theory]
    [InlineData("frames.index", FaultTarget.Index)]
    [InlineData("frames.snapshot", FaultTarget.Snapshot)]
    public async Task A_hung_source_is_given_up_after_the_stall_and_comes_back(string kind, FaultTarget on)
    {
        var (feed, source, path) = kind == SourceKind.FrameIndex
            ? ((IFrameFeed)rig.Feed, rig.Source("harbour"), rig.Sites.IndexUrl("harbour"))
            : (rig.Snapshots, rig.Snapshot("harbour"), rig.Sites.SnapshotUrl("harbour"));
        rig.Sites.Faults.Set("harbour", new Hung { On = on });
        var polling = PollAsync(feed, source);
        await rig.Sites.Requests.ReachesAsync(new Uri(path).AbsolutePath, 1, Cancellation);
        time.Advance(CaptureRig.Options.Stall);

        var hung = await polling;
        Assert.Equal((Outcome.Failed, "stalled"), (hung.Outcome, hung.Failure?.Code));
        rig.Sites.Faults.Clear("harbour");
        Assert.Equal(Outcome.Ok, (await PollAsync(feed, source)).Outcome);
    }

    private static Fault[] Make(string fault) => fault switch
    {
        "slow" => [new Slow { DelayMilliseconds = 5, BytesPerSecond = 400_000 }],
        "status500" => [new Status500()],
        "status404" => [new Status()],
        "status429" => [new Status { Code = 429 }],
        "malformedJson" => [new MalformedJson()],
        "hugeJson" => [new HugeJson()],
        "lyingJson" => [new LyingJson()],
        "wrongZone" => [new WrongZone()],
        "wrongClock" => [new WrongClock()],
        "clockBehind" => [new WrongClock { OffsetSeconds = -90 }],
        "truncatedImage" => [new TruncatedImage()],
        "cutConnection" => [new CutConnection()],
        "resetConnection" => [new ResetConnection()],
        "cutOnce" => [new CutConnection { Times = 1 }],
        "htmlImage" => [new HtmlImage()],
        "emptyImage" => [new EmptyImage()],
        "hugeImage" => [new AbsurdImage()],
        "tinyImage" => [new AbsurdImage { Width = 1, Height = 1 }],
        "repeatedImage" => [new RepeatedImage()],
        "changedImage" => [new ChangedImage()],
        "padded" => [new Padded()],
        "paddedBeyond" => [new Padded { Bytes = 70_000 }],
        "redirectPrivate" => [new RedirectPrivate()],
        "redirectLoop" => [new RedirectLoop()],
        "ignoresRange" => [new CutConnection { Times = 1 }, new IgnoresRange()],
        "wrongRange" => [new CutConnection { Times = 1 }, new WrongRange()],
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private async Task<PollResult> PollAsync(IFrameFeed feed, Source source)
    {
        using var client = rig.Clients.Of(source);
        return await feed.PollAsync(source, client, Cancellation);
    }
}
