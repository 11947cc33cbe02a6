using System.Globalization;
using Tidemark.Time;

namespace Tidemark.Tests.Time;

public sealed class LocalTimesTests
{
    private static readonly Zone Lisbon = Zone.Parse("Europe/Lisbon").Value;

    [Theory]
    [InlineData("2026-11-22 08:15:00")]
    [InlineData("2026-11-22T08:15:00.000")]
    [InlineData("2026-11-22 08:15")]
    [InlineData("2026/11/22 08:15:00")]
    [InlineData("2026-11-22_08-15-00")]
    [InlineData("20261122081500")]
    [InlineData("20261122_081500")]
    [InlineData("20261122T081500")]
    [InlineData("22.11.2026 08:15:00")]
    public void Forms_in_which_nothing_can_be_mistaken_are_read(string text)
    {
        Assert.True(LocalTimes.TryParse(text, out var local));
        Assert.Equal(new DateTime(2026, 11, 22, 8, 15, 0, DateTimeKind.Unspecified), local);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("11/22/2026 08:15:00")]
    [InlineData("2026-02-30 08:15:00")]
    [InlineData("2026-11-22 24:15:00")]
    [InlineData("2026-11-22T08:15:00Z")]
    [InlineData("0001-01-01 00:00:00")]
    public void What_may_mean_two_things_or_nothing_is_not(string? text) => Assert.False(LocalTimes.TryParse(text, out _));

    [Fact]
    public void A_single_reading_is_the_last_before_the_answer_came()
    {
        var reading = new DateTime(2026, 10, 25, 1, 30, 0, DateTimeKind.Unspecified);

        Assert.Equal("2026-10-25T00:30:00.000Z", At(reading, "2026-10-25T00:31:00Z"));
        Assert.Equal("2026-10-25T01:30:00.000Z", At(reading, "2026-10-25T01:31:00Z"));
    }

    [Fact]
    public void A_reading_that_was_never_shown_is_moved_forward_and_marked()
    {
        var resolved = LocalTimes.Resolve([new DateTime(2026, 3, 29, 1, 30, 0, DateTimeKind.Unspecified)], Lisbon, DateTimeOffset.MaxValue.AddDays(-1));

        Assert.Equal(("2026-03-29T01:30:00.000Z", LocalTimes.Gap), (Rfc3339.Format(resolved[0].Instant), resolved[0].Note));
    }

    [Theory]
    [InlineData("Europe/Lisbon")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    public void A_years_instants_are_read_back_from_what_clocks_showed(string zone)
    {
        var rules = Zone.Parse(zone).Value;
        var instants = Enumerable.Range(0, 366 * 48).Select(i => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(30 * i)).ToList();

        var resolved = LocalTimes.Resolve([.. instants.Select(rules.ToLocal)], rules, instants[^1]);

        Assert.Equal(instants, resolved.Select(one => one.Instant));
        Assert.Contains(resolved, one => one.Note == LocalTimes.Ambiguous);
    }

    // Lisbon, 2026-10-25: at 01:00Z clocks go back from 02:00 to 01:00; 00:30Z shows 01:30, and so does 01:30Z.
    [Theory]
    [InlineData("01:30 01:40 01:50 01:00", "01:01", "00:30 00:40 00:50 01:00")]
    [InlineData("01:00 01:50 01:40 01:30", "01:01", "01:00 00:50 00:40 00:30")]
    [InlineData("01:50 01:00", "01:01", "00:50 01:00")]
    [InlineData("01:00 01:50", "01:01", "01:00 00:50")]
    [InlineData("01:00 01:50", "00:51", "00:00 00:50")]
    [InlineData("01:50 01:00", "00:51", "00:50 00:00")]
    [InlineData("01:00 01:50", "01:51", "01:00 01:50")]
    [InlineData("01:10 01:10 01:30 01:30", "01:31", "00:10 01:10 00:30 01:30")]
    [InlineData("01:10 01:31 01:11 01:32", "01:33", "00:10 00:31 01:11 01:32")]
    [InlineData("00:50 01:50 02:10", "02:11", "23:50 01:50 02:10")]
    public void Readings_of_a_repeated_hour_keep_the_order_of_the_list_whichever_end_is_the_newest(string readings, string came, string instants)
    {
        Assert.True(Rfc3339.TryParse($"2026-10-25T{came}:00Z", out var answered));
        var resolved = LocalTimes.Resolve([.. readings.Split(' ').Select(time => new DateTime(2026, 10, 25) + TimeSpan.Parse(time, CultureInfo.InvariantCulture))], Lisbon, answered);

        Assert.Equal(instants, string.Join(' ', resolved.Select(one => one.Instant.ToString("HH:mm", CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("Europe/Lisbon", "2026-10-25T00:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T05:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T14:30:00Z")]
    public void However_often_a_list_is_asked_for_in_the_repeated_hour_no_frame_is_lost_or_gets_two_times(string zone, string begins)
    {
        Assert.True(Rfc3339.TryParse(begins, out var start));
        var rules = Zone.Parse(zone).Value;
        foreach (var (length, newestFirst) in new[] { (1, false), (2, false), (2, true), (5, false), (5, true), (40, false), (40, true) })
        {
            var taken = Enumerable.Range(-30, 160).Select(minute => start.AddMinutes(minute)).ToList();
            for (var newest = length - 1; newest < taken.Count; newest++)
            {
                var listed = taken[(newest + 1 - length)..(newest + 1)];
                var asListed = newestFirst ? Enumerable.Reverse(listed).ToList() : listed;

                Assert.Equal(asListed, LocalTimes.Resolve([.. asListed.Select(rules.ToLocal)], rules, taken[newest].AddSeconds(20)).Select(one => one.Instant));
            }
        }
    }

    private static string At(DateTime reading, string came)
    {
        Assert.True(Rfc3339.TryParse(came, out var answered));
        return Rfc3339.Format(LocalTimes.Resolve([reading], Lisbon, answered)[0].Instant);
    }
}
