using Tidemark.Capture;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class StartDelaysTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Each_start_is_counted_within_its_bound()
    {
        var delays = new StartDelays(time);
        foreach (var seconds in (double[])[-0.5, 0, 0.01, 0.02, 1, 75])
        {
            delays.Began(TimeSpan.FromSeconds(seconds));
        }

        var (counts, sum) = delays.Read();
        Assert.Equal([3, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], counts);
        Assert.Equal(76.03, sum, 6);
    }

    [Fact]
    public void Capture_is_pressed_for_a_minute_after_a_poll_that_began_late_whatever_the_clock_on_the_wall_does()
    {
        var delays = new StartDelays(time);
        delays.Began(StartDelays.Late);
        Assert.False(delays.Pressed);

        delays.Began(StartDelays.Late + TimeSpan.FromMilliseconds(1));
        delays.Began(TimeSpan.Zero);
        Assert.True(delays.Pressed);
        time.Step(TimeSpan.FromDays(1));
        Assert.True(delays.Pressed);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(delays.Pressed);
    }
}
