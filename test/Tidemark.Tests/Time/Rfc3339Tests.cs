using Tidemark.Time;

namespace Tidemark.Tests.Time;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-22T08:15:30Z", "2026-11-22T08:15:30.000Z")]
    [InlineData("2026-11-22t08:15:30z", "2026-11-22T08:15:30.000Z")]
    [InlineData("2026-11-22 08:15:30Z", "2026-11-22T08:15:30.000Z")]
    [InlineData("2026-11-22T08:15:30.25Z", "2026-11-22T08:15:30.250Z")]
    [InlineData("2026-11-22T08:15:30.2567894Z", "2026-11-22T08:15:30.256Z")]
    [InlineData("2026-11-22T08:15:30.256789412345Z", "2026-11-22T08:15:30.256Z")]
    [InlineData("2026-11-22T08:15:30+05:30", "2026-11-22T02:45:30.000Z")]
    [InlineData("2026-11-22T08:15:30.5-08:00", "2026-11-22T16:15:30.500Z")]
    [InlineData("2026-11-22T08:15:30-00:00", "2026-11-22T08:15:30.000Z")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z")]
    [InlineData("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z")]
    [InlineData("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z")]
    public void What_RFC_3339_allows_is_read_to_the_instant_it_means(string text, string utc)
    {
        Assert.True(Rfc3339.TryParse(text, out var instant));
        Assert.Equal(TimeSpan.Zero, instant.Offset);
        Assert.Equal(utc, Rfc3339.Format(instant));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22T08:15:30")]
    [InlineData("2026-11-22T08:15Z")]
    [InlineData("2026-11-22T08:15:30.Z")]
    [InlineData("2026-11-22T24:00:00Z")]
    [InlineData("2026-11-31T08:15:30Z")]
    [InlineData("2025-02-29T08:15:30Z")]
    [InlineData("2026-11-22T08:15:30+25:00")]
    [InlineData("2026-11-22T08:15:30 Z")]
    [InlineData("22/11/2026 08:15:30 Z")]
    [InlineData("2026-W47-7T08:15:30Z")]
    [InlineData("٢٠٢٦-11-22T08:15:30Z")]
    public void What_is_no_instant_is_not_guessed(string? text) => Assert.False(Rfc3339.TryParse(text, out _));

    // Section 5.6 has them, .NET has not: the second before and the one after are the neighbours on every clock we have.
    [Theory]
    [InlineData("1990-12-31T23:59:60Z")]
    [InlineData("1990-12-31T15:59:60-08:00")]
    public void A_leap_second_is_refused_and_never_moved_to_another_second(string text) => Assert.False(Rfc3339.TryParse(text, out _));

    [Theory]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    public void An_instant_that_no_clock_here_can_show_is_refused_without_an_exception(string text) => Assert.False(Rfc3339.TryParse(text, out _));

    [Fact]
    public void Stamps_round_trip_to_the_millisecond_and_sort_as_time_does()
    {
        var random = new Random(1);
        var instants = Enumerable.Range(0, 500).Select(_ => DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(0, 4_102_444_800_000))).ToList();
        foreach (var instant in instants)
        {
            Assert.True(Rfc3339.TryParseStamp(Rfc3339.Stamp(instant), out var read));
            Assert.Equal(instant, read);
            Assert.True(Rfc3339.TryParse(Rfc3339.Format(instant), out read));
            Assert.Equal(instant, read);
        }

        Assert.Equal(instants.Order().Select(Rfc3339.Stamp), instants.Select(Rfc3339.Stamp).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20261122T081530Z")]
    [InlineData("20261122T081530.250")]
    [InlineData("20261122T081530.2500Z")]
    [InlineData("../../../etc/passwd")]
    [InlineData("20261122T081530.250Z/..")]
    [InlineData(" 20261122T081530.250Z")]
    public void Only_our_own_stamps_are_read_as_stamps(string? text) => Assert.False(Rfc3339.TryParseStamp(text, out _));
}
