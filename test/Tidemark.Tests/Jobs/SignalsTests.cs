using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Jobs;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Jobs;

public sealed class SignalsTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 8, 0, 0, 123, TimeSpan.Zero);
    private static readonly string Sender = new('a', 32);

    [Fact]
    public void What_is_sent_is_read_as_it_was()
    {
        var sent = new SignalBatch();
        var job = Guid.CreateVersion7(At);
        sent.Ready([new LaneFloor(1, At), new LaneFloor(2, At), new LaneFloor(1, At.AddSeconds(-1)), new LaneFloor(1, At.AddSeconds(1))]);
        sent.Changed(job);
        sent.Changed(job);
        sent.Kick();

        Assert.True(SignalBatch.TryRead(sent.Write(Sender), out var sender, out var read));

        Assert.Equal(Sender, sender);
        var heard = Heard(read);
        Assert.Equal([new LaneFloor(1, At.AddSeconds(-1)), new LaneFloor(2, At)], heard.Ready);
        Assert.Equal([job], heard.Changed);
        Assert.Equal((1, 0), (heard.Kicks, heard.Resyncs));
    }

    [Fact]
    public void However_much_happens_a_signal_fits_and_says_that_there_was_more()
    {
        var sent = new SignalBatch();
        for (var i = 0; i < 10_000; i++)
        {
            sent.Changed(Guid.CreateVersion7(At.AddSeconds(i)));
            sent.Ready([new LaneFloor(int.MaxValue - i, At)]);
            Assert.InRange(sent.Write(Sender).Length, 0, 7500);
            if (i == 150)
            {
                i = 9_990;
            }
        }

        Assert.True(SignalBatch.TryRead(sent.Write(Sender), out _, out var read));
        var heard = Heard(read);
        Assert.Equal([null], heard.Changed);
        Assert.Equal((0, 1), (heard.Ready.Count, heard.Resyncs));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;x")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;r1")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;r1:")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;r1:9223372036854775807")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;r-1:5")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;r99999999999:5")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;c12")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;k;k;k;k;k")]
    [InlineData("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb;k")]
    public void What_nobody_can_read_is_passed_over(string payload) => Assert.False(SignalBatch.TryRead(payload, out _, out _));

    [Fact]
    public async Task Signals_are_heard_at_once_in_their_own_process()
    {
        using var folder = new TempFolder();
        await using var database = await Sqlite.OpenAsync(folder["tidemark.db"]);
        await using var signals = new JobSignals(database, new ManualTime(), NullLogger<JobSignals>.Instance);
        var heard = new List<string>();
        signals.BecameReady += lanes => heard.Add($"ready {lanes[0].Lane}");
        signals.JobChanged += job => heard.Add($"changed {job is not null}");
        signals.KickAsked += () => heard.Add("kick");
        signals.Start();

        signals.Ready([]);
        signals.Ready([new LaneFloor(3, At)]);
        signals.Changed(Guid.CreateVersion7(At));
        signals.Kick();

        Assert.Equal(["ready 3", "changed True", "kick"], heard);
    }

    private static (List<LaneFloor> Ready, List<Guid?> Changed, int Kicks, int Resyncs) Heard(SignalBatch batch)
    {
        var (ready, changed, kicks, resyncs) = (new List<LaneFloor>(), new List<Guid?>(), 0, 0);
        batch.Raise(ready.AddRange, changed.Add, () => kicks++, () => resyncs++);
        return ([.. ready.OrderBy(floor => floor.Lane)], changed, kicks, resyncs);
    }
}
