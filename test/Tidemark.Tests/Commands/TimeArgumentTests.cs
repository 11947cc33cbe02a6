using Tidemark.App.Commands;

namespace Tidemark.Tests.Commands;

public sealed class TimeArgumentTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("24h", "2026-11-21T08:13:05Z")]
    [InlineData("36500d", "1926-12-17T08:13:05Z")]
    [InlineData("yesterday", "2026-11-21T00:00:00Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z")]
    public void A_time_is_an_instant_a_word_or_how_long_ago(string text, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant, null), TimeArgument.Parse("--from", text, Now).Value);

    [Theory]
    [InlineData("999999d")]
    [InlineData("999999999d")]
    [InlineData("99999999999999999999999999999999d")]
    [InlineData("noon")]
    [InlineData("")]
    public void What_is_no_time_or_before_all_time_is_refused_with_what_may_be_written(string text)
    {
        Assert.True(TimeArgument.Parse("--from", text, Now).Failed(out var failure));
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("36500d", failure.Mend, StringComparison.Ordinal);
    }
}
