using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Sources;

public sealed class HostLimitsTests
{
    private readonly ManualTime time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_few_at_a_time_in_the_order_in_which_they_came_and_other_hosts_are_not_held_up()
    {
        var limits = new HostLimits(2, time);
        var (first, second) = (await limits.EnterAsync("a", Cancellation), await limits.EnterAsync("A", Cancellation));
        var (third, fourth) = (limits.EnterAsync("a", Cancellation), limits.EnterAsync("a", Cancellation));
        using var other = await limits.EnterAsync("b", Cancellation);
        Assert.False(third.IsCompleted);

        first.Dispose();
        using var turn = await third;
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        (await fourth).Dispose();
    }

    [Fact]
    public async Task One_that_stands_still_makes_room_and_one_that_moves_does_not()
    {
        var limits = new HostLimits(2, time);
        using var still = await limits.EnterAsync("a", Cancellation);
        using var moving = await limits.EnterAsync("a", Cancellation);
        time.Advance(TimeSpan.FromSeconds(1.9));
        moving.Moved();
        var (third, fourth) = (limits.EnterAsync("a", Cancellation), limits.EnterAsync("a", Cancellation));
        Assert.False(third.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(0.1));
        var turn = await third;
        Assert.False(fourth.IsCompleted);
        turn.Dispose();
        (await fourth).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_takes_nobodys_turn()
    {
        var limits = new HostLimits(1, time);
        var first = await limits.EnterAsync("a", Cancellation);
        using var stop = new CancellationTokenSource();
        var (second, third) = (limits.EnterAsync("a", stop.Token), limits.EnterAsync("a", Cancellation));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        first.Dispose();
        (await third).Dispose();
    }
}
