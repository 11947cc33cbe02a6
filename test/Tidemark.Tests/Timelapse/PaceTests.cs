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
        var grid = (Request with { Pace = TimelapsePace.Even, SecondsPerDay = 10 }).Grid()!;
        var day = grid.In(Start.AddDays(1), Start.AddDays(2)).ToList();

        Assert.Equal(240, day.Count);
        Assert.Equal((Start.AddDays(1), Start.AddDays(1).AddMinutes(6)), (day[0], day[1]));
        Assert.Equal(day, (Request with { From = Start.AddHours(-7), Pace = TimelapsePace.Even, SecondsPerDay = 10 }).Grid()!.In(Start.AddDays(1), Start.AddDays(2)));
        Assert.Equal(7 * 240, Enumerable.Range(0, 7).Sum(number => grid.In(Start.AddDays(number), Start.AddDays(number + 1)).Count()));
    }

    [Fact]
    public void A_length_is_kept_to_the_picture_whatever_the_pace()
    {
        var even = Request with { Pace = TimelapsePace.Even, Seconds = 61.7 };
        Assert.Equal(1481, Enumerable.Range(0, 3).Sum(day => even.Grid()!.In(Start.AddDays(day), Start.AddDays(day + 1)).Count()));

        var frames = Request with { Seconds = 60 };
        Assert.Equal(1000 / 60.0, frames.Rate(1000).Value.PerSecond, 9);
        Assert.Equal(24, Request.Rate(1000).Value.PerSecond);
        Assert.Equal("speed", frames.Rate(10).Failure?.Code);
        Assert.Equal("speed", frames.Rate(10_000).Failure?.Code);
        Assert.Equal(432 / 30.0, (Request with { SecondsPerDay = 10 }).Rate(432).Value.PerSecond, 9);
    }

    [Fact]
    public void Uneven_spans_lose_no_instant_at_the_border_of_stretches()
    {
        var grid = (Request with { Pace = TimelapsePace.Even, SecondsPerDay = 7.3, Fps = 23 }).Grid()!;
        var whole = grid.In(Start, Start.AddDays(3)).ToList();
        var parts = Enumerable.Range(0, 72).SelectMany(hour => grid.In(Start.AddHours(hour), Start.AddHours(hour + 1))).ToList();
        Assert.Equal(whole, parts);
        Assert.Equal(3 * 168, whole.Count);
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

    private static List<FrameFile> Frames(params int[] minutes) => [.. minutes.Select(minute => new FrameFile(Start.AddMinutes(minute), $"{minute}", 640, 480))];
}
