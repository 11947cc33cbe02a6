using Tidemark.Time;

namespace Tidemark.Tests.Time;

/// <summary>Slots of schedules with windows and daylight (design/time.md T1 to T3).</summary>
public sealed class SlotTests
{
    public static TheoryData<string, string, int> LongAndShortDays => new()
    {
        { "Europe/Lisbon", "2026-03-29", 23 * 6 },
        { "Europe/Lisbon", "2026-10-25", 25 * 6 },
        { "America/New_York", "2026-03-08", 23 * 6 },
        { "America/New_York", "2026-11-01", 25 * 6 },
        { "Australia/Lord_Howe", "2026-10-04", (23 * 6) + 3 },
        { "Australia/Lord_Howe", "2026-04-05", (24 * 6) + 3 },
    };

    [Theory]
    [MemberData(nameof(LongAndShortDays))]
    public void A_local_day_has_the_slots_of_its_hours(string zone, string day, int slots)
    {
        var rules = Zone.Parse(zone).Value;
        var date = DateTime.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var range = new TimeRange(rules.FirstAt(date), rules.FirstAt(date.AddDays(1)));

        Assert.Equal(slots, new Schedule(TimeSpan.FromMinutes(10), windows: Hours("00:00-24:00", rules)).Slots(range).Count());
    }

    [Theory]
    [InlineData("Europe/Lisbon", "06:00-20:00")]
    [InlineData("America/New_York", "22:00-04:00")]
    [InlineData("Australia/Lord_Howe", "01:15-02:15,23:50-00:10")]
    [InlineData("UTC", "00:00-00:01")]
    [InlineData("Europe/Lisbon", "00:30-01:30")]
    [InlineData("America/New_York", "01:15-01:45,01:40-02:30,23:00-01:05")]
    [InlineData("Australia/Lord_Howe", "01:35-01:50")]
    [InlineData("Australia/Lord_Howe", "00:00-24:00")]
    public void Slots_are_those_on_the_clock_whose_local_time_is_inside_however_the_range_is_split(string zone, string window)
    {
        var windows = Hours(window, Zone.Parse(zone).Value);
        var (every, offset) = (TimeSpan.FromMinutes(7), TimeSpan.FromSeconds(13));
        var schedule = new Schedule(every, offset, windows);
        var year = new TimeRange(At("2026-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z"));

        var expected = new Schedule(every, offset).Slots(year).Where(windows.Contains).ToList();

        Assert.NotEmpty(expected);
        Assert.Equal(expected, schedule.Slots(year));
        var split = At("2026-10-25T00:33:20Z");
        Assert.Equal(expected, schedule.Slots(new TimeRange(year.Start, split)).Concat(schedule.Slots(new TimeRange(split, year.End))));
        Assert.All(expected, slot => Assert.Equal(slot, schedule.Current(slot.AddSeconds(400))));
    }

    [Fact]
    public void A_window_that_closes_in_a_repeated_hour_opens_again_with_it()
    {
        // Lisbon, 2026-10-25: at 01:00Z clocks go back from 02:00 to 01:00.
        var schedule = new Schedule(TimeSpan.FromMinutes(10), windows: Hours("00:30-01:30", Zone.Parse("Europe/Lisbon").Value));

        Assert.Equal(At("2026-10-25T01:00:00Z"), schedule.Next(At("2026-10-25T00:20:00Z")));
        Assert.Equal(3 + 3 + 3, schedule.Slots(new TimeRange(At("2026-10-24T23:00:00Z"), At("2026-10-25T23:00:00Z"))).Count());
    }

    [Fact]
    public void Next_goes_from_slot_to_slot_and_Current_comes_back()
    {
        var schedule = new Schedule(TimeSpan.FromMinutes(7), TimeSpan.FromSeconds(13), Hours("22:00-02:00,12:00-12:01", Zone.Parse("America/New_York").Value), new Daylight(40.7, -74.0, TimeSpan.FromMinutes(-15), Hours("00:00-05:00", Zone.Utc)));
        var range = new TimeRange(At("2026-10-30T00:00:00Z"), At("2026-11-03T00:00:00Z"));
        var walked = new List<DateTimeOffset>();
        for (var slot = schedule.Next(range.Start.AddTicks(-1)); slot < range.End; slot = schedule.Next(slot.Value))
        {
            walked.Add(slot.Value);
        }

        Assert.NotEmpty(walked);
        Assert.Equal(schedule.Slots(range), walked);
        Assert.Equal(walked, walked.Select(slot => schedule.Current(slot.AddSeconds(419))!.Value));
        Assert.Null(schedule.Current(At("2026-10-30T20:00:00Z")));
    }

    [Fact]
    public void A_year_of_seconds_by_day_is_counted_and_a_closed_day_is_skipped()
    {
        var schedule = new Schedule(TimeSpan.FromSeconds(1), windows: Hours("06:00-20:00", Zone.Parse("Europe/Lisbon").Value));

        Assert.Equal(365 * 14 * 3600, schedule.Slots(new TimeRange(At("2026-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z"))).Count());
        Assert.Equal(At("2026-11-23T06:00:00Z"), schedule.Next(At("2026-11-22T19:59:59Z")));
    }

    [Fact]
    public void Hours_may_say_their_own_zone()
    {
        var lisbon = Zone.Parse("Europe/Lisbon").Value;

        Assert.True(Hours("04:00–13:00 UTC", lisbon).Contains(At("2026-06-21T04:00:00Z")));
        Assert.False(Hours("04:00-13:00", lisbon).Contains(At("2026-06-21T12:00:00Z")));
        Assert.Equal("time_zone", DayWindows.Parse("04:00-13:00 Mars/Olympus", lisbon).Failure?.Code);
    }

    // By VSOP87 (the library Astronomy Engine 2.1.19), rounded to the second; to the minute as the almanacs have it.
    [Theory]
    [InlineData(38.72, -9.14, "2026-06-21", "2026-06-21T05:12:01Z", "2026-06-21T20:04:45Z")]
    [InlineData(38.72, -9.14, "2026-12-21", "2026-12-21T07:50:56Z", "2026-12-21T17:18:20Z")]
    [InlineData(51.48, 0.0, "2026-03-20", "2026-03-20T06:02:53Z", "2026-03-20T18:12:59Z")]
    [InlineData(40.71, -74.01, "2026-11-01", "2026-11-01T11:26:27Z", "2026-11-01T21:52:15Z")]
    [InlineData(-33.87, 151.21, "2026-12-21", "2026-12-20T18:40:37Z", "2026-12-21T09:05:26Z")]
    [InlineData(64.15, -21.94, "2026-05-10", "2026-05-10T04:29:34Z", "2026-05-10T22:21:10Z")]
    [InlineData(1.35, 103.82, "2026-02-11", "2026-02-10T23:16:49Z", "2026-02-11T11:21:00Z")]
    [InlineData(69.65, 18.96, "2026-10-20", "2026-10-20T06:16:05Z", "2026-10-20T14:40:18Z")]
    [InlineData(-41.29, 174.78, "2028-02-29", "2028-02-28T18:00:45Z", "2028-02-29T07:05:14Z")]
    [InlineData(0.0, -179.9, "2027-09-23", "2027-09-23T17:48:38Z", "2027-09-24T05:55:06Z")]
    public void Sunrise_and_sunset_are_right_to_a_minute(double latitude, double longitude, string day, string rise, string set)
    {
        var sun = new Daylight(latitude, longitude).SunOf(At(day + "T12:00:00Z"))!.Value;

        Assert.InRange((sun.Start - At(rise)).Duration().TotalSeconds, 0, 60);
        Assert.InRange((sun.End - At(set)).Duration().TotalSeconds, 0, 60);
    }

    [Theory]
    [InlineData("2026-11-20T00:00:00Z", "2026-11-19T17:18:00Z")]
    [InlineData("2026-11-20T07:00:00Z", "2026-11-19T17:18:00Z")]
    [InlineData("2026-11-20T23:00:00Z", "2026-11-20T17:18:00Z")]
    public void The_last_day_before_the_night_is_found(string at, string end) =>
        Assert.InRange((new Daylight(38.7, -9.1).Last(At(at))!.Value.End - At(end)).Duration().TotalMinutes, 0, 5);

    [Fact]
    public void The_last_day_before_the_polar_night_is_found()
    {
        var tromso = new Daylight(69.65, 18.96);
        var last = tromso.Last(At("2026-12-24T12:00:00Z"))!.Value;
        Assert.InRange(last.End, At("2026-11-20T00:00:00Z"), At("2026-11-30T00:00:00Z"));
        Assert.True(tromso.Open(last.End)!.Value.Start > At("2027-01-01T00:00:00Z"));
    }

    [Fact]
    public void In_the_polar_night_only_the_hours_promised_count_and_in_the_polar_day_all_do()
    {
        var tromso = new Daylight(69.65, 18.96, atLeast: Hours("04:00-13:00", Zone.Utc));
        var schedule = new Schedule(TimeSpan.FromMinutes(10), daylight: tromso);

        Assert.Equal(54, schedule.Slots(TimeRange.Day(At("2026-12-21T00:00:00Z"))).Count());
        Assert.Equal(144, schedule.Slots(TimeRange.Day(At("2026-06-21T00:00:00Z"))).Count());
    }

    [Theory]
    [InlineData(69.65, 18.96, 0)]
    [InlineData(69.65, 18.96, 30)]
    [InlineData(90, 0, 0)]
    [InlineData(-77.85, 166.67, -60)]
    public void In_the_polar_day_no_second_is_left_out_at_midnight(double latitude, double longitude, int margin)
    {
        var schedule = new Schedule(TimeSpan.FromSeconds(1), daylight: new Daylight(latitude, longitude, TimeSpan.FromMinutes(margin)));
        var noon = At(latitude > 0 ? "2026-06-21T12:00:00Z" : "2026-12-21T12:00:00Z");

        // A margin that takes away takes from sunrise and sunset, and there are none.
        Assert.Equal(3 * 86_400, schedule.Slots(new TimeRange(noon.AddDays(-1), noon.AddDays(2))).Count());
    }

    [Theory]
    [InlineData(38.72, -9.14, 30, "04:00-13:00")]
    [InlineData(69.65, 18.96, -20, "22:00-02:00")]
    [InlineData(-41.29, 174.78, 0, null)]
    [InlineData(64.15, -179.9, 240, "00:00-00:05 America/New_York")]
    public void By_day_slots_are_those_between_sunrise_and_sunset_or_promised_however_the_range_is_split(double latitude, double longitude, int margin, string? promised)
    {
        var hours = promised is null ? null : Hours(promised, Zone.Utc);
        var daylight = new Daylight(latitude, longitude, TimeSpan.FromMinutes(margin), hours);
        var every = TimeSpan.FromMinutes(11);
        var year = new TimeRange(At("2026-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z"));
        var suns = Enumerable.Range(-2, 370).Select(day => daylight.SunOf(year.Start.AddDays(day))).OfType<TimeRange>().ToList();

        var expected = new Schedule(every).Slots(year).Where(slot => hours?.Contains(slot) == true || suns.Exists(sun => sun.Contains(slot))).ToList();
        var schedule = new Schedule(every, daylight: daylight);

        Assert.Equal(expected, schedule.Slots(year));
        Assert.Equal(expected, Enumerable.Range(0, 365 * 2).SelectMany(half => schedule.Slots(new TimeRange(year.Start.AddHours(12 * half), year.Start.AddHours(12 * (half + 1))))));
    }

    [Fact]
    public void Without_promised_hours_the_next_slot_waits_for_the_sun_and_none_comes_where_nothing_is_ever_open()
    {
        var schedule = new Schedule(TimeSpan.FromSeconds(1), daylight: new Daylight(78.22, 15.65));
        var next = schedule.Next(At("2026-11-22T00:00:00Z"))!.Value;

        Assert.InRange(next, At("2027-02-10T00:00:00Z"), At("2027-02-20T00:00:00Z"));
        Assert.Null(new Schedule(TimeSpan.FromDays(1), TimeSpan.FromHours(12), Hours("00:00-01:00", Zone.Utc)).Next(next));
    }

    [Theory]
    [InlineData("")]
    [InlineData("06:00")]
    [InlineData("06:00-06:00")]
    [InlineData("06:00-25:00")]
    [InlineData("24:00-06:00")]
    [InlineData("06:00-20:00,")]
    [InlineData("six to eight")]
    public void What_are_no_hours_is_said(string text) => Assert.Equal("window", DayWindows.Parse(text, Zone.Utc).Failure?.Code);

    private static DayWindows Hours(string text, Zone zone) => DayWindows.Parse(text, zone).Value;

    private static DateTimeOffset At(string text) => Rfc3339.TryParse(text, out var instant) ? instant : throw new FormatException(text);
}
