using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Which instants are shown, how fast, and what where a frame is missing.</summary>
public sealed class PaceTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimelapseRequest Request = new(["a"], Start, Start.AddDays(3), TimelapseLayout.Single, 24, null, null);

    [Fact]
    public void Even_pictures_of_a_day_do_not_depend_on_the_range()
    {
        var perDay = Request with { Pace = TimelapsePace.Even, SecondsPerDay = 10 };
        var day = In(perDay, Start.AddDays(1), Start.AddDays(2));

        Assert.Equal(240, day.Count);
        Assert.Equal((Start.AddDays(1), Start.AddDays(1).AddMinutes(6)), (day[0], day[1]));
        Assert.Equal(day, In(perDay with { From = Start.AddHours(-7) }, Start.AddDays(1), Start.AddDays(2)));
        Assert.Equal(7 * 240, Enumerable.Range(0, 7).Sum(number => In(perDay, Start.AddDays(number), Start.AddDays(number + 1)).Count));
    }

    [Fact]
    public void A_length_is_kept_to_the_picture_whatever_the_pace()
    {
        var even = Request with { Pace = TimelapsePace.Even, Seconds = 61.7 };
        Assert.Equal(1481, All(even, Days(3)).Count);
        Assert.Equal(24, even.Rate(1481).Value.PerSecond);
        // What is skipped makes the others slower.
        Assert.Equal(617 / 61.7, even.Rate(617).Value.PerSecond, 9);
        Assert.Equal("speed", even.Rate(10).Failure?.Code);

        var frames = Request with { Seconds = 60 };
        Assert.Equal(1000 / 60.0, frames.Rate(1000).Value.PerSecond, 9);
        Assert.Equal(24, Request.Rate(1000).Value.PerSecond);
        Assert.Equal("speed", frames.Rate(10).Failure?.Code);
        Assert.Equal("speed", frames.Rate(10_000).Failure?.Code);
        Assert.Equal(432 / 30.0, (Request with { SecondsPerDay = 10 }).Rate(432).Value.PerSecond, 9);
    }

    [Theory]
    [InlineData(38.7, -9.1, 30)]
    [InlineData(38.7, 179.9, 30)]
    [InlineData(65.0, 25.0, 30)]
    [InlineData(65.0, 25.0, 1)]
    public void A_length_by_daylight_is_spread_over_the_light_alone(double latitude, double longitude, int days)
    {
        var even = Request with { Pace = TimelapsePace.Even, Seconds = 60, Daylight = new DaylightSettings(latitude, longitude) };
        var daylight = even.Daylight.Make();
        var instants = All(even, Days(days));

        Assert.Equal(1440, instants.Count);
        Assert.All(instants, instant => Assert.True(daylight.Contains(instant)));
        // Every day has its share.
        Assert.Equal(days, instants.Select(instant => instant.Date).Distinct().Count());
    }

    [Fact]
    public void A_length_is_spread_over_what_there_is_to_be_shown_and_not_over_days_before_the_first_frame()
    {
        var even = Request with { From = Start.AddYears(-1), Pace = TimelapsePace.Even, Seconds = 10 };
        var instants = All(even, Days(2));

        Assert.Equal(240, instants.Count);
        Assert.Equal((Start, Start.AddMinutes(12)), (instants[0], instants[1]));
    }

    [Fact]
    public void By_daylight_a_days_instants_are_those_of_the_day_less_the_night()
    {
        var perDay = Request with { Pace = TimelapsePace.Even, SecondsPerDay = 10 };
        var daylight = new DaylightSettings(38.7, -9.1, 30, "04:00-05:00");

        Assert.Equal(All(perDay, Days(3)).Where(daylight.Make().Contains), All(perDay with { Daylight = daylight }, Days(3)));
    }

    [Fact]
    public void More_pictures_than_can_be_made_are_refused_before_they_are_counted()
    {
        var even = Request with { Pace = TimelapsePace.Even, Fps = 120 };
        Assert.Equal([("secondsPerDay", "too_long")], Codes(even with { SecondsPerDay = 86_400 }));
        Assert.Equal([("seconds", "too_long")], Codes(even with { Seconds = 86_400 }));
        // An hour in its own time is not many.
        Assert.Empty(Codes(even with { To = Start.AddHours(1), SecondsPerDay = 86_400 }));
        Assert.Empty(Codes(even with { SecondsPerDay = 40_000 }));
        Assert.Empty(Codes(even with { Pace = TimelapsePace.Frames, SecondsPerDay = 86_400 }));

        static IEnumerable<(string, string)> Codes(TimelapseRequest request) => request.Check().Select(fault => (fault.Field, fault.Failure.Code));
    }

    [Fact]
    public void Uneven_spans_lose_no_instant_at_the_border_of_stretches()
    {
        var hours = Enumerable.Range(0, 72).Select(hour => new Stretch(Start.AddHours(hour), Start.AddHours(hour + 1))).ToList();
        foreach (var (request, pictures) in new[] { (Request with { SecondsPerDay = 7.3 }, 3 * 168), (Request with { Seconds = 61.7 }, 1419) })
        {
            var even = request with { Pace = TimelapsePace.Even, Fps = 23 };
            var whole = In(even, Start, Start.AddDays(3));
            Assert.Equal(whole, All(even, hours));
            Assert.Equal(pictures, whole.Count);
        }
    }

    [Theory]
    [InlineData(TimelapsePace.Even, null, null, null, "pace")]
    [InlineData(TimelapsePace.Frames, null, null, 60, "every")]
    [InlineData(TimelapsePace.Even, 10.0, 60.0, null, "seconds")]
    [InlineData(TimelapsePace.Even, 0.0, null, null, "secondsPerDay")]
    [InlineData(TimelapsePace.Even, double.NaN, null, null, "secondsPerDay")]
    [InlineData(TimelapsePace.Frames, null, double.PositiveInfinity, null, "seconds")]
    [InlineData(TimelapsePace.Even, null, null, -5, "every")]
    public void A_speed_that_cannot_be_is_named(TimelapsePace pace, double? perDay, double? seconds, int? every, string field) =>
        Assert.Equal(field, Assert.Single((Request with { Pace = pace, SecondsPerDay = perDay, Seconds = seconds, Every = every }).Check()).Field);

    [Fact]
    public void What_is_missing_is_held_skipped_or_a_slate()
    {
        // Every ten minutes, but for an hour.
        var frames = Frames(0, 10, 20, 90, 100);
        var instants = Enumerable.Range(0, 11).Select(number => Start.AddMinutes(number * 10)).ToList();
        string[] Shown(MissingFrames missing) => [.. TimelapsePlan.Make([frames], new TimelapseRecipe { Missing = missing }, null, instants).Value.Cells[0].Select(frame => frame?.Path ?? "slate")];

        Assert.Equal(["0", "10", "20", "20", "20", "20", "20", "20", "90", "90", "100"], Shown(MissingFrames.Hold));
        Assert.Equal(["0", "10", "20", "20", "slate", "slate", "slate", "slate", "90", "90", "100"], Shown(MissingFrames.Slate));
        Assert.Equal(["0", "10", "20", "20", "90", "90", "100"], Shown(MissingFrames.Skip));
    }

    [Fact]
    public void A_picture_is_skipped_as_soon_as_one_of_its_sources_is_missing()
    {
        var recipe = new TimelapseRecipe { Layout = TimelapseLayout.Pair, Missing = MissingFrames.Skip };
        var plan = TimelapsePlan.Make([Frames(0, 10, 20, 30, 40, 50, 60), Frames(0, 10, 60)], recipe).Value;

        // The other's usual distance is longer, by one of two.
        Assert.Equal([0, 10, 20, 30, 40, 50, 60], plan.Instants.Select(instant => (int)(instant - Start).TotalMinutes));
        plan = TimelapsePlan.Make([Frames(0, 10, 20, 30, 40, 50, 60), Frames(0, 10, 20, 60)], recipe).Value;
        Assert.Equal([0, 10, 20, 30, 50, 60], plan.Instants.Select(instant => (int)(instant - Start).TotalMinutes));
        Assert.Equal(plan.Frames, plan.Cells[1].Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\u001b[31m")]
    [InlineData("1\n2\n3\n4")]
    public void A_caption_that_cannot_be_written_is_named(string caption) => Assert.Equal("caption", Assert.Single((Request with { Caption = caption }).Check()).Field);

    private static List<Stretch> Days(int count) => [.. Enumerable.Range(0, count).Select(day => new Stretch(Start.AddDays(day), Start.AddDays(day + 1)))];

    private static List<DateTimeOffset> In(TimelapseRequest request, DateTimeOffset start, DateTimeOffset end) => All(request, [new Stretch(start, end)]);

    private static List<DateTimeOffset> All(TimelapseRequest request, IReadOnlyList<Stretch> stretches)
    {
        var even = EvenInstants.Of(request, stretches)!;
        return [.. stretches.SelectMany(even.In)];
    }

    private static List<FrameFile> Frames(params int[] minutes) => [.. minutes.Select(minute => new FrameFile(Start.AddMinutes(minute), $"{minute}", 640, 480))];
}
