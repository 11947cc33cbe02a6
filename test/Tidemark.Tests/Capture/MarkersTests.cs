using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class MarkersTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("2026-11-22/20261122T080000.000Z.jpg.tmp", true)]
    [InlineData("2026-11-22/20261122T080000.000Z.jpg.skip", true)]
    [InlineData("2026-11-22/20261122T080000.000Z.jpg.iowait", true)]
    [InlineData("2026-11-22/20261122T08.skip", true)]
    [InlineData("2026-11-22/20261122T080000.000Z.skip", true)]
    [InlineData("2026-11-22/20261122.skip", true)]
    [InlineData("20261122.skip", true)]
    [InlineData("202611.skip", true)]
    [InlineData("2026.skip", true)]
    [InlineData("2026-11-22/20261122T0801.skip", false)]
    [InlineData("2026-11-22/20261122T08.tmp", false)]
    [InlineData("2026-11-22/.skip", false)]
    [InlineData("2026-11-22/2.skip", false)]
    [InlineData("2026-11-21/20261122T08.skip", false)]
    public void A_marker_stands_for_its_frame_or_for_all_that_begin_like_it(string marker, bool skips)
    {
        Touch("harbour", marker);
        Assert.Equal(skips, rig.Markers.Skips("harbour", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero)));
        Assert.False(rig.Markers.Skips("pier", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task Frames_with_markers_are_left_alone_and_the_others_come()
    {
        var marker = Touch("harbour", "2026-11-22/20261122T075000.000Z.jpg.tmp");
        Touch("harbour", "2026-11-22/20261122T0800.skip");

        Assert.Equal(new PollResultShort("ok", 1), await PollAsync());
        Assert.Equal(new PollResultShort("skipped", 0), await PollAsync());
        Assert.Equal(0, rig.Sites.Requests[new Uri(rig.Sites.FrameUrl("harbour", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero))).AbsolutePath]);
        Assert.True(File.Exists(marker));

        File.Delete(marker);
        Assert.Equal(new PollResultShort("ok", 1), await PollAsync());
    }

    [Fact]
    public async Task A_snapshot_whose_hour_is_marked_is_not_asked_for()
    {
        Touch("harbour", "2026-11-22/20261122T08.skip");
        var source = rig.Source("harbour") with { Config = new SourceConfig(rig.Sites.SnapshotUrl("harbour"), 60, null, [], false) { Kind = SourceKind.FrameSnapshot } };
        using var client = rig.Clients.Of(source);

        var result = await rig.Snapshots.PollAsync(source, client, TestContext.Current.CancellationToken);

        Assert.Equal((Outcome.Skipped, "skipped"), (result.Outcome, result.Failure?.Code));
        Assert.Empty(rig.Sites.Requests.ByPath);
    }

    private string Touch(string source, string marker)
    {
        var path = Path.Combine(rig.Folder.Frames, source, marker);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }

    private async Task<PollResultShort> PollAsync()
    {
        using var client = rig.Clients.Of(rig.Source("harbour"));
        var result = await rig.Feed.PollAsync(rig.Source("harbour"), client, TestContext.Current.CancellationToken);
        return new PollResultShort(result.Outcome.Word(), result.Captured);
    }

    private sealed record PollResultShort(string Outcome, int Captured);
}
