using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Sources;

// What takes long: silence, slow lines, hosts that are busy.
public sealed partial class OutsideClientTests
{
    [Fact]
    public async Task A_server_that_takes_the_request_and_says_nothing_is_given_up_after_the_stall_time()
    {
        var asked = new TaskCompletionSource();
        var server = await ServerAsync(http =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        });
        var fetching = FetchAsync(server, "/");
        await asked.Task;

        time.Advance(Stall - TimeSpan.FromMilliseconds(1));
        Assert.False(fetching.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        var failure = (await fetching).Failure!;
        Assert.Equal((FailureKind.Stalled, "stalled"), (failure.Kind, failure.Code));
        Assert.Contains("20 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_line_is_waited_for_as_long_as_something_comes_and_given_up_when_nothing_does()
    {
        var more = new SemaphoreSlim(0);
        var server = await ServerAsync(async http =>
        {
            while (true)
            {
                await http.Response.Body.WriteAsync(new byte[10], http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await more.WaitAsync(http.RequestAborted);
            }
        });
        var told = new TellingStream();
        var fetching = FetchAsync(server, "/", into: told);
        for (var i = 0; i < 6; i++)
        {
            await told.Written.WaitAsync(Cancellation);
            time.Advance(Stall * 0.4);
            Assert.False(fetching.IsCompleted);
            more.Release();
        }

        await told.Written.WaitAsync(Cancellation);
        time.Advance(Stall);

        Assert.Equal((FailureKind.Stalled, "stalled"), Kind(await fetching));
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(4000, true)]
    public async Task What_comes_next_to_a_byte_at_a_time_is_stalled_after_a_minute_and_a_slow_line_is_not(int bytes, bool goesOn)
    {
        var more = new SemaphoreSlim(0);
        var server = await ServerAsync(async http =>
        {
            for (var i = 0; i < 10; i++)
            {
                await http.Response.Body.WriteAsync(new byte[bytes], http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await more.WaitAsync(http.RequestAborted);
            }
        });
        var told = new TellingStream();
        var fetching = FetchAsync(server, "/", into: told);
        for (var i = 0; i < 10 && !fetching.IsCompleted; i++)
        {
            await Task.WhenAny(told.HasAsync((i + 1) * bytes), fetching);
            time.Advance(TimeSpan.FromSeconds(15));
            more.Release();
        }

        Assert.Equal(goesOn ? (null, null) : (FailureKind.Stalled, "stalled"), Kind(await fetching));
        Assert.Equal(goesOn ? 40_000 : 2000, told.Length);
    }

    [Fact]
    public async Task The_wait_for_a_hosts_turn_is_no_stall_and_the_request_has_its_whole_stall_time_afterwards()
    {
        var asked = new SemaphoreSlim(0);
        var server = await ServerAsync(http =>
        {
            asked.Release();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        });
        var limits = new HostLimits(1, time);
        var other = await limits.EnterAsync(new Uri(server.Address).Authority, Cancellation);
        var fetching = FetchAsync(server, "/", limits: limits);
        for (var waited = TimeSpan.Zero; waited < Stall * 2; waited += TimeSpan.FromSeconds(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            other.Moved();
        }

        Assert.Equal((0, false), (asked.CurrentCount, fetching.IsCompleted));
        other.Dispose();
        await asked.WaitAsync(Cancellation);

        time.Advance(Stall - TimeSpan.FromMilliseconds(1));
        Assert.False(fetching.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((FailureKind.Stalled, "stalled"), Kind(await fetching));
        // Its turn has ended with it.
        (await limits.EnterAsync(new Uri(server.Address).Authority, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_host_that_is_busy_for_minutes_is_said_to_be_busy_and_not_silent()
    {
        var server = await ServerAsync(_ => Task.CompletedTask);
        var limits = new HostLimits(1, time);
        using var other = await limits.EnterAsync(new Uri(server.Address).Authority, Cancellation);
        var fetching = FetchAsync(server, "/", limits: limits);
        for (var second = 0; second < 300; second++)
        {
            Assert.False(fetching.IsCompleted);
            other.Moved();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((FailureKind.Resource, "host_busy"), Kind(await fetching));
    }

    [Fact]
    public async Task Every_hop_of_a_redirect_has_the_stall_time_for_itself()
    {
        var asked = new SemaphoreSlim(0);
        var go = new SemaphoreSlim(0);
        var server = await ServerAsync(async http =>
        {
            asked.Release();
            await go.WaitAsync(http.RequestAborted);
            await (http.Request.Path == "/end" ? http.Response.WriteAsync("end") : Redirect(http, http.Request.Path == "/a" ? "/b" : "/end", 302));
        });
        var fetching = FetchAsync(server, "/a");
        for (var i = 0; i < 3; i++)
        {
            await asked.WaitAsync(Cancellation);
            time.Advance(Stall * 0.4);
            go.Release();
        }

        Assert.Null((await fetching).Failure);
        Assert.Equal("end", Text());
    }
}
