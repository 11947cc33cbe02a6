using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class PollerTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private readonly Channel<(string Id, SourceStatus Status)> polled = Channel.CreateUnbounded<(string, SourceStatus)>();
    private readonly ConcurrentQueue<Exception> thrown = new();
    private CaptureRig rig = null!;
    private Poller poller = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await CaptureRig.StartAsync(time);
        poller = new Poller(rig.Sources, rig.Slots, rig.Journal, rig.Shipper, [rig.Feed], rig.Clients, CaptureRig.Options, time, NullLogger<Poller>.Instance);
        poller.Polled += (id, status) =>
        {
            polled.Writer.TryWrite((id, status));
            if (thrown.TryDequeue(out var error))
            {
                throw error;
            }
        };
    }

    public async ValueTask DisposeAsync()
    {
        await poller.DisposeAsync();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_source_is_polled_at_the_start_and_then_on_the_clock()
    {
        await AddAsync("harbour");
        await poller.StartAsync(Cancellation);
        Assert.Equal(("harbour", "ok"), await NextAsync());

        await AdvanceAsync();
        Assert.Equal(("harbour", "unchanged"), await NextAsync());
        await AdvanceAsync();
        Assert.Equal(("harbour", "unchanged"), await NextAsync());
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.Equal(0, (await rig.Sources.StatusesAsync(Cancellation))["harbour"].Failures);
    }

    [Fact]
    public async Task Many_sources_begin_fifty_at_a_time_and_none_that_was_removed_meanwhile()
    {
        var ids = Enumerable.Range(1, 60).Select(number => string.Create(CultureInfo.InvariantCulture, $"site-{number:00}")).ToList();
        foreach (var id in ids)
        {
            await AddAsync(id);
        }

        await poller.StartAsync(Cancellation);
        Assert.Equal(ids[..50], await BegunAsync(50));
        Assert.Null(poller.NextAt("site-51"));

        Assert.Null(await rig.Sources.RemoveAsync("site-60", Cancellation));
        await time.DueAtAsync(CaptureRig.Start.AddMilliseconds(50));
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(ids[50..59], await BegunAsync(9));
        Assert.Null(poller.NextAt("site-60"));
    }

    [Fact]
    public async Task One_hung_source_does_not_delay_another()
    {
        rig.Sites.Faults.Set("harbour", new Hung());
        await AddAsync("harbour");
        await AddAsync("pier");
        await poller.StartAsync(Cancellation);
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/index.json", 1, Cancellation);

        Assert.Equal(("pier", "ok"), await NextAsync());
        poller.PollNow("pier");
        Assert.Equal(("pier", "unchanged"), await NextAsync());

        time.Advance(CaptureRig.Options.Stall);
        Assert.Equal(("harbour", "failed"), await NextAsync());
    }

    [Fact]
    public async Task A_source_is_captured_from_the_moment_it_is_added_until_it_is_paused_or_removed()
    {
        await poller.StartAsync(Cancellation);
        Assert.False(poller.PollNow("harbour"));
        await AddAsync("harbour");
        Assert.Equal(("harbour", "ok"), await NextAsync());
        Assert.NotNull(poller.NextAt("harbour"));

        await rig.Sources.SetPausedAsync("harbour", true, Cancellation);
        Assert.Null(poller.NextAt("harbour"));
        Assert.False(poller.PollNow("harbour"));
        time.Advance(TimeSpan.FromHours(1));

        await rig.Sources.SetPausedAsync("harbour", false, Cancellation);
        Assert.Equal(("harbour", "stale"), await NextAsync());
        await rig.Sources.RemoveAsync("harbour", Cancellation);
        Assert.False(poller.PollNow("harbour"));
        Assert.False(polled.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_paused_source_is_left_alone_at_the_start()
    {
        await AddAsync("harbour");
        await rig.Sources.SetPausedAsync("harbour", true, Cancellation);
        await AddAsync("pier");
        await poller.StartAsync(Cancellation);

        Assert.Equal(("pier", "ok"), await NextAsync());
        Assert.Equal(0, rig.Sites.Requests["/sites/harbour/index.json"]);
    }

    [Fact]
    public async Task Failures_in_a_row_are_counted_over_a_restart_and_end_with_the_first_success()
    {
        rig.Sites.Faults.Set("harbour", new Status500());
        await AddAsync("harbour");
        await rig.Sources.SetStatusAsync("harbour", new SourceStatus(CaptureRig.Start, "failed", "It was away.", 4), Cancellation);
        await poller.StartAsync(Cancellation);

        Assert.Equal(5, (await polled.Reader.ReadAsync(Cancellation)).Status.Failures);
        rig.Sites.Faults.Clear("harbour");
        poller.PollNow("harbour");
        Assert.Equal(("ok", 0, null), await polled.Reader.ReadAsync(Cancellation) is var (_, status) ? (status.Outcome, status.Failures, status.Message) : default);
    }

    [Fact]
    public async Task A_loop_survives_what_breaks_in_it_and_goes_on_at_the_next_poll()
    {
        thrown.Enqueue(new InvalidOperationException("a bug"));
        await AddAsync("harbour");
        await poller.StartAsync(Cancellation);
        Assert.Equal(("harbour", "ok"), await NextAsync());

        await AdvanceAsync();
        Assert.Equal(("harbour", "unchanged"), await NextAsync());
    }

    [Fact]
    public async Task It_stops_in_the_middle_of_a_download_and_leaves_nothing()
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = FaultTarget.Images });
        await AddAsync("harbour");
        await poller.StartAsync(Cancellation);
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/frames/20261122-075000.jpg", 1, Cancellation);

        await poller.DisposeAsync();

        rig.AssertNothingIncoming();
        Assert.False(polled.Reader.TryRead(out _));
        await AddAsync("pier");
        Assert.Null(poller.NextAt("pier"));
    }

    [Fact]
    public async Task A_source_that_changes_while_it_hangs_is_let_go_before_the_end()
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = FaultTarget.Images });
        await AddAsync("harbour");
        await poller.StartAsync(Cancellation);
        await rig.Sites.Requests.ReachesAsync("/sites/harbour/frames/20261122-075000.jpg", 1, Cancellation);
        await rig.Sources.RemoveAsync("harbour", Cancellation);

        await poller.DisposeAsync();

        rig.AssertNothingIncoming();
        Assert.Empty(await rig.Sources.StatusesAsync(Cancellation));
    }

    private Task<Result<Source>> AddAsync(string site) => rig.Sources.AddAsync(site, rig.Config(site), Cancellation);

    private async Task<(string, string)> NextAsync()
    {
        var (id, status) = await polled.Reader.ReadAsync(Cancellation);
        return (id, status.Outcome);
    }

    private async Task<List<string>> BegunAsync(int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            ids.Add((await NextAsync()).Item1);
        }

        return [.. ids.Order(StringComparer.Ordinal)];
    }

    private async Task AdvanceAsync()
    {
        var next = new Schedule(TimeSpan.FromSeconds(60)).Next(time.GetUtcNow())!.Value;
        await time.DueAtAsync(next);
        time.Advance(next - time.GetUtcNow());
    }
}
