using System.Net;
using Tidemark.Simulator;

namespace Tidemark.Tests.Simulator;

public sealed class IndexKindTests : SiteTest
{
    [Fact]
    public async Task The_hour_that_comes_twice_is_listed_twice_in_the_order_of_instants()
    {
        await using var autumn = await SimulatedSites.StartAsync(Options with { Clock = new DateTimeOffset(2026, 10, 25, 2, 5, 0, TimeSpan.Zero), Every = TimeSpan.FromMinutes(30), History = TimeSpan.FromHours(3) }, cancellation: Cancellation);

        var index = await JsonAsync(autumn.LocalIndexUrl("pier", "Europe/Lisbon"));

        Assert.Equal(("2026-10-25 02:05", "Europe/Lisbon"), (index.GetProperty("now").GetString()![..16], index.GetProperty("zone").GetString()));
        Assert.Equal(
            ["2026-10-25 02:00:00", "2026-10-25 01:30:00", "2026-10-25 01:00:00", "2026-10-25 01:30:00", "2026-10-25 01:00:00", "2026-10-25 00:30:00"],
            await TimesAsync(autumn.LocalIndexUrl("pier", "Europe/Lisbon")));
        Assert.Equal(6, index.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("url").GetString()).Distinct().Count());
        Assert.Equal(["pier-20261025-013000", "pier-20261025-010000"], index.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("name").GetString()).Skip(3).Take(2));
        Assert.Equal("2026-10-25 03:00:00", (await TimesAsync(autumn.LocalIndexUrl("pier", "Europe/Berlin")))[0]);
    }

    [Fact]
    public async Task The_hour_that_does_not_come_is_not_listed()
    {
        await using var spring = await SimulatedSites.StartAsync(Options with { Clock = new DateTimeOffset(2026, 3, 29, 2, 5, 0, TimeSpan.Zero), Every = TimeSpan.FromMinutes(30), History = TimeSpan.FromHours(2) }, cancellation: Cancellation);
        Assert.Equal(["2026-03-29 03:00:00", "2026-03-29 02:30:00", "2026-03-29 02:00:00", "2026-03-29 00:30:00"], await TimesAsync(spring.LocalIndexUrl("pier", "Europe/Lisbon")));
    }

    [Fact]
    public async Task A_zone_that_does_not_exist_is_refused()
    {
        using var answer = await GetAsync(Sites.LocalIndexUrl("pier", "Europe/Atlantis"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Europe/Atlantis", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_frame_is_told_as_one_object()
    {
        var newest = await JsonAsync(Sites.NewestUrl("pier"));
        Assert.Equal(
            ("2026-11-22T08:10:00.000Z", "pier-20261122-081000", "/sites/pier/frames/20261122-081000.jpg"),
            (newest.GetProperty("takenAt").GetString(), newest.GetProperty("name").GetString(), newest.GetProperty("url").GetString()));
        Assert.False(newest.TryGetProperty("frames", out _));
    }

    [Fact]
    public async Task A_list_is_no_longer_than_asked()
    {
        await using var brief = await SimulatedSites.StartAsync(Options with { Listed = 2 }, cancellation: Cancellation);
        Assert.Equal(["2026-11-22T08:10:00.000Z", "2026-11-22T08:00:00.000Z"], await TimesAsync(brief.IndexUrl("pier")));
    }

    [Fact]
    public async Task A_clock_set_back_an_hour_takes_back_what_was_not_yet()
    {
        await SetClockAsync("2026-11-22T07:13:05Z");
        Assert.Equal("2026-11-22T07:10:00.000Z", (await TimesAsync(Sites.IndexUrl("harbour")))[0]);
        await SetClockAsync("2026-11-22T08:13:05Z");
        Assert.Equal("2026-11-22T08:10:00.000Z", (await TimesAsync(Sites.IndexUrl("harbour")))[0]);
    }
}
