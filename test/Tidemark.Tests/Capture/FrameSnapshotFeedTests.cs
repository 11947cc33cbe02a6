using Microsoft.AspNetCore.Http;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class FrameSnapshotFeedTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Shown = new(2026, 11, 22, 8, 10, 0, TimeSpan.Zero);
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;
    private FrameSnapshotFeed feed = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await CaptureRig.StartAsync(time, live: TimeSpan.FromMinutes(10));
        feed = rig.Snapshots;
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_snapshot_gets_the_time_at_which_it_was_last_modified_and_is_asked_for_by_what_is_known()
    {
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());
        Assert.Equal(Shown, Assert.Single(Stamps()));

        Assert.Equal(Outcome.Unchanged, (await PollAsync()).Outcome);
        Assert.Single(Stamps());
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync());
        Assert.Equal([Shown, Shown.AddMinutes(10)], Stamps());
    }

    [Fact]
    public async Task After_a_restart_it_is_asked_for_by_what_was_known_before()
    {
        var asked = new List<string>();
        await using var server = await LittleServer.StartAsync(async http =>
        {
            asked.Add($"{http.Request.Headers.IfNoneMatch} {http.Request.Headers.IfModifiedSince}");
            http.Response.Headers.ETag = "\"7\"";
            http.Response.Headers.LastModified = "Sun, 22 Nov 2026 08:10:00 GMT";
            http.Response.StatusCode = http.Request.Headers.IfNoneMatch == "\"7\"" ? 304 : 200;
            await http.Response.Body.WriteAsync(http.Response.StatusCode == 200 ? Picture.Jpeg(3) : []);
        }, time);
        var source = At(server);

        Assert.Equal(Outcome.Ok, (await PollAsync(source)).Outcome);
        rig.Forget();
        feed = rig.Snapshots;
        Assert.Equal(Outcome.Unchanged, (await PollAsync(source)).Outcome);

        Assert.Equal([" ", "\"7\" Sun, 22 Nov 2026 08:10:00 GMT"], asked);
        Assert.Equal(Shown, Assert.Single(Stamps()));

        time.Advance(TimeSpan.FromMinutes(40));
        var late = await PollAsync(source);
        Assert.Equal((Outcome.Stale, "stale"), (late.Outcome, late.Failure?.Code));
    }

    [Fact]
    public async Task A_crash_between_what_is_known_and_the_archive_loses_no_picture()
    {
        await PollAsync();
        File.Delete(rig.Folder.FramePath("harbour", Shown));
        rig.Forget();
        feed = rig.Snapshots;

        Assert.Equal(Outcome.Ok, (await PollAsync()).Outcome);
        Assert.Equal(Shown, Assert.Single(Stamps()));
    }

    [Fact]
    public async Task The_same_bytes_under_other_validators_are_no_new_frame()
    {
        var picture = Picture.Jpeg(3);
        var asked = 0;
        await using var server = await LittleServer.StartAsync(async http =>
        {
            http.Response.Headers.ETag = $"\"{++asked}\"";
            await http.Response.Body.WriteAsync(picture);
        }, time);
        var source = At(server, SnapshotTime.Received);

        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync(source));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Outcome.Unchanged, (await PollAsync(source)).Outcome);
        picture = Picture.Jpeg(4);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync(source));
        Assert.Equal([CaptureRig.Start, CaptureRig.Start.AddSeconds(120)], Stamps());
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task A_time_from_the_future_or_one_that_stands_still_is_not_believed()
    {
        rig.Sites.Faults.Set("harbour", new WrongClock { OffsetSeconds = 3600, DateSeconds = 0 });
        var first = await PollAsync();
        Assert.Equal((Outcome.Ok, ConditionCode.WrongClock), (first.Outcome, first.Failure?.Code));
        Assert.Equal(CaptureRig.Start, Assert.Single(Stamps()));

        rig.Sites.Faults.Clear("harbour");
        rig.Sites.Faults.Set("harbour", new ChangedImage());
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Outcome.Ok, (await PollAsync()).Outcome);
    }

    [Theory]
    [InlineData(null, null, "2026-11-22T08:13:05.000Z", "received")]
    [InlineData("2026-11-22T08:10:00Z", null, "2026-11-22T08:10:00.000Z", "lastModified")]
    [InlineData("2026-11-22T08:10:00Z", "2026-11-22T08:09:59Z", "2026-11-22T08:10:00.000Z", "lastModified")]
    [InlineData("2026-11-22T08:10:00Z", "2026-11-22T08:10:00Z", "2026-11-22T08:13:05.000Z", "received")]
    [InlineData("2026-11-22T08:13:07Z", null, "2026-11-22T08:13:07.000Z", "lastModified")]
    [InlineData("2026-11-22T08:13:08Z", null, "2026-11-22T08:13:05.000Z", "received")]
    [InlineData("1970-01-01T00:00:00Z", null, "2026-11-22T08:13:05.000Z", "received")]
    public void Which_instant_a_snapshot_gets_and_why(string? modified, string? before, string instant, string note)
    {
        var answer = new OutsideAnswer(new Uri("http://cam/"), false, 0, null, new Validators(null, At(modified)), CaptureRig.Start, CaptureRig.Start, null);

        var at = FrameSnapshotFeed.InstantOf(answer, SnapshotTime.Auto, At(before)).Value;

        Assert.Equal((instant, note), (Tidemark.Time.Rfc3339.Format(at.Instant), at.Note));
        Assert.Equal(CaptureRig.Start, FrameSnapshotFeed.InstantOf(answer, SnapshotTime.Received, null).Value.Instant);
        Assert.Equal(modified is null, FrameSnapshotFeed.InstantOf(answer, SnapshotTime.LastModified, null).Failed(out _));
    }

    private static DateTimeOffset? At(string? text) => Tidemark.Time.Rfc3339.TryParse(text, out var at) ? at : null;

    private Source Source() => rig.Snapshot("harbour");

    private Source At(LittleServer server, string? from = null) => Source() with { Config = Source().Config with { Url = server.Address + "/now.jpg", TimeFrom = from } };

    private List<DateTimeOffset> Stamps() =>
        [.. rig.FilesOf("harbour").Select(file => Tidemark.Time.Rfc3339.TryParseStamp(Path.GetFileNameWithoutExtension(file), out var at) ? at : default).Order()];

    private async Task<PollResult> PollAsync(Source? source = null)
    {
        source ??= Source();
        using var client = rig.Clients.Of(source);
        return await feed.PollAsync(source, client, Cancellation);
    }
}
