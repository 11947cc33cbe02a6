using Tidemark.Time;

namespace Tidemark.Tests.Time;

public sealed class TimeRangeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_start_is_in_a_range_and_the_end_is_not()
    {
        var range = new TimeRange(Start, Start.AddHours(1));

        Assert.True(range.Contains(Start));
        Assert.True(range.Contains(Start.AddHours(1).AddTicks(-1)));
        Assert.False(range.Contains(Start.AddHours(1)));
        Assert.False(range.Contains(Start.AddTicks(-1)));
        Assert.Equal(TimeSpan.FromHours(1), range.Length);
    }

    [Fact]
    public void A_range_that_ends_where_it_starts_is_empty()
    {
        var range = new TimeRange(Start, Start);

        Assert.True(range.IsEmpty);
        Assert.False(range.Contains(Start));
    }

    [Fact]
    public void A_range_cannot_end_before_it_starts() =>
        Assert.Contains("2026-11-22T08:00:00.000Z", Assert.Throws<ArgumentException>(() => new TimeRange(Start, Start.AddTicks(-1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Offsets_are_turned_into_UTC()
    {
        var range = new TimeRange(Start.ToOffset(TimeSpan.FromHours(5.5)), Start.AddHours(2).ToOffset(TimeSpan.FromHours(-8)));

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (range.Start.Offset, range.End.Offset));
        Assert.Equal(new TimeRange(Start, Start.AddHours(2)), range);
        Assert.Equal("2026-11-22T08:00:00.000Z/2026-11-22T10:00:00.000Z", range.ToString());
    }

    [Theory]
    [InlineData("2026-11-22T00:00:00Z", "2026-11-22")]
    [InlineData("2026-11-22T23:59:59.999Z", "2026-11-22")]
    [InlineData("2026-11-22T23:30:00-01:00", "2026-11-23")]
    [InlineData("2024-02-29T12:00:00Z", "2024-02-29")]
    public void A_day_is_the_UTC_day_and_has_24_hours(string instant, string day)
    {
        Assert.True(Rfc3339.TryParse(instant, out var at));
        var range = TimeRange.Day(at);

        Assert.True(range.Contains(at));
        Assert.Equal(TimeSpan.FromDays(1), range.Length);
        Assert.Equal(day, Rfc3339.Day(range.Start));
    }
}
