using Tidemark.Capture;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static SourceConfig EveryMinute => Config with { EverySeconds = 60 };

    private SlotStore Slots => new(database, Sources);

    [Fact]
    public async Task Every_slot_of_a_range_has_one_outcome_and_they_add_up()
    {
        await Sources.AddAsync("harbour", EveryMinute, Cancellation);
        await EndAsync(1, 0, "ok", frames: 2);
        await EndAsync(1, 1, "unchanged");
        await EndAsync(1, 2, "unchanged");
        await EndAsync(1, 4, "failed", "stalled");
        await AddAsync(new SlotRecord("harbour", 1, Start.AddMinutes(58), Start.AddMinutes(62), 60, "missed", "overrun", Start, Start, 0));

        var report = await ReadAsync(0, 70, known: 66);

        Assert.Equal(
            ["0-0 ok 2", "1-2 unchanged 0", "3-3 missed 0", "4-4 failed stalled 0", "5-57 missed 0", "58-61 missed overrun 0", "62-65 missed 0"],
            report.Runs.Select(Text));
        Assert.Equal((66, 4, 2), (report.Counts.Slots, report.Open, report.Counts.Frames));
        Assert.Equal(report.Counts.Slots, report.Counts.Outcomes.Values.Sum());
    }

    [Fact]
    public async Task A_days_slots_come_back_from_what_its_manifest_keeps_and_rubbish_in_it_is_left_alone()
    {
        await Sources.AddAsync("harbour", EveryMinute with { Zone = "Europe/Lisbon", Window = "06:00-20:00" }, Cancellation);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await Sources.SetPausedAsync("harbour", true, Cancellation);
        Clock.Advance(TimeSpan.FromMinutes(5));
        await Sources.RemoveAsync("harbour", Cancellation);
        await EndAsync(1, 0, "ok", frames: 2);
        await EndAsync(1, 4, "failed", "stalled");
        var (day, slots) = (TimeRange.Day(Start).Start, new SealedSlots(database, Sources, Clock));
        var before = (await ReadAsync(0, 60, known: 60)).Runs.Select(Text).ToList();
        var kept = (await slots.OfAsync("harbour", day, null, Cancellation)).Json;
        await database.WriteAsync(session => session.ExecuteAsync("delete from slot_hour", Cancellation), Cancellation);

        await database.WriteAsync(session => session.ExecuteAsync("delete from source_revision", Cancellation), Cancellation);

        foreach (var rubbish in (string[])["7", "{}", """{"hours":7,"revisions":{}}""",
            """{"hours":[7, {}, {"hour":"2026-11-22T08:30:00Z","revision":1,"runs":[]}, {"hour":"2031-01-01T00:00:00Z","revision":1,"runs":[]}, {"hour":"2026-11-22T00:00:00Z","revision":1,"runs":"x"}, {"hour":"2026-11-22T00:00:00Z","revision":"1","runs":[]}]}""",
            """{"revisions":[7, {"revision":1,"since":"2026-11-22T00:00:00Z"}, {"revision":1,"since":"2026-11-22T00:00:00Z","schedule":{"everySeconds":0}}, {"revision":1,"since":"2026-11-22T00:00:00Z","schedule":{"everySeconds":60,"zone":"Nowhere"}}, {"revision":1,"since":"2026-11-22T00:00:00Z","schedule":null}]}"""])
        {
            await slots.RestoreAsync("harbour", day, rubbish, Cancellation);
        }

        Assert.Null((await slots.OfAsync("harbour", day, null, Cancellation)).Json);
        Assert.Empty(await Sources.RevisionsAsync("harbour", Cancellation));
        await slots.RestoreAsync("harbour", day, kept!, Cancellation);
        await slots.RestoreAsync("harbour", day, kept!, Cancellation);

        Assert.Equal(kept, (await slots.OfAsync("harbour", day, null, Cancellation)).Json);
        Assert.Equal(before, (await ReadAsync(0, 60, known: 60)).Runs.Select(Text));
    }

    [Fact]
    public async Task A_days_slots_are_shipped_when_every_node_that_lives_has_shipped_what_it_noted_of_it()
    {
        var (day, slots) = (TimeRange.Day(Start), new SealedSlots(database, Sources, Clock));
        var (here, there) = (new JournalCursor(database, "here"), new JournalCursor(database, "there"));
        Task KnowAsync(JournalCursor node, DateTimeOffset? at) => database.WriteAsync(async session =>
        {
            await node.SetAsync(session, new JournalPosition(1, 1), Cancellation);
            await node.KnowAsync(session, at, Cancellation);
        }, Cancellation);
        async Task<bool> ShippedAsync() => (await slots.OfAsync("harbour", day.Start, null, Cancellation)).Shipped;
        Clock.Advance(day.End.AddMinutes(20) - Clock.GetUtcNow());
        Assert.True(await ShippedAsync());

        await KnowAsync(here, day.End.AddMinutes(20));
        await KnowAsync(there, day.End.AddTicks(-10));
        Assert.False(await ShippedAsync());
        await KnowAsync(there, day.End);
        Assert.True(await ShippedAsync());

        // One that ended well has nothing left; one that is not heard of any more is not waited for.
        await KnowAsync(there, day.End.AddHours(-1));
        Assert.False(await ShippedAsync());
        await KnowAsync(there, null);
        Assert.True(await ShippedAsync());
        await KnowAsync(there, day.End.AddHours(-1));
        Clock.Advance(SealedSlots.LongestWait - TimeSpan.FromMinutes(81));
        Assert.False(await ShippedAsync());
        Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await ShippedAsync());
    }

    [Fact]
    public async Task A_manifest_holds_the_schedules_that_were_in_force_and_nothing_else_of_a_source()
    {
        await Sources.AddAsync("harbour", EveryMinute with { Url = "http://camera.example/private" }, Cancellation);
        Clock.Advance(TimeSpan.FromDays(2));
        await Sources.ChangeAsync("harbour", source => source with { Config = source.Config with { EverySeconds = 30 } }, Cancellation);
        await AddAsync(new SlotRecord("harbour", 1, Start.AddDays(1), null, 60, "ok", null, Start, Start, 1));

        var json = (await new SealedSlots(database, Sources, Clock).OfAsync("harbour", TimeRange.Day(Start).Start.AddDays(1), null, Cancellation)).Json!;

        Assert.DoesNotContain("camera.example", json, StringComparison.Ordinal);
        using var slots = System.Text.Json.JsonDocument.Parse(json);
        var revision = Assert.Single(slots.RootElement.GetProperty("revisions").EnumerateArray());
        Assert.Equal((1, 60), (revision.GetProperty("revision").GetInt32(), revision.GetProperty("schedule").GetProperty("everySeconds").GetInt32()));
    }

    [Fact]
    public async Task A_day_with_slots_is_to_be_sealed_once_it_is_over_and_again_when_more_come_late()
    {
        var day = TimeRange.Day(Start);
        async Task<long> ChangesAsync() => (await Days.RowsAsync("harbour", day.Start, Cancellation)).SlotChanges;
        await EndAsync(1, 0, "failed", "stalled");
        await EndAsync(1, 1, "failed", "stalled");
        Assert.Empty(await Days.OpenAsync(day.Start, Cancellation));
        Assert.Equal([("harbour", day.Start)], await Days.OpenAsync(day.End, Cancellation));
        Assert.Equal([day.Start], await Days.OpenDaysAsync("harbour", Cancellation));
        // Another minute of an hour that has slots says nothing new while the day lasts.
        var before = await ChangesAsync();
        await EndAsync(1, 2, "failed", "stalled");
        Assert.Equal((1, before), (before, await ChangesAsync()));

        // They change again while they are read.
        Clock.Advance(day.End.AddMinutes(20) - Clock.GetUtcNow());
        await EndAsync(1, 3, "failed", "stalled");
        await Days.SlotsSealedAsync("harbour", day.Start, before, Cancellation);
        Assert.Single(await Days.OpenAsync(day.End, Cancellation));
        await Days.SlotsSealedAsync("harbour", day.Start, await ChangesAsync(), Cancellation);
        Assert.Empty(await Days.OpenAsync(day.End, Cancellation));

        // What is said again changes nothing.
        await EndAsync(1, 3, "ok");
        Assert.Empty(await Days.OpenAsync(day.End, Cancellation));
        await EndAsync(1, 4, "failed", "stalled");
        Assert.Single(await Days.OpenAsync(day.End, Cancellation));
    }

    [Fact]
    public async Task What_is_said_of_a_slot_first_stays_whoever_says_something_else_later()
    {
        await Sources.AddAsync("harbour", EveryMinute, Cancellation);
        await EndAsync(1, 0, "ok", frames: 1);
        await EndAsync(1, 0, "failed", "stalled");
        await EndAsync(1, 0, "ok", frames: 1);

        Assert.Equal(["0-0 ok 1"], (await ReadAsync(0, 1, known: 60)).Runs.Select(Text));
    }

    [Fact]
    public async Task Slots_go_by_the_revision_in_force_and_pauses_are_worked_out()
    {
        await Sources.AddAsync("harbour", EveryMinute, Cancellation);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await Sources.SetPausedAsync("harbour", true, Cancellation);
        Clock.Advance(TimeSpan.FromMinutes(5));
        await Sources.ChangeAsync("harbour", source => source with { Paused = false, Config = EveryMinute with { EverySeconds = 120 } }, Cancellation);
        Clock.Advance(TimeSpan.FromMinutes(15));
        await Sources.RemoveAsync("harbour", Cancellation);
        await EndAsync(1, 9, "ok");
        // Of a slot that is not in force nobody asks.
        await EndAsync(1, 12, "ok");
        await EndAsync(3, 16, "ok", every: 120);

        var report = await ReadAsync(-10, 60, known: 60);

        Assert.Equal(["0-8 missed 0", "9-9 ok 0", "10-14 paused 0", "16-16 ok 0", "18-28 missed 0"], report.Runs.Select(Text));
        Assert.Equal(10 + 5 + 7, report.Counts.Slots);
    }

    [Theory]
    [InlineData("Europe/Lisbon", "2026-03-29", 23)]
    [InlineData("Europe/Lisbon", "2026-10-25", 25)]
    [InlineData("America/St_Johns", "2026-03-08", 23)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", 24.5)]
    public async Task On_a_local_day_of_23_or_25_hours_a_window_has_as_many_slots_as_hours_and_each_its_outcome(string zone, string day, double hours)
    {
        Clock.Advance(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) - Clock.GetUtcNow());
        await Sources.AddAsync("harbour", EveryMinute with { EverySeconds = 1800, Zone = zone, Window = "00:00-12:00" }, Cancellation);
        var local = NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value;
        var rules = NodaTime.DateTimeZoneProviders.Tzdb[zone];
        var range = new TimeRange(local.AtStartOfDayInZone(rules).ToDateTimeOffset(), local.PlusDays(1).AtStartOfDayInZone(rules).ToDateTimeOffset());
        for (var slot = range.Start; slot < range.End; slot = slot.AddMinutes(30))
        {
            await AddAsync(new SlotRecord("harbour", 1, slot, null, 1800, "unchanged", null, slot, slot, 0));
        }

        var report = (await Slots.ReadAsync("harbour", range, range.End.AddDays(1), Cancellation)).Value;

        var scheduled = (int)((hours - 12) * 2);
        Assert.Equal((scheduled, scheduled), (report.Counts.Slots, report.Counts.Outcomes[Outcome.Unchanged]));
    }

    [Fact]
    public async Task The_slot_that_lasts_and_has_no_outcome_is_open()
    {
        var early = (await Sources.AddAsync("early", EveryMinute, Cancellation)).Value;
        var done = (await Sources.AddAsync("done", EveryMinute, Cancellation)).Value;
        Clock.Advance(TimeSpan.FromMinutes(90.5));
        var late = (await Sources.AddAsync("late", EveryMinute, Cancellation)).Value;
        var slot = Start.AddMinutes(90);
        await AddAsync(new SlotRecord("done", 1, slot, null, 60, "ok", null, slot, slot, 0));

        var open = await Slots.OpenAsync([early, done, late], Clock.GetUtcNow(), Cancellation);

        Assert.Equal(slot, Assert.Single(open).Value);
        Assert.Equal("early", open.Keys.Single());
    }

    [Fact]
    public async Task A_range_of_too_many_slots_and_a_source_that_never_was_are_refused_kindly()
    {
        await Sources.AddAsync("harbour", EveryMinute with { EverySeconds = 1 }, Cancellation);

        Assert.Equal("too_many_slots", (await Slots.ReadAsync("harbour", new TimeRange(Start, Start.AddYears(1)), Start, Cancellation)).Failure?.Code);
        Assert.Equal("source_not_found", (await Slots.ReadAsync("nowhere", new TimeRange(Start, Start), Start, Cancellation)).Failure?.Code);
    }

    private Task EndAsync(int revision, int minute, string outcome, string? code = null, int frames = 0, int every = 60) =>
        AddAsync(new SlotRecord("harbour", revision, Start.AddMinutes(minute), null, every, outcome, code, Start, Start, frames));

    private Task AddAsync(SlotRecord record) => database.WriteAsync(session => SlotStore.AddAsync(session, [record], Clock.GetUtcNow(), Cancellation), Cancellation);

    private async Task<SlotReport> ReadAsync(int from, int to, int known) =>
        (await Slots.ReadAsync("harbour", new TimeRange(Start.AddMinutes(from), Start.AddMinutes(to)), Start.AddMinutes(known), Cancellation)).Value;

    private static string Text(SlotRun run) => $"{(run.From - Start).TotalMinutes}-{(run.To - Start).TotalMinutes} {run.Outcome.Word()} {(run.Code is null ? "" : run.Code + " ")}{run.Frames}";
}
