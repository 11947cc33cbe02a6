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

    // Times of the U.S. Naval Observatory and of timeanddate.com, to the minute.
    [Theory]
    [InlineData(38.72, -9.14, "2026-06-21", "2026-06-21T05:12:00Z", "2026-06-21T20:05:00Z")]
    [InlineData(38.72, -9.14, "2026-12-21", "2026-12-21T07:51:00Z", "2026-12-21T17:18:00Z")]
    [InlineData(51.48, 0.0, "2026-03-20", "2026-03-20T06:03:00Z", "2026-03-20T18:14:00Z")]
    public void Sunrise_and_sunset_are_right_to_three_minutes(double latitude, double longitude, string day, string rise, string set)
    {
        var sun = new Daylight(latitude, longitude).Sun(At(day + "T12:00:00Z"));

        Assert.InRange((sun.Rise - At(rise)).Duration().TotalMinutes, 0, 3);
        Assert.InRange((sun.Set - At(set)).Duration().TotalMinutes, 0, 3);
    }

    [Fact]
    public void In_the_polar_night_only_the_hours_promised_count_and_in_the_polar_day_all_do()
    {
        var tromso = new Daylight(69.65, 18.96, atLeast: Hours("04:00-13:00", Zone.Utc));
        var schedule = new Schedule(TimeSpan.FromMinutes(10), daylight: tromso);

        Assert.Equal(54, schedule.Slots(TimeRange.Day(At("2026-12-21T00:00:00Z"))).Count());
        Assert.Equal(144, schedule.Slots(TimeRange.Day(At("2026-06-21T00:00:00Z"))).Count());
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
