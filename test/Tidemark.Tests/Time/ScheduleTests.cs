using Tidemark.Time;

namespace Tidemark.Tests.Time;

public sealed class ScheduleTests
{
    [Fact]
    public void The_next_is_after_now_at_most_one_period_away_and_on_the_clock()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var every = TimeSpan.FromSeconds(random.Next(1, 86_401));
            var now = DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(0, 4_102_444_800_000)).AddTicks(random.Next(10_000));
            var next = new Schedule(every).Next(now)!.Value;

            Assert.True(next > now && next - now <= every);
            Assert.Equal(0, (next - DateTimeOffset.UnixEpoch).Ticks % every.Ticks);
        }
    }

    [Fact]
    public void What_is_due_now_is_not_due_again_before_a_whole_period()
    {
        var due = new DateTimeOffset(2026, 11, 22, 8, 10, 0, TimeSpan.Zero);
        Assert.Equal(due.AddMinutes(10), new Schedule(TimeSpan.FromMinutes(10)).Next(due));
        Assert.Equal(due, new Schedule(TimeSpan.FromMinutes(10)).Next(due.AddTicks(-1)));
    }

    [Fact]
    public void Two_nodes_with_different_offsets_agree()
    {
        var now = new DateTimeOffset(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
        Assert.Equal(new Schedule(TimeSpan.FromMinutes(7)).Next(now), new Schedule(TimeSpan.FromMinutes(7)).Next(now.ToOffset(TimeSpan.FromHours(9))));
    }

    [Fact]
    public void Before_1970_it_goes_on_as_well()
    {
        var now = new DateTimeOffset(1969, 12, 31, 23, 55, 0, TimeSpan.Zero);
        Assert.Equal(DateTimeOffset.UnixEpoch, new Schedule(TimeSpan.FromMinutes(10)).Next(now));
    }
}
