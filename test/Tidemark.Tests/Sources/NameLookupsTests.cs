using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Tidemark.Sources;

namespace Tidemark.Tests.Sources;

public sealed class NameLookupsTests : IDisposable
{
    private readonly ManualResetEventSlim answers = new();
    private readonly ConcurrentQueue<(string Name, bool FromPool)> asked = new();
    private readonly SemaphoreSlim begun = new(0);
    private readonly NameLookups lookups;

    public NameLookupsTests() => lookups = new NameLookups(name =>
    {
        asked.Enqueue((name, Thread.CurrentThread.IsThreadPoolThread));
        begun.Release();
        answers.Wait(Cancellation);
        return name == "nobody" ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Loopback];
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => answers.Set();

    [Fact]
    public async Task Names_that_nobody_answers_for_hold_no_thread_of_the_pool_and_keep_no_address_waiting()
    {
        var waiting = Enumerable.Range(0, NameLookups.MostAtOnce + 5).Select(i => lookups.AddressesAsync($"cam{i}", Cancellation)).ToList();
        for (var i = 0; i < NameLookups.MostAtOnce; i++)
        {
            await begun.WaitAsync(Cancellation);
        }

        Assert.Equal([IPAddress.Parse("10.0.0.7")], await lookups.AddressesAsync("10.0.0.7", Cancellation));
        Assert.Equal(NameLookups.MostAtOnce, asked.Count);
        answers.Set();
        Assert.All(await Task.WhenAll(waiting), found => Assert.Equal([IPAddress.Loopback], found));
        Assert.All(asked, one => Assert.False(one.FromPool));
    }

    [Fact]
    public async Task A_name_is_asked_for_once_at_a_time_and_who_waits_can_be_called_off()
    {
        using var stop = new CancellationTokenSource();
        var (first, second) = (lookups.AddressesAsync("cam", stop.Token), lookups.AddressesAsync("CAM", Cancellation));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answers.Set();
        await second;
        Assert.Single(asked);

        // It is asked again, and so is one that failed.
        await lookups.AddressesAsync("cam", Cancellation);
        await Assert.ThrowsAsync<SocketException>(() => lookups.AddressesAsync("nobody", Cancellation));
        await Assert.ThrowsAsync<SocketException>(() => lookups.AddressesAsync("nobody", Cancellation));
        Assert.Equal(["cam", "cam", "nobody", "nobody"], asked.Select(one => one.Name));
    }
}
