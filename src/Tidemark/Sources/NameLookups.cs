using System.Net;

namespace Tidemark.Sources;

/// <summary>
/// Looks names up on threads of their own. Where no name server answers, the system's resolver keeps its thread for ten
/// seconds and more, and nothing interrupts it: a few such names would take the pool's threads from all sources, also from
/// those that need no name (C1). Who waits can be called off, and a name is asked for once, however many wait for it.
/// </summary>
/// <param name="resolve">Blocks.</param>
internal sealed class NameLookups(Func<string, IPAddress[]> resolve)
{
    /// <summary>Names beyond these wait for each other; nobody else does.</summary>
    internal const int MostAtOnce = 32;

    private readonly SemaphoreSlim threads = new(MostAtOnce, MostAtOnce);
    private readonly Dictionary<string, Task<IPAddress[]>> underWay = new(StringComparer.OrdinalIgnoreCase);

    public static NameLookups OfThisMachine { get; } = new(Dns.GetHostAddresses);

    /// <exception cref="System.Net.Sockets.SocketException">There is no such name, or nobody says.</exception>
    public Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out _))
        {
            return Dns.GetHostAddressesAsync(host, cancellation);
        }

        lock (underWay)
        {
            if (!underWay.TryGetValue(host, out var lookup))
            {
                lookup = LookUpAsync(host);
                if (!lookup.IsCompleted)
                {
                    // One that has ended by now got no thread: the next one asks anew.
                    underWay[host] = lookup;
                }
            }

            return lookup.WaitAsync(cancellation);
        }
    }

    private async Task<IPAddress[]> LookUpAsync(string host)
    {
        await threads.WaitAsync();
        try
        {
            // Yielding, so that it has its place among those under way before it ends.
            return await Task.Factory.StartNew(() => resolve(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        finally
        {
            threads.Release();
            lock (underWay)
            {
                underWay.Remove(host);
            }
        }
    }
}
