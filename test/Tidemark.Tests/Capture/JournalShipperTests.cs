using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;
using Tidemark.Tests.Time;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class JournalShipperTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_frame_is_told_once_its_row_can_be_read_and_many_share_a_commit()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<(bool Row, string Temporary)>();
        rig.Shipper.Captured += (frame, temporary) => told.Writer.TryWrite((rig.Archive.Index.FindAsync(frame.Source, frame.Time, Cancellation).GetAwaiter().GetResult() is not null, temporary));
        rig.Shipper.Start();

        await rig.Journal.AppendAsync(Frame(0));

        Assert.Equal((true, Path.Combine(rig.Folder.Incoming, "0.part")), await told.Reader.ReadAsync(Cancellation));
        Assert.Equal("received", (await rig.Archive.Index.FindAsync("harbour", CaptureRig.Start, Cancellation))!.Note);
    }

    [Fact]
    public async Task Slots_are_shipped_with_the_minute_and_at_the_end()
    {
        await rig.Sources.AddAsync("harbour", rig.Config("harbour"), Cancellation);
        rig.Shipper.Start();
        var slot = CaptureRig.Start.AddSeconds(55);
        await rig.Journal.AppendAsync(new JournalRecord(Slot: new SlotRecord("harbour", 1, slot, null, 60, "ok", null, slot, slot, 1)));
        await rig.Journal.AppendAsync(Frame(1));
        await time.DueAtAsync(CaptureRig.Start.AddMinutes(1));
        Assert.Empty((await ReportAsync(slot)).Runs);

        time.Advance(TimeSpan.FromMinutes(1));
        await time.DueAtAsync(CaptureRig.Start.AddMinutes(2));
        Assert.Equal((Outcome.Ok, 1), Assert.Single((await ReportAsync(slot)).Runs) is var run ? (run.Outcome, run.Frames) : default);

        var next = slot.AddMinutes(1);
        await rig.Journal.AppendAsync(new JournalRecord(Slot: new SlotRecord("harbour", 1, next, null, 60, "unchanged", null, next, next, 0)));
        await rig.Shipper.DisposeAsync();
        Assert.Equal(Outcome.Unchanged, Assert.Single((await ReportAsync(next)).Runs).Outcome);
    }

    [Fact]
    public async Task What_is_shipped_again_after_a_crash_changes_nothing()
    {
        await rig.Sources.AddAsync("harbour", rig.Config("harbour"), Cancellation);
        for (var i = 0; i < 50; i++)
        {
            await rig.Journal.AppendAsync(Frame(i));
            await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(55 + (60 * i)), "ok", 1));
        }

        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        var (totals, report) = (await rig.Archive.Index.TotalsAsync("harbour", Cancellation), await ReportAsync(CaptureRig.Start, hours: 1));
        // The crash came before the cursor was written, and a slot is said to have ended otherwise.
        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from journal", Cancellation), Cancellation);
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(55), "failed", 0));
        var told = 0;
        await using var again = new JournalShipper(rig.Journal, rig.Folder, rig.Database, rig.Archive.Index, rig.Sources, CaptureRig.Options, time, NullLogger<JournalShipper>.Instance);
        again.Captured += (_, _) => told++;

        Assert.Null(await again.ShipAsync(Cancellation));

        Assert.Equal((0, 50, 50_000), (told, (await rig.Archive.Index.TotalsAsync("harbour", Cancellation)).Frames, totals.Bytes));
        Assert.Equal(report.Runs, (await ReportAsync(CaptureRig.Start, hours: 1)).Runs);
        Assert.Equal(50, report.Counts.Outcomes[Outcome.Ok]);
    }

    [Fact]
    public async Task A_day_is_sealed_once_what_the_journals_hold_of_it_is_in_the_database()
    {
        var day = TimeRange.Day(CaptureRig.Start).Start;
        var slots = new SealedSlots(rig.Database, rig.Sources, time);
        var sealer = new Sealer(rig.Folder, new DayStore(rig.Database), time, new SealOptions { Slots = slots.OfAsync }, NullLogger<Sealer>.Instance);
        await rig.Sources.AddAsync("harbour", rig.Config("harbour"), Cancellation);
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(55), "ok", 0));
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(115), "failed", 0));
        time.Advance(day.AddDays(1).AddHours(1) - time.GetUtcNow());

        Assert.NotNull((await sealer.SealAsync("harbour", day, null, Cancellation)).Value.Waiting);

        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.Equal((1, null), (await sealer.SealAsync("harbour", day, null, Cancellation)).Value is var outcome ? (outcome.Revision, outcome.Waiting) : default);
        Assert.Contains("failed", await File.ReadAllTextAsync(new DayFolder(rig.Folder.Archive, "harbour", day)[DayFolder.ManifestName(1)], Cancellation), StringComparison.Ordinal);
        Assert.False(await LeftAsync());

        // What comes late makes a new revision, with all that the one before has, whatever the database has lost.
        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from slot_hour", Cancellation), Cancellation);
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(175), "stale", 0));
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.Equal(2, (await sealer.SealAsync("harbour", day, null, Cancellation)).Value.Revision);
        Assert.False((await sealer.SealAsync("harbour", day, null, Cancellation)).Value.New);
    }

    [Fact]
    public async Task A_node_that_ends_leaves_nothing_to_wait_for_and_one_that_dies_does()
    {
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(55), "ok", 0));
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.True(await LeftAsync());

        await rig.Shipper.DisposeAsync();

        Assert.False(await LeftAsync());
    }

    // Whether somebody who seals this day waits for this node.
    private async Task<bool> LeftAsync() => !(await new SealedSlots(rig.Database, rig.Sources, time).OfAsync("harbour", TimeRange.Day(CaptureRig.Start).Start, null, Cancellation)).Shipped;

    [Fact]
    public async Task While_the_database_is_away_capture_goes_on_and_afterwards_everything_is_shipped_in_order()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<DateTimeOffset>();
        rig.Shipper.Captured += (frame, _) => told.Writer.TryWrite(frame.Time);
        await rig.Intake.PresentAsync("harbour", [CaptureRig.Start], Cancellation);
        await AwayAsync(true);
        rig.Shipper.Start();
        using var client = new OutsideClient(new AddressRules(rig.Config("harbour")), time, CaptureRig.Options.Stall);

        Assert.Equal((Outcome.Ok, 3), await rig.Feed.PollAsync(rig.Source("harbour"), client, Cancellation) is var poll ? (poll.Outcome, poll.Captured) : default);
        Assert.Equal((Outcome.Unchanged, 0), await rig.Feed.PollAsync(rig.Source("harbour"), client, Cancellation) is var same ? (same.Outcome, same.Captured) : default);
        Assert.Equal("database_error", (await rig.Shipper.ShipAsync(Cancellation))?.Code);
        Assert.False(told.Reader.TryRead(out _));

        await AwayAsync(false);
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        var order = new[] { await told.Reader.ReadAsync(Cancellation), await told.Reader.ReadAsync(Cancellation), await told.Reader.ReadAsync(Cancellation) };
        Assert.Equal(order.Order(), order);
        Assert.Equal(3, (await rig.Archive.Index.TotalsAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task What_waits_in_the_journal_is_counted_also_what_an_earlier_run_left()
    {
        Assert.Equal((0, TimeSpan.Zero), (rig.Shipper.Backlog, rig.Shipper.BacklogAge));
        await AwayAsync(true);
        await rig.Journal.AppendAsync(Frame(0));
        await rig.Journal.AppendAsync(Slot(CaptureRig.Start.AddSeconds(55), "ok", 1));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.NotNull(await rig.Shipper.ShipAsync(Cancellation));
        Assert.Equal((2, TimeSpan.FromMinutes(10)), (rig.Shipper.Backlog, rig.Shipper.BacklogAge));

        await AwayAsync(false);
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.Equal((0, TimeSpan.Zero), (rig.Shipper.Backlog, rig.Shipper.BacklogAge));

        // The node dies with three more, and another run goes on with a fourth.
        for (var i = 1; i < 4; i++)
        {
            await rig.Journal.AppendAsync(Frame(i));
        }

        await rig.Journal.DisposeAsync();
        await using var journal = new Journal(rig.Folder, CaptureRig.Options, time, NullLogger<Journal>.Instance);
        await using var shipper = new JournalShipper(journal, rig.Folder, rig.Database, rig.Archive.Index, rig.Sources, CaptureRig.Options, time, NullLogger<JournalShipper>.Instance);
        await journal.AppendAsync(Frame(4));
        Assert.Equal(1, shipper.Backlog);
        Assert.Null(await shipper.ShipAsync(Cancellation));
        Assert.Equal((0, 5), (shipper.Backlog, (await rig.Archive.Index.TotalsAsync("harbour", Cancellation)).Frames));
    }

    [Fact]
    public async Task A_database_that_is_back_is_noticed_without_anything_new()
    {
        await AwayAsync(true);
        await rig.Journal.AppendAsync(Frame(1));
        var told = new TaskCompletionSource();
        rig.Shipper.Captured += (_, _) => told.SetResult();
        rig.Shipper.Start();
        await time.DueAtAsync(CaptureRig.Start.AddSeconds(1));

        await AwayAsync(false);
        time.Advance(TimeSpan.FromSeconds(1));

        await told.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task The_last_status_of_a_source_is_shipped_and_one_that_could_not_be_is_not_forgotten()
    {
        await rig.Sources.AddAsync("harbour", rig.Config("harbour"), Cancellation);
        rig.Shipper.Note("harbour", new SourceStatus(CaptureRig.Start, "failed", "It was away.", 1));
        rig.Shipper.Note("harbour", new SourceStatus(CaptureRig.Start.AddSeconds(1), "failed", "It was away.", 2));
        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table source_status rename to away", Cancellation), Cancellation);
        Assert.NotNull(await rig.Shipper.ShipAsync(Cancellation));
        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table away rename to source_status", Cancellation), Cancellation);

        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));

        Assert.Equal(2, (await rig.Sources.StatusAsync("harbour", Cancellation))?.Failures);
    }

    [Fact]
    public async Task A_file_that_a_crash_left_without_a_row_is_taken_in_without_a_download()
    {
        var instant = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
        var path = rig.Folder.FramePath("harbour", instant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Picture.WriteAsync(path);

        Assert.Equal([instant], await rig.Intake.PresentAsync("harbour", [instant, instant.AddMinutes(1)], Cancellation));
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));

        Assert.NotNull(await rig.Archive.Index.FindAsync("harbour", instant, Cancellation));
    }

    private Task<int> AwayAsync(bool away) => rig.Database.WriteAsync(session => session.ExecuteAsync(away ? "alter table frame rename to away" : "alter table away rename to frame", Cancellation), Cancellation);

    private async Task<SlotReport> ReportAsync(DateTimeOffset from, double hours = 1 / 3600.0) =>
        (await rig.Slots.ReadAsync("harbour", new TimeRange(from, from.AddHours(hours)), from.AddSeconds(-1).AddHours(hours), Cancellation)).Value;

    private static JournalRecord Slot(DateTimeOffset at, string outcome, int frames) => new(Slot: new SlotRecord("harbour", 1, at, null, 60, outcome, null, at, at, frames));

    private static JournalRecord Frame(int number) => new(Frame: new FrameRecord("harbour", CaptureRig.Start.AddSeconds(number), null, 1000, 16, 16, new string('a', 64), CaptureRig.Start, "received", $"{number}.part"));
}
