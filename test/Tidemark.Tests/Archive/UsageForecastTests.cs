using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class UsageForecastTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetentionRules NoRules = new(null, null, 0, new Dictionary<string, SourceRetention>());

    [Fact]
    public void Without_rules_the_disk_is_full_when_what_is_free_has_come_in() =>
        Assert.Equal(new UsageForecast(30, Now.AddDays(100), null), Forecast(3000, NoRules, Source(10), Source(20)));

    [Fact]
    public void A_source_that_is_held_level_grows_no_more_and_the_others_go_on()
    {
        // The first grows by 10 a day for 20 days yet; the second by 20 for ever.
        Assert.Equal(Now.AddDays(140), Forecast(3000, NoRules, Source(10, bytes: 100, days: 30), Source(20)).FullAt);
        Assert.Equal(Now.AddDays(140), Forecast(3000, NoRules, Source(10, bytes: 100, most: 300), Source(20)).FullAt);
        // One that has more than it keeps does not make room in a forecast.
        Assert.Equal(Now.AddDays(150), Forecast(3000, NoRules, Source(10, bytes: 9000, days: 30), Source(20)).FullAt);
    }

    [Fact]
    public void Where_rules_hold_everything_level_it_says_which()
    {
        Assert.Equal(new UsageForecast(10, null, RetentionRule.KeepDays), Forecast(1000, NoRules, Source(10, days: 30)));
        Assert.Equal(new UsageForecast(10, null, RetentionRule.KeepBytes), Forecast(1000, NoRules, Source(10, most: 500)));
        Assert.Equal(new UsageForecast(10, null, RetentionRule.Most), Forecast(1000, NoRules with { Most = 1500 }, Source(10, bytes: 500)));
        Assert.Equal(new UsageForecast(10, null, RetentionRule.KeepFree), Forecast(1000, NoRules with { KeepFree = 1 }, Source(10)));
        Assert.Equal(new UsageForecast(0, null, UsageForecast.NothingComesIn), Forecast(1000, NoRules, Source(0)));
    }

    [Fact]
    public void A_rule_that_wants_more_than_the_disk_has_does_not_help()
    {
        Assert.Equal(Now.AddDays(100), Forecast(1000, NoRules with { Most = 1501 }, Source(10, bytes: 500)).FullAt);
        Assert.Equal(Now.AddDays(10), Forecast(100, NoRules, Source(10, days: 30)).FullAt);
        Assert.Equal(Now, Forecast(0, NoRules, Source(10)).FullAt);
        Assert.Equal(new UsageForecast(1, null, null), Forecast(long.MaxValue / 2, NoRules, Source(1)));
    }

    private static UsageForecast Forecast(long free, RetentionRules rules, params SourceUsage[] sources) => UsageForecast.Of(Now, free, sources, rules);

    private static SourceUsage Source(long perDay, long bytes = 0, int? days = null, long? most = null) =>
        new("harbour", 0, bytes, perDay, perDay, perDay * 365, Now.AddDays(-30), new SourceRetention(days, most));
}
