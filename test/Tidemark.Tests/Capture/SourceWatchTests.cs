using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class SourceWatchTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time, live: TimeSpan.FromMinutes(10));

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_frozen_camera_is_told_within_three_updates_and_told_again_when_it_moves()
    {
        var told = new List<string>();
        rig.Conditions.Changed += (_, code, condition) => told.Add($"{code} {(condition is null ? "over" : "began")}");
        await PollAsync();
        rig.Sites.Faults.Set("harbour", new RepeatedImage());
        for (var update = 1; update <= 3; update++)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            var result = await PollAsync();
            Assert.Equal((Outcome.Ok, update < 3 ? null : ConditionCode.Frozen), (result.Outcome, result.Failure?.Code));
        }

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(ConditionCode.Frozen, (await PollAsync()).Failure?.Code);
        await rig.Conditions.NotedAsync();
        Assert.Equal(["frozen began"], told);
        Assert.Equal(("harbour", ConditionCode.Frozen), Assert.Single(await rig.ConditionStore.ListAsync(Cancellation)) is var one ? (one.Source, one.Code) : default);

        rig.Sites.Faults.Clear("harbour");
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null((await PollAsync()).Failure);
        await rig.Conditions.NotedAsync();
        Assert.Equal(["frozen began", "frozen over"], told);
        Assert.Empty(await rig.ConditionStore.ListAsync(Cancellation));
        Assert.Equal(8, rig.FilesOf("harbour").Length);
    }

    [Fact]
    public async Task A_snapshot_that_stays_the_same_is_told_as_frozen_and_stays_unchanged()
    {
        var picture = Picture.Jpeg(2);
        await using var server = await Tests.Sources.LittleServer.StartAsync(http => http.Response.Body.WriteAsync(picture).AsTask(), time);
        var source = rig.Snapshot("harbour") with { Config = rig.Snapshot("harbour").Config with { Url = server.Address + "/a.jpg" } };
        Assert.Equal(Outcome.Ok, (await PollAsync(rig.Snapshots, source)).Outcome);
        for (var update = 1; update <= 3; update++)
        {
            time.Advance(TimeSpan.FromSeconds(60));
            var result = await PollAsync(rig.Snapshots, source);
            Assert.Equal((Outcome.Unchanged, update < 3 ? null : ConditionCode.Frozen), (result.Outcome, result.Failure?.Code));
        }

        picture = Picture.Jpeg(3);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(new PollResult(Outcome.Ok, 1, null), await PollAsync(rig.Snapshots, source));
    }

    [Fact]
    public async Task A_list_whose_newest_is_older_than_three_updates_is_stale()
    {
        rig.Sites.Faults.Set("harbour", new WrongClock { OffsetSeconds = -3600, DateSeconds = 0 });
        await PollAsync();
        var result = await PollAsync();
        Assert.Equal((Outcome.Stale, "stale"), (result.Outcome, result.Failure?.Code));
    }

    [Fact]
    public async Task A_list_that_has_become_empty_is_stale_by_the_newest_frame_that_came_also_before_a_restart()
    {
        Assert.Equal(Outcome.Ok, (await PollAsync()).Outcome);
        await using var server = await Tests.Sources.LittleServer.StartAsync(http => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, """{"frames":[]}"""), time);
        var empty = rig.Source("harbour") with { Config = rig.Config("harbour") with { Url = server.Address } };
        Assert.Equal(new PollResult(Outcome.Unchanged, 0, null), await PollAsync(rig.Feed, empty));

        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal((Outcome.Stale, "stale"), await PollAsync(rig.Feed, empty) is var stale ? (stale.Outcome, stale.Failure?.Code) : default);
        rig.Forget();
        Assert.Equal(Outcome.Stale, (await PollAsync(rig.Feed, empty)).Outcome);

        // Of one that never had a frame nobody knows how old it is.
        Assert.Equal(Outcome.Unchanged, (await PollAsync(rig.Feed, empty with { Id = "pier" })).Outcome);
    }

    [Fact]
    public void A_camera_that_sends_several_at_a_time_is_not_too_old_before_the_next_can_be_there()
    {
        var (watch, source) = (new SourceWatch(rig.Conditions, rig.Folder, time), rig.Source("harbour"));
        Frame[] taken = [.. Enumerable.Range(0, 5).Select(i => new Frame("harbour", CaptureRig.Start.AddSeconds(i), null, 1000, 1, 1, new byte[] { (byte)i }, time.GetUtcNow()))];
        watch.Judge(source, new PollSigns { Taken = taken }, new PollResult(Outcome.Ok, 5, null));

        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(Outcome.Unchanged, watch.Judge(source, new PollSigns(), new PollResult(Outcome.Unchanged, 0, null)).Outcome);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Outcome.Stale, watch.Judge(source, new PollSigns(), new PollResult(Outcome.Unchanged, 0, null)).Outcome);
    }

    [Fact]
    public async Task A_wrong_clock_is_told_and_nothing_is_corrected()
    {
        rig.Sites.Faults.Set("harbour", new WrongClock { OffsetSeconds = 90 });
        Assert.Equal(ConditionCode.WrongClock, (await PollAsync()).Failure?.Code);
        rig.Sites.Faults.Set("harbour", new WrongClock { OffsetSeconds = 1 });
        Assert.Null((await PollAsync()).Failure);
    }

    [Fact]
    public void An_origin_that_makes_old_pictures_is_told_until_it_makes_new_ones()
    {
        var (watch, source) = (new SourceWatch(rig.Conditions, rig.Folder, time), rig.Source("harbour"));
        var old = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

        // What it had before it was asked may be old: it is an archive that ended.
        Assert.Null(Ask(old));
        Assert.Null(Ask(old));
        Assert.Contains("about 27 years behind", Ask(old.AddMinutes(10))!.Message, StringComparison.Ordinal);
        Assert.Equal(ConditionCode.WrongClock, Ask(old.AddMinutes(10))?.Code);
        Assert.Null(Ask(time.GetUtcNow()));

        Failure? Ask(DateTimeOffset newest) => watch.Judge(source, new PollSigns { Newest = newest }, new PollResult(Outcome.Ok, 0, null)).Failure;
    }

    [Fact]
    public async Task A_day_with_fewer_frames_than_expected_is_told()
    {
        var source = rig.Source("harbour") with { Config = rig.Config("harbour") with { ExpectedFrames = 60 }, CreatedAt = CaptureRig.Start.AddDays(-3) };
        var result = await PollAsync(rig.Feed, source);
        Assert.Equal((Outcome.Ok, ConditionCode.FewFrames), (result.Outcome, result.Failure?.Code));
        Assert.Contains("2026-11-21 brought 0 frames; 60 are expected", result.Failure!.Message, StringComparison.Ordinal);

        Assert.Null((await PollAsync(rig.Feed, source with { Config = source.Config with { ExpectedFrames = null } })).Failure);
    }

    [Fact]
    public void A_line_too_slow_for_its_sites_is_told()
    {
        var watch = new SourceWatch(rig.Conditions, rig.Folder, time);
        var source = rig.Source("harbour") with { Config = rig.Config("harbour", everySeconds: 600) };
        Frame[] taken = [.. Enumerable.Range(0, 6).Select(i => new Frame("harbour", CaptureRig.Start.AddMinutes(10 * i), null, 1_000_000, 1, 1, new byte[] { (byte)i }, time.GetUtcNow()))];

        // 6 MB in 190 s, 256 kbit/s: an hour's frames in three minutes.
        Assert.Null(watch.Judge(source, Signs(190), new PollResult(Outcome.Ok, 6, null)).Failure);
        var slow = watch.Judge(source, Signs(4000), new PollResult(Outcome.Ok, 6, null)).Failure;
        Assert.Equal(ConditionCode.SlowLine, slow?.Code);
        Assert.Contains("12 kbit/s", slow!.Message, StringComparison.Ordinal);

        PollSigns Signs(int seconds) => new() { Taken = taken, Apart = TimeSpan.FromMinutes(10), Line = (6_000_000, TimeSpan.FromSeconds(seconds)) };
    }

    [Fact]
    public async Task What_was_told_before_a_restart_is_not_told_again()
    {
        rig.Conditions.Say("harbour", ConditionCode.Frozen, "It is.");
        await rig.Conditions.NotedAsync();
        await using var again = new Conditions(rig.ConditionStore, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<Conditions>.Instance);
        var told = new List<string>();
        again.Changed += (_, code, condition) => told.Add($"{code} {condition?.Message ?? "over"}");
        again.Say("harbour", ConditionCode.Frozen, "It is.");
        again.Say("harbour", ConditionCode.Frozen, null);
        again.Say("harbour", ConditionCode.Frozen, null);
        await again.NotedAsync();
        Assert.Equal(["frozen over"], told);
    }

    [Fact]
    public async Task Figures_that_change_with_every_poll_are_no_new_beginning()
    {
        var (log, told) = (new Lines(), new List<string?>());
        await using var conditions = new Conditions(rig.ConditionStore, time, log);
        conditions.Changed += (_, _, condition) => told.Add(condition?.Message);
        conditions.Say("harbour", ConditionCode.SlowLine, "It brings 12 kbit/s.");
        conditions.Say("harbour", ConditionCode.SlowLine, "It brings 13 kbit/s.");
        conditions.Say("harbour", ConditionCode.SlowLine, null);
        conditions.Say("harbour", ConditionCode.SlowLine, "It brings 14 kbit/s.");
        await conditions.NotedAsync();

        Assert.Equal(["It brings 12 kbit/s.", "It brings 13 kbit/s.", null, "It brings 14 kbit/s."], told);
        Assert.Equal(["harbour: It brings 12 kbit/s.", "harbour: over: slow_line", "harbour: It brings 14 kbit/s."], log.Said);
    }

    private sealed class Lines : Microsoft.Extensions.Logging.ILogger<Conditions>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }

    private Task<PollResult> PollAsync() => PollAsync(rig.Feed, rig.Source("harbour"));

    private async Task<PollResult> PollAsync(IFrameFeed feed, Source source)
    {
        using var client = rig.Clients.Of(source);
        return await feed.PollAsync(source, client, Cancellation);
    }
}
