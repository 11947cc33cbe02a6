using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset Today = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private Holds Holding => holding ??= new Holds(database, Clock, NullLogger<Holds>.Instance);

    private Holds? holding;

    private Retention Letting => new(database, folder, Holding, new Duty(database, folder, Clock), Clock, NullLogger<Retention>.Instance);

    private static RetentionRules Rules(int? days = null, long? bytes = null, long? most = null, long? keepFree = null, int copies = 0) =>
        new(most, keepFree, copies, new Dictionary<string, SourceRetention> { ["harbour"] = new(days, bytes) });

    [Fact]
    public async Task A_hold_is_renewed_while_somebody_reads_and_ends_by_itself_where_nobody_does()
    {
        var range = new TimeRange(Today.AddDays(-3), Today.AddDays(-1));
        var hold = await Holding.TakeAsync("harbour", range, "timelapse", Cancellation);
        Assert.Empty(hold.Gone);
        Clock.Advance(Holds.RenewEvery);
        await hold.Renewal;
        var renewed = Assert.Single(await Elsewhere().ListAsync(Cancellation));
        Assert.Equal(("harbour", range, "timelapse", Clock.GetUtcNow() + Holds.Length), (renewed.Source, renewed.Range, renewed.Reason, renewed.Until));

        // Another process sees it end; the one that reads goes by what it does, not by the clock.
        await using (hold)
        {
            Clock.Step(Holds.Length * 3);
            Assert.Empty(await Elsewhere().ListAsync(Cancellation));
            Assert.Single(await Holding.ListAsync(Cancellation));
        }

        Assert.Empty(await Holding.ListAsync(Cancellation));
        await hold.DisposeAsync();
    }

    [Fact]
    public async Task Old_days_go_by_their_age_files_and_all_and_what_is_not_theirs_stays()
    {
        await SealAsync("harbour", -3, -2, -1);
        var place = Path.GetDirectoryName(folder.FramePath("harbour", Today.AddDays(-3)))!;
        await File.WriteAllTextAsync(Path.Combine(place, "20261119T08.skip"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(place, "20261119T235959.000Z.jpg"), "came late", Cancellation);

        var plan = await Letting.PlanAsync(Rules(days: 1), Cancellation);
        Assert.Equal([(-3, RetentionRule.KeepDays), (-2, RetentionRule.KeepDays)], plan.Goes.Select(day => ((day.Day - Today).Days, day.Rule)));
        Assert.Equal(3, await CountAsync("select count(*) from day where deleted_at is null"));
        Assert.Equal(2, Directory.GetFiles(place, "*T*.jpg").Length - 1);
        // A crop that is in no seal goes with its frame all the same.
        await File.WriteAllTextAsync(CropName.Of(Directory.GetFiles(place, "*T*.jpg").Order(StringComparer.Ordinal).First(), 2), "crop", Cancellation);

        var run = (await Letting.RunAsync(Rules(days: 1), Cancellation)).Value;

        Assert.Equal(plan.Goes, run.Goes);
        Assert.Equal(["20261119T08.skip", "20261119T235959.000Z.jpg", "DELETED.json", "SHA256SUMS.1", "manifest.1.json"], Directory.GetFiles(place).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.Contains("\"rule\": \"keepDays\"", await File.ReadAllTextAsync(Path.Combine(place, "DELETED.json"), Cancellation), StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync("select count(*) from day where deleted_at is not null and removed_at is not null and deleted_why = 'keepDays'"));
        Assert.Equal((2, 200), await TotalsAsync("harbour"));
        Assert.Empty((await Letting.RunAsync(Rules(days: 1), Cancellation)).Value.Goes);

        // What was let go is not listed, and is known all the same: an origin that still has it is not asked for it again.
        var day = TimeRange.Day(Today.AddDays(-3));
        Assert.Empty(await Frames.ListAsync("harbour", day, 10, newestFirst: false, Cancellation));
        Assert.Null(await Frames.FindAsync("harbour", day.Start.AddHours(8), Cancellation));
        Assert.Equal(2, (await Frames.InstantsAsync("harbour", day, Cancellation)).Count);
        Assert.Equal((2, Today.AddDays(-1).AddHours(9)), ((await Frames.TotalsAsync("harbour", Cancellation)) is var totals ? totals.Frames : 0, totals.Newest!.Time));
    }

    [Fact]
    public async Task A_frame_that_comes_after_its_day_was_let_go_stays_and_is_named()
    {
        await SealAsync("harbour", -3, -1);
        Assert.Single((await Letting.RunAsync(Rules(days: 1), Cancellation)).Value.Goes);
        var late = FrameAt(Today.AddDays(-3).AddHours(10), "harbour");
        await Frames.AddAsync(late, Cancellation);

        var run = (await Letting.RunAsync(Rules(days: 1), Cancellation)).Value;

        Assert.Empty(run.Goes);
        Assert.Equal((Today.AddDays(-3), KeptBecause.NotSealed), Assert.Single(run.Kept) is var kept ? (kept.Day, kept.Kept) : default);
        Assert.Equal([late.Time], (await Frames.ListAsync("harbour", TimeRange.Day(late.Time), 9, newestFirst: false, Cancellation)).Select(frame => frame.Time));
        Assert.Equal(3, (await Frames.TotalsAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task The_oldest_days_make_room_whichever_source_they_are_of_and_no_more_than_is_needed()
    {
        await SealAsync("harbour", -4, -2);
        await SealAsync("pier", -5, -3, -1);
        async Task<string> Goes(RetentionRules rules) => string.Join(' ', (await Letting.PlanAsync(rules, Cancellation)).Goes.Select(day => $"{day.Source}{(day.Day - Today).Days}"));

        // Each day has 200 bytes: a thousand in all.
        Assert.Equal("", await Goes(Rules(most: 1000)));
        Assert.Equal("pier-5", await Goes(Rules(most: 999)));
        Assert.Equal("pier-5 harbour-4 pier-3", await Goes(Rules(most: 400)));
        Assert.Equal("harbour-4", await Goes(Rules(bytes: 399)));
        // What a source's own rule lets go counts for the rule for all.
        Assert.Equal("harbour-4", await Goes(Rules(bytes: 200, most: 800)));
        Assert.Equal("harbour-4 pier-5", await Goes(Rules(bytes: 200, most: 799)));
        Assert.Equal("pier-5 harbour-4 pier-3 harbour-2 pier-1", await Goes(Rules(keepFree: long.MaxValue / 4)));
        Assert.Equal(RetentionRule.KeepFree, Assert.Single((await Letting.PlanAsync(Rules(keepFree: long.MaxValue / 4), Cancellation)).Short).Rule);
    }

    [Fact]
    public async Task What_is_held_not_sealed_or_without_its_copies_is_passed_over_and_named()
    {
        await SealAsync("harbour", -6, -5, -4, -3);
        await Frames.AddAsync(FrameAt(Today.AddDays(-5).AddHours(20)), Cancellation);
        await Frames.AddAsync(FrameAt(Today.AddDays(-2)), Cancellation);
        await Frames.AddAsync(FrameAt(Start), Cancellation);
        await using var hold = await Holding.TakeAsync("harbour", new TimeRange(Today.AddDays(-6).AddHours(23), Today.AddDays(-5)), "timelapse 1", Cancellation);
        await CopyAsync("harbour", -6, "east");
        await CopyAsync("harbour", -4, "east");
        await CopyAsync("harbour", -3, "east", revision: 0);

        var plan = await Letting.PlanAsync(Rules(days: 1, copies: 1), Cancellation);

        Assert.Equal([-4], plan.Goes.Select(day => (day.Day - Today).Days));
        Assert.Equal([(-6, "held", "timelapse 1"), (-5, "not_sealed", "frames came after it was sealed"), (-3, "copies_missing", "0 of 1"), (-2, "not_sealed", null)],
            plan.Kept.Select(day => ((day.Day - Today).Days, day.Kept!, day.Detail)));
        await ExecuteAsync("insert into damage (source, day, place, file, code, found_at) values ('harbour', @day, 'east', 'x.jpg', 'sum', @day)", ("day", Today.AddDays(-4)));
        Assert.Empty((await Letting.RunAsync(Rules(days: 1, copies: 1), Cancellation)).Value.Goes);
        Assert.Equal(0, await CountAsync("select count(*) from day where deleted_at is not null"));
    }

    [Fact]
    public async Task A_clock_that_has_jumped_years_ahead_lets_nothing_go()
    {
        await SealAsync("harbour", -3, -2, -1);
        Clock.Step(TimeSpan.FromDays(3650));
        // Its slots went by unpolled, and are in a seal; nothing was captured then.
        await Days.SealAsync(new Manifest("harbour", Today.AddDays(3640), 1, Clock.GetUtcNow(), null, [], [], null), new byte[32], null, Cancellation);

        Assert.Empty((await Letting.PlanAsync(Rules(days: 5), Cancellation)).Goes);
        Assert.Equal(2, (await Letting.PlanAsync(Rules(days: 1), Cancellation)).Goes.Count);
    }

    [Fact]
    public async Task A_hold_that_is_taken_while_a_day_is_let_go_wins_or_is_told_that_it_is_gone()
    {
        await SealAsync("harbour", [.. Enumerable.Range(-40, 40)]);
        var days = new RetentionDays(database, Holding, Clock);
        var won = 0;
        foreach (var at in Enumerable.Range(-40, 40))
        {
            var day = new RetentionDay("harbour", Today.AddDays(at), 1, 2, 200, RetentionRule.KeepDays);
            var letting = Task.Run(() => days.RecordAsync(day, 0, Cancellation), Cancellation);
            var taking = Task.Run(() => Elsewhere().TakeAsync("harbour", TimeRange.Day(day.Day), "test", Cancellation), Cancellation);
            await using var hold = await taking;
            var gone = await letting is null;
            Assert.Equal(gone ? [DateOnly.FromDateTime(day.Day.UtcDateTime)] : [], hold.Gone);
            won += gone ? 0 : 1;
        }

        Assert.Equal(40 - won, await CountAsync("select count(*) from day where deleted_at is not null"));
        Assert.Equal((2 * won, 200 * won), await TotalsAsync("harbour"));
    }

    [Fact]
    public async Task What_a_crash_cut_off_is_ended_by_the_next_run_whichever_step_it_was()
    {
        await SealAsync("harbour", -3);
        await SealAsync("pier", -3);
        var days = new RetentionDays(database, Holding, Clock);
        // Recorded, and nothing else; and on the other, cut off among the files.
        Assert.Null(await days.RecordAsync(new RetentionDay("harbour", Today.AddDays(-3), 1, 2, 200, RetentionRule.Most), 0, Cancellation));
        Assert.Null(await days.RecordAsync(new RetentionDay("pier", Today.AddDays(-3), 1, 2, 200, RetentionRule.Most), 0, Cancellation));
        var pier = (await days.RemovingAsync(Cancellation)).Single(day => day.Source == "pier");
        DayRemoval.Remove(folder, pier);
        var place = Path.GetDirectoryName(folder.FramePath("pier", Today.AddDays(-3)))!;
        var note = await File.ReadAllTextAsync(Path.Combine(place, DayFolder.Deleted), Cancellation);

        Assert.Empty((await Letting.RunAsync(Rules(), Cancellation)).Value.Goes);

        Assert.Empty(await days.RemovingAsync(Cancellation));
        Assert.Equal(note, await File.ReadAllTextAsync(Path.Combine(place, DayFolder.Deleted), Cancellation));
        Assert.All(new[] { "harbour", "pier" }, source => Assert.Equal(["DELETED.json", "SHA256SUMS.1", "manifest.1.json"],
            Directory.GetFiles(Path.GetDirectoryName(folder.FramePath(source, Today.AddDays(-3)))!).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)));
        Assert.Empty(Directory.GetFiles(folder.Incoming));
    }

    [Fact]
    public async Task A_day_that_changed_since_it_was_planned_stays()
    {
        await SealAsync("harbour", -3);
        var days = new RetentionDays(database, Holding, Clock);
        var planned = new RetentionDay("harbour", Today.AddDays(-3), 1, 2, 200, RetentionRule.KeepDays);

        Assert.Equal(KeptBecause.Copies, (await days.RecordAsync(planned, 1, Cancellation))?.Kept);
        await Frames.AddAsync(FrameAt(Today.AddDays(-3).AddHours(1)), Cancellation);
        Assert.Equal(KeptBecause.NotSealed, (await days.RecordAsync(planned, 0, Cancellation))?.Kept);
        await ExecuteAsync("delete from frame where time = @day", ("day", Today.AddDays(-3).AddHours(1)));
        await ExecuteAsync("update day set revision = 2 where day = @day", ("day", Today.AddDays(-3)));
        Assert.Equal(KeptBecause.NotSealed, (await days.RecordAsync(planned, 0, Cancellation))?.Kept);
        Assert.Equal(0, await CountAsync("select count(*) from day where deleted_at is not null"));
    }

    [Fact]
    public async Task An_archive_that_is_not_mounted_does_not_look_as_if_its_files_were_gone()
    {
        await SealAsync("harbour", -3);
        Directory.Move(folder.Frames, folder.Frames + ".away");
        Assert.Equal(FailureKind.Infrastructure, (await Letting.RunAsync(Rules(most: 1), Cancellation)).Failure?.Kind);
        Directory.Move(folder.Frames + ".away", folder.Frames);

        Assert.Equal(0, await CountAsync("select count(*) from day where removed_at is not null"));
        await Letting.RunAsync(Rules(most: 1), Cancellation);
        Assert.Equal(1, await CountAsync("select count(*) from day where removed_at is not null"));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(folder.FramePath("harbour", Today.AddDays(-3)))!, "*T*.jpg"));
    }

    [Fact]
    public async Task A_duty_is_one_nodes_at_a_time_and_another_takes_it_over_when_that_has_died()
    {
        using var other = new TempFolder();
        var elsewhere = new DataFolder(other.Path, folder.Archive);
        elsewhere.Prepare();
        var (ours, theirs) = (new Duty(database, folder, Clock), new Duty(database, elsewhere, Clock));
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var working = ours.DoAsync("retention", async _ =>
        {
            begun.SetResult();
            await end.Task;
            return "done";
        }, Cancellation);
        await begun.Task;
        Assert.Null(await theirs.DoAsync("retention", _ => Task.FromResult("theirs"), Cancellation));
        Assert.Equal("other", await theirs.DoAsync("scrub", _ => Task.FromResult("other"), Cancellation));
        end.SetResult();
        Assert.Equal("done", await working);
        Assert.Equal("theirs", await theirs.DoAsync("retention", _ => Task.FromResult("theirs"), Cancellation));

        await ExecuteAsync("insert into duty (name, home, until) values ('retention', 'a node that died', @until)", ("until", Clock.GetUtcNow() + Duty.Length));
        Assert.Null(await ours.DoAsync("retention", _ => Task.FromResult("ours"), Cancellation));
        Clock.Advance(Duty.Length);
        Assert.Equal("ours", await ours.DoAsync("retention", _ => Task.FromResult("ours"), Cancellation));
    }

    [Fact]
    public async Task Usage_counts_what_is_there_what_a_day_brings_and_what_was_let_go()
    {
        await SealAsync("harbour", [.. Enumerable.Range(-10, 10)]);
        await SealAsync("pier", -60, -40);
        await Frames.AddAsync(FrameAt(Today.AddHours(1), bytes: 999), Cancellation);
        await ExecuteAsync("insert into quarantine (source, file, code, message, bytes, sha256, received_at) values ('harbour', 'a', 'empty', '', 7, @sum, @at)", ("sum", new byte[32]), ("at", Today));
        await File.WriteAllBytesAsync(Path.Combine(folder.Incoming, "x.part"), new byte[5], Cancellation);
        await Letting.RunAsync(Rules(days: 8), Cancellation);

        var usage = await new Usage(database, folder, Clock).MeasureAsync(Rules(days: 8), Cancellation);

        var (harbour, pier) = (usage.Sources.Single(one => one.Source == "harbour"), usage.Sources.Single(one => one.Source == "pier"));
        Assert.Equal((17, 8 * 200 + 999), (harbour.Frames, harbour.Bytes));
        Assert.Equal((200, 200, 73_000, Today.AddDays(-10)), (harbour.PerDay7, harbour.PerDay30, harbour.PerYear, harbour.First));
        Assert.Equal((400, 0, 0), (pier.Bytes, pier.PerDay7, pier.PerDay30));
        Assert.Equal((7, 5, 400, 2999), (usage.Quarantine, usage.Incoming, usage.LetGo, usage.Bytes));
        Assert.Equal(31, usage.Days.Count);
        Assert.Equal((new DayIntake(Today.AddDays(-10), 2, 200), new DayIntake(Today.AddDays(-11), 0, 0), new DayIntake(Today, 1, 999)), (usage.Days[20], usage.Days[19], usage.Days[30]));
        Assert.Equal(RetentionRule.KeepDays, usage.Forecast.KeptLevelBy);
    }

    // A second process on the same database.
    private Holds Elsewhere() => new(database, Clock, NullLogger<Holds>.Instance);

    // Days with two frames of 100 bytes each, as sealing leaves them.
    private async Task SealAsync(string source, params int[] days)
    {
        foreach (var day in days.Select(day => Today.AddDays(day)))
        {
            var place = Path.GetDirectoryName(folder.FramePath(source, day))!;
            Directory.CreateDirectory(place);
            var sums = "";
            foreach (var time in new[] { day.AddHours(8), day.AddHours(9) })
            {
                await File.WriteAllBytesAsync(folder.FramePath(source, time), new byte[100], Cancellation);
                sums += $"{new string('0', 64)}  {Rfc3339.Stamp(time)}.jpg\n";
            }

            await File.WriteAllTextAsync(Path.Combine(place, "manifest.1.json"), "{}", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(place, "SHA256SUMS.1"), $"{sums}{new string('0', 64)}  manifest.1.json\n", Cancellation);
            await ExecuteAsync(
                """
                insert into day (source, day, revision, frames, bytes, first, last, packed, manifest, sealed_at)
                values (@source, @day, 1, 2, 200, @first, @last, @packed, @manifest, @sealed)
                """,
                ("source", source), ("day", day), ("first", day.AddHours(8)), ("last", day.AddHours(9)), ("packed", PackedFrames.Pack(day, [FrameAt(day.AddHours(8), source), FrameAt(day.AddHours(9), source)])), ("manifest", new byte[32]), ("sealed", day.AddDays(1)));
            await ExecuteAsync(
                """
                insert into frame_totals (source, frames, bytes) values (@source, 2, 200)
                on conflict (source) do update set frames = frame_totals.frames + 2, bytes = frame_totals.bytes + 200
                """,
                ("source", source));
        }
    }

    private Task<int> CopyAsync(string source, int day, string place, int revision = 1) => ExecuteAsync(
        "insert into day_copy (source, day, place, revision, verified_at) values (@source, @day, @place, @revision, @day)",
        ("source", source), ("day", Today.AddDays(day)), ("place", place), ("revision", revision));

    private Task<int> ExecuteAsync(string sql, params (string, object?)[] parameters) => database.WriteAsync(session => session.ExecuteAsync(sql, Cancellation, parameters), Cancellation);

    private Task<long> CountAsync(string sql) => database.ReadAsync(session => session.FirstAsync(sql, row => row.Int(0), Cancellation), Cancellation);

    private Task<(long, long)> TotalsAsync(string source) => database.ReadAsync(session =>
        session.FirstAsync("select frames, bytes from frame_totals where source = @source", row => (row.Int(0), row.Int(1)), Cancellation, ("source", source)), Cancellation);
}
