using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public sealed class RetryPolicyTests
{
    [Theory]
    [InlineData("badInput")]
    [InlineData("notFound")]
    [InlineData("conflict")]
    [InlineData("cancelled")]
    public void What_cannot_get_better_is_not_tried_again(string kind) => Assert.Null(Wait(kind, []));

    [Theory]
    [InlineData("infrastructure")]
    [InlineData("resource")]
    [InlineData("unreachable")]
    public void What_may_pass_is_waited_for_longer_each_time_up_to_a_limit(string kind)
    {
        var waits = Enumerable.Range(0, 40).Select(before => Wait(kind, [.. Enumerable.Repeat(kind, before)], attempts: 100)!.Value).ToList();

        Assert.Equal(RetryPolicy.First, waits[0]);
        Assert.Equal(RetryPolicy.First * 2, waits[1]);
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(RetryPolicy.Longest, waits[^1]);
    }

    [Fact]
    public void The_whole_wait_is_left_to_chance() => Assert.Equal(TimeSpan.Zero, RetryPolicy.WaitAfter(Failed("infrastructure"), [], 5, 0));

    [Theory]
    [InlineData("toolCrash")]
    [InlineData("verification")]
    public void The_second_crash_is_the_inputs(string kind)
    {
        Assert.Equal(TimeSpan.Zero, Wait(kind, []));
        Assert.Equal(TimeSpan.Zero, Wait(kind, ["infrastructure"]));
        Assert.Null(Wait(kind, [kind]));
    }

    [Fact]
    public void The_last_attempt_is_the_last()
    {
        Assert.NotNull(Wait("infrastructure", ["infrastructure"], attempts: 3));
        Assert.Null(Wait("infrastructure", ["infrastructure", "resource"], attempts: 3));
        Assert.Null(Wait("infrastructure", [], attempts: 1));
    }

    private static TaskFailure Failed(string kind) => new(kind, "code", "It failed.");

    private static TimeSpan? Wait(string kind, IReadOnlyList<string> before, int attempts = 5) => RetryPolicy.WaitAfter(Failed(kind), before, attempts, 1);
}
