using System.Reflection;
using System.Text.Json.Serialization;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator;
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

    private static readonly Seen AllThree = new("ok", 3), One = new("ok", 1);
    private static readonly Seen ClockAhead = new("ok", 3, "wrong_clock", FailureKind.Conflict, "Its clock is about 1.5 min ahead");

    /// <summary>What a list brings, and what a snapshot does.</summary>
    private static readonly Dictionary<string, Row> Table = new()
    {
        ["slow"] = new([new Slow { DelayMilliseconds = 5, BytesPerSecond = 400_000 }], AllThree, One),
        ["hung"] = Both(new Hung(), "failed", "stalled", FailureKind.Stalled, "sent nothing for 20 s"),
        ["status500"] = Both(new Status500(), "failed", "http_status", FailureKind.Unreachable, "answered 500"),
        ["status404"] = Both(new Status(), "failed", "http_status", FailureKind.BadInput, "answered 404"),
        ["status429"] = Both(new Status { Code = 429 }, "failed", "http_status", FailureKind.Unreachable, "answered 429"),
        ["malformedJson"] = new([new MalformedJson()], new("invalid", 0, "malformed_json", FailureKind.BadInput, "malformed JSON"), One),
        ["hugeJson"] = new([new HugeJson()], new("invalid", 0, "too_large", FailureKind.BadInput, "larger than 8 MiB"), One),
        ["wrongZone"] = new([new WrongZone()], new("ok", 3, "wrong_clock", FailureKind.Conflict, "pictures from the future: its times are at least 57 min ahead"), One),
        ["wrongClock"] = new([new WrongClock()], ClockAhead, ClockAhead with { Frames = 1 }),
        ["clockBehind"] = new([new WrongClock { OffsetSeconds = -90 }], ClockAhead with { Says = "min behind" }, ClockAhead with { Frames = 1, Says = "min behind" }),
        ["yearsAhead"] = new([new WrongClock { OffsetSeconds = 1e9, DateSeconds = 0 }], new("invalid", 0, "time_future", FailureKind.BadInput, "more than a day after now"), new("ok", 1, "wrong_clock", FailureKind.Conflict, "32 years ahead")),
        ["neverSet"] = new([new WrongClock { OffsetSeconds = -1.7e9, DateSeconds = 0 }], new("invalid", 0, "time_past", FailureKind.BadInput, "its clock was never set"), One),
        ["truncatedImage"] = Both(new TruncatedImage(), "invalid", "jpeg_truncated", FailureKind.BadInput, "cut short"),
        ["cutConnection"] = Both(new CutConnection(), "failed", "connection_broken", FailureKind.Unreachable, "broke"),
        ["resetConnection"] = Both(new ResetConnection(), "failed", "connection_broken", FailureKind.Unreachable, "broke"),
        ["cutOnce"] = new([new CutConnection { Times = 1 }], AllThree, One),
        ["htmlImage"] = Both(new HtmlImage(), "invalid", "not_jpeg", FailureKind.BadInput, "an HTML page"),
        ["emptyImage"] = Both(new EmptyImage(), "invalid", "jpeg_empty", FailureKind.BadInput, "not one byte"),
        ["hugeImage"] = Both(new AbsurdImage(), "invalid", "jpeg_dimensions", FailureKind.BadInput, "65500x65500"),
        ["tinyImage"] = Both(new AbsurdImage { Width = 1, Height = 1 }, "invalid", "jpeg_dimensions", FailureKind.BadInput, "1x1"),
        // That a camera is frozen shows after three updates: SourceWatchTests.
        ["repeatedImage"] = new([new RepeatedImage()], AllThree, One),
        ["changedImage"] = new([new ChangedImage()], AllThree, One),
        ["padded"] = new([new Padded()], AllThree, One),
        ["paddedBeyond"] = Both(new Padded { Bytes = 70_000 }, "invalid", "jpeg_tail", FailureKind.BadInput, "70000 bytes follow the end"),
        ["redirectPrivate"] = Both(new RedirectPrivate(), "failed", "address_refused", FailureKind.BadInput, "169.254.169.254"),
        ["redirectLoop"] = Both(new RedirectLoop(), "failed", "redirect_loop", FailureKind.Unreachable, "redirects more than"),
        ["ignoresRange"] = new([new CutConnection { Times = 1 }, new IgnoresRange()], AllThree, One),
        ["wrongRange"] = new([new CutConnection { Times = 1 }, new WrongRange()], AllThree, One),
        // Besides the three true ones, a time seven hours back with an offset that there is: nothing in it shows that it lies.
        ["lie All"] = Lying(Lie.All, 4, "time_past", "its clock was never set"),
        ["lie FarFuture"] = Lying(Lie.FarFuture, 3, "time_future", "more than a day after now"),
        ["lie FarPast"] = Lying(Lie.FarPast, 3, "time_past", "its clock was never set"),
        ["lie Negative"] = Lying(Lie.Negative, 3, "no_time", "has no time at"),
        ["lie WrongType"] = Lying(Lie.WrongType, 3, "no_time", "has no time at"),
        ["lie Duplicates"] = Lying(Lie.Duplicates, 3, null, null),
        ["lie OtherHost"] = Lying(Lie.OtherHost, 3, "no_image", "has no image address at"),
        ["lie ParentNames"] = Lying(Lie.ParentNames, 3, null, null),
        ["lie ControlCharacters"] = Lying(Lie.ControlCharacters, 3, "no_time", "has no time at"),
        ["lie WrongOffset"] = Lying(Lie.WrongOffset, 4, "no_time", "has no time at"),
    };

    public static TheoryData<string> Faults => [.. Table.Keys];

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public void Every_fault_and_every_lie_that_the_simulator_knows_is_in_the_table()
    {
        var tried = Table.Values.SelectMany(row => row.Faults).ToList();

        Assert.Empty(typeof(Fault).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType).Except(tried.Select(fault => fault.GetType())));
        Assert.Empty(typeof(Fault).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Fault)) && !type.IsAbstract).Except(tried.Select(fault => fault.GetType())));
        Assert.Empty(Enum.GetValues<Lie>().Except(tried.OfType<LyingJson>().Select(fault => fault.Lie)));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_has_its_outcome_and_clears(string name)
    {
        var row = Table[name];
        foreach (var (site, feed, source, expected) in ((string, IFrameFeed, Source, Seen)[])[
            ("harbour", rig.Feed, rig.Source("harbour"), row.List), ("pier", rig.Snapshots, rig.Snapshot("pier"), row.Snapshot)])
        {
            rig.Sites.Faults.Set(site, row.Faults);
            var polling = PollAsync(feed, source);
            if (row.Faults is [Hung])
            {
                await rig.Sites.Requests.ReachesAsync(new Uri(source.Config.Url).AbsolutePath, 1, Cancellation);
                time.Advance(CaptureRig.Options.Stall);
            }

            var spoiled = await polling;

            Assert.Equal(expected with { Says = null }, new Seen(spoiled.Outcome.Word(), spoiled.Captured, spoiled.Failure?.Code, spoiled.Failure?.Kind));
            Assert.Contains(expected.Says ?? "", spoiled.Failure?.Message ?? "", StringComparison.Ordinal);
            Assert.All(rig.FilesOf(site), file => Assert.Null(Tidemark.Media.Jpeg.Inspect(File.ReadAllBytes(file)).Failure));
            Assert.All(rig.FilesOf(site), file => Assert.Null(PictureTime.Check(StampOf(file), time.GetUtcNow())));
            Assert.Equal(spoiled.Captured, rig.FilesOf(site).Length);

            rig.Sites.Faults.Clear(site);
            time.Advance(TimeSpan.FromMinutes(1));
            var well = await PollAsync(feed, source);
            Assert.True(well.Outcome is Outcome.Ok or Outcome.Unchanged, $"{site}: {well}");
            Assert.True(rig.FilesOf(site).Length >= (site == "harbour" ? 3 : 1));
            Assert.Empty(Directory.GetFiles(rig.Folder.Incoming, $"{site}-*"));
        }
    }

    [Fact]
    public async Task A_device_that_shows_another_certificate_is_not_believed()
    {
        await using var sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Https = true, Clock = CaptureRig.Start, History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.Zero });
        foreach (var (feed, url) in ((IFrameFeed, string)[])[(rig.Feed, sites.IndexUrl("harbour")), (rig.Snapshots, sites.SnapshotUrl("harbour"))])
        {
            var source = rig.Source(feed.Kind.Replace('.', '-')) with { Config = rig.Config("harbour") with { Kind = feed.Kind, Url = url, PrivateNetwork = true } };
            Assert.Equal(Outcome.Ok, (await PollAsync(feed, source)).Outcome);
            var before = rig.FilesOf(source.Id).Length;
            sites.Certificate!.Replace();

            var other = await PollAsync(feed, source);
            Assert.Equal((Outcome.Failed, 0, "certificate_changed", FailureKind.Unreachable), (other.Outcome, other.Captured, other.Failure?.Code, other.Failure?.Kind));
            Assert.Contains("somebody may stand between", other.Failure!.Message, StringComparison.Ordinal);
            Assert.Contains($"tidemark source trust {source.Id}", other.Failure.Mend, StringComparison.Ordinal);
            Assert.Equal(before, rig.FilesOf(source.Id).Length);

            time.Advance(TimeSpan.FromMinutes(1));
            Assert.NotEqual(Outcome.Failed, (await PollAsync(feed, source with { Config = source.Config with { TrustedAt = time.GetUtcNow() } })).Outcome);
        }
    }

    private static DateTimeOffset StampOf(string file) => Tidemark.Time.Rfc3339.TryParseStamp(Path.GetFileNameWithoutExtension(file), out var at) ? at : default;

    private static Row Both(Fault fault, string outcome, string code, FailureKind kind, string says) => new([fault], new(outcome, 0, code, kind, says), new(outcome, 0, code, kind, says));

    private static Row Lying(Lie lie, int frames, string? code, string? says) => new([new LyingJson { Lie = lie }], new("ok", frames, code, code is null ? null : FailureKind.BadInput, says), One);

    private async Task<PollResult> PollAsync(IFrameFeed feed, Source source)
    {
        using var client = rig.Clients.Of(source);
        return await feed.PollAsync(source, client, Cancellation);
    }

    private sealed record Row(Fault[] Faults, Seen List, Seen Snapshot);

    /// <param name="Says">A part of the message.</param>
    private sealed record Seen(string Outcome, int Frames, string? Code = null, FailureKind? Kind = null, string? Says = null);
}
