using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.App.Api;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

/// <summary>What becomes of slots, on bad days too (design/archive.md C2).</summary>
public sealed class PollerSlotTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private readonly Channel<SourceStatus> polled = Channel.CreateUnbounded<SourceStatus>();
    private CaptureRig rig = null!;
    private Poller poller = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await CaptureRig.StartAsync(time);
        poller = Make();
    }

    public async ValueTask DisposeAsync()
    {
        await poller.DisposeAsync();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Each_slot_ends_in_one_outcome_and_polls_that_somebody_asked_for_are_no_slots()
    {
        await StartAsync();
        await SlotAsync();
        poller.PollNow("harbour");
        await NextAsync();
        rig.Sites.Faults.Set("harbour", new Status500());
        await SlotAsync();

        Assert.Equal(["08:14 unchanged", "08:15 failed http_status"], await SlotsAsync());
    }

    [Fact]
    public async Task A_poll_that_takes_longer_than_a_slot_costs_those_that_come_meanwhile_and_they_say_why()
    {
        await StartAsync(every: 10);
        rig.Sites.Faults.Set("harbour", new Hung());
        await DueAsync();
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/index.json", 2, Cancellation);
        rig.Sites.Faults.Clear("harbour");
        time.Advance(CaptureRig.Options.Stall);
        Assert.Equal("failed", (await NextAsync()).Outcome);
        await SlotAsync();

        Assert.Equal(["08:13:10 failed stalled", "08:13:20 missed overrun", "08:13:30 missed overrun", "08:13:40 unchanged"], await SlotsAsync("HH:mm:ss"));
    }

    [Fact]
    public async Task While_a_poll_is_under_way_its_slot_and_those_that_come_meanwhile_are_open_and_not_missed()
    {
        await StartAsync(every: 10);
        rig.Sites.Faults.Set("harbour", new Hung());
        await DueAsync();
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/index.json", 2, Cancellation);
        time.Advance(CaptureRig.Options.Stall - TimeSpan.FromSeconds(1));
        var reader = new SlotReader(rig.Slots, rig.Shipper, poller, time);

        Assert.Equal((0, 2), await ReadAsync());

        rig.Sites.Faults.Clear("harbour");
        time.Advance(TimeSpan.FromSeconds(1));
        await NextAsync();
        Assert.Null(poller.PollingSince("harbour"));
        Assert.Equal((2, 0), await ReadAsync());

        async Task<(int Ended, int Open)> ReadAsync()
        {
            var (report, problem) = await reader.ReadAsync("harbour", Rfc3339.Format(CaptureRig.Start), null, Cancellation);
            Assert.Null(problem);
            return (report!.Counts.Slots, report.Open);
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_an_hour_polls_on_and_gives_no_slot_a_second_outcome()
    {
        await StartAsync();
        await SlotAsync();
        rig.Sites.Faults.Set("harbour", new Status500());
        await SlotAsync();
        var asked = rig.Sites.Requests["/sites/harbour/index.json"];
        rig.Sites.Faults.Clear("harbour");
        await time.DueAtAsync(time.GetUtcNow().AddMinutes(1));

        time.Step(TimeSpan.FromHours(-1));
        time.Advance(TimeSpan.FromMinutes(1));
        for (var minute = 17; minute <= 76; minute++)
        {
            await SlotAsync();
        }

        Assert.Equal(asked + 60, rig.Sites.Requests["/sites/harbour/index.json"]);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 16, 0, TimeSpan.Zero), time.GetUtcNow());
        Assert.Equal(["08:14 unchanged", "08:15 failed http_status", "08:16 unchanged"], await SlotsAsync());
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_an_hour_leaves_no_slot_without_a_reason()
    {
        await StartAsync();
        await SlotAsync();
        await time.DueAtAsync(time.GetUtcNow().AddMinutes(1));
        time.Step(TimeSpan.FromHours(1));
        await DueAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("stale", (await NextAsync()).Outcome);

        var slots = await SlotsAsync();
        Assert.Equal(62, slots.Count);
        Assert.Equal("08:14 unchanged", slots[0]);
        Assert.Equal("09:15 stale stale", slots[^1]);
        Assert.All(slots[1..^1], slot => Assert.EndsWith("missed clock_forward", slot, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slot_without_an_outcome_that_still_lasts_is_polled_at_the_start_and_one_with_an_outcome_is_not()
    {
        await StartAsync();
        await SlotAsync();
        await poller.DisposeAsync();
        poller = Make();
        await poller.StartAsync(Cancellation);
        await NextAsync();
        Assert.Equal(["08:14 unchanged"], await SlotsAsync());

        // Killed while it was being polled: nothing was noted.
        rig.Sites.Faults.Set("harbour", new Hung());
        await DueAsync();
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/index.json", 4, Cancellation);
        await poller.DisposeAsync();
        rig.Sites.Faults.Clear("harbour");
        poller = Make();
        await poller.StartAsync(Cancellation);
        await NextAsync();

        Assert.Equal(["08:14 unchanged", "08:15 unchanged"], await SlotsAsync());
    }

    [Fact]
    public async Task A_change_calls_the_poll_off_and_its_slot_says_so()
    {
        await StartAsync();
        rig.Sites.Faults.Set("harbour", new Hung());
        await DueAsync();
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/index.json", 2, Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        rig.Sites.Faults.Clear("harbour");
        await rig.Sources.ChangeAsync("harbour", source => source with { Config = source.Config with { EverySeconds = 30 } }, Cancellation);
        await NextAsync();
        await DueAsync();
        await NextAsync();

        Assert.Equal(["08:14:00 failed called_off", "08:14:30 unchanged"], await SlotsAsync("HH:mm:ss"));
    }

    [Fact]
    public async Task A_source_that_fails_again_and_again_is_asked_less_often_until_it_answers()
    {
        rig.Sites.Faults.Set("harbour", new Status500());
        await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await SlotAsync();
        }

        var slots = await SlotsAsync();
        Assert.Equal(20, slots.Count);
        // Three failures, then two intervals, four, eight …
        Assert.Equal([1, 2, 4, 8, 16], slots.Index().Where(slot => slot.Item.EndsWith("http_status", StringComparison.Ordinal)).Select(slot => slot.Index).ToList() is var asked ? asked.Select(at => at + 1) : []);
        Assert.All(slots, slot => Assert.Matches("failed (http_status|backing_off)$", slot));
        Assert.Contains("asked again at 2026-11-22T08:39:00", poller.StatusOf("harbour")!.Message, StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 39, 0, TimeSpan.Zero), poller.NextAt("harbour"));

        rig.Sites.Faults.Clear("harbour");
        poller.PollNow("harbour");
        Assert.Equal("ok", (await NextAsync()).Outcome);
        await SlotAsync();
        Assert.Equal("unchanged", (await SlotsAsync())[^1][6..]);
    }

    [Fact]
    public async Task While_a_source_is_paused_its_slots_are_paused_and_nobody_writes_that_down()
    {
        await StartAsync();
        await SlotAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await rig.Sources.SetPausedAsync("harbour", true, Cancellation);
        time.Advance(TimeSpan.FromMinutes(3));
        await rig.Sources.SetPausedAsync("harbour", false, Cancellation);
        await NextAsync();
        await SlotAsync();

        Assert.Equal(["08:14 unchanged", "08:15 paused", "08:16 paused", "08:17 paused", "08:18 unchanged"], await SlotsAsync());
    }

    private Poller Make()
    {
        rig.Forget();
        var made = new Poller(rig.Sources, rig.Slots, rig.Journal, rig.Shipper, [rig.Feed], rig.Clients, CaptureRig.Options, time, NullLogger<Poller>.Instance);
        made.Polled += (_, status) => polled.Writer.TryWrite(status);
        return made;
    }

    // Added, and polled once at the start.
    private async Task StartAsync(int every = 60)
    {
        await rig.Sources.AddAsync("harbour", rig.Config("harbour", every), Cancellation);
        await poller.StartAsync(Cancellation);
        await NextAsync();
    }

    private async Task SlotAsync()
    {
        await DueAsync();
        await NextAsync();
    }

    private async Task DueAsync(TimeSpan? within = null)
    {
        var next = within is { } most ? time.GetUtcNow() + most : new Schedule((await rig.Sources.FindAsync("harbour", Cancellation)).Value.Config.Every).Next(time.GetUtcNow())!.Value;
        await time.DueAtAsync(next);
        time.Advance(next - time.GetUtcNow());
    }

    private async Task<SourceStatus> NextAsync() => await polled.Reader.ReadAsync(Cancellation);

    private async Task<List<string>> SlotsAsync(string format = "HH:mm")
    {
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        var report = (await rig.Slots.ReadAsync("harbour", new TimeRange(CaptureRig.Start, CaptureRig.Start.AddHours(3)), time.GetUtcNow(), Cancellation)).Value;
        return [.. report.Runs.SelectMany(run => Enumerable.Range(0, run.Slots).Select(i => $"{run.From.AddSeconds(i * run.Every).ToString(format)} {run.Outcome.Word()} {run.Code}".TrimEnd()))];
    }
}
