using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Tidemark.Sources;

/// <summary>
/// HTTP to the outside world, one per source, by <see cref="AddressRules"/>: the IP is checked as it is connected to (so
/// that a name cannot change between check and use), redirects are followed by hand and checked again, answers are
/// bounded in size, and time-outs are on stall, not on length: a line of 256 kbit/s must do.
/// </summary>
public sealed class OutsideClient : IDisposable
{
    private const int MostRedirects = 5;
    private readonly AddressRules rules;
    private readonly TimeProvider time;
    private readonly TimeSpan stall;
    private readonly HttpMessageInvoker invoker;

    /// <param name="stall">Longest time without a byte, from the first packet on.</param>
    /// <param name="limits">How many requests a host gets at a time from all who share these; null: as many as come.</param>
    public OutsideClient(AddressRules rules, TimeProvider time, TimeSpan stall, HostLimits? limits = null)
    {
        this.rules = rules;
        this.time = time;
        this.stall = stall;
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            MaxConnectionsPerServer = 4,
            MaxResponseHeadersLength = 32,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        invoker = new HttpMessageInvoker(limits is null ? sockets : new TakingTurns(limits, sockets));
    }

    /// <summary>
    /// Fetches an address into <paramref name="target"/>. Gives the address that answered in the end.
    /// </summary>
    /// <param name="most">Most bytes taken; more is a failure, and the target holds a part.</param>
    public async Task<Result<Uri>> FetchAsync(Uri address, string accept, Stream target, long most, CancellationToken cancellation)
    {
        using var stalled = new CancellationTokenSource(stall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stalled.Token);
        try
        {
            for (var hop = 0; hop <= MostRedirects; hop++)
            {
                if (rules.CheckAddress(address) is { } refused)
                {
                    return refused;
                }

                stalled.CancelAfter(stall);
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Accept.ParseAdd(accept);
                request.Headers.UserAgent.Add(new ProductInfoHeaderValue("tidemark", typeof(OutsideClient).Assembly.GetName().Version?.ToString(3)));
                using var response = await invoker.SendAsync(request, either.Token);
                if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                {
                    if (!Uri.TryCreate(address, location, out var next))
                    {
                        return new Failure(FailureKind.BadInput, "redirect", $"{address.Shown()} redirects to something that is no address.", "The fault is on its side; it is tried again at the next poll.");
                    }

                    address = next;
                    continue;
                }

                if (!response.IsSuccessStatusCode)
                {
                    return HttpFailures.Status(response.StatusCode, address);
                }

                return await CopyAsync(response, address, target, most, stalled, either.Token) is { } failure ? failure : address;
            }

            return new Failure(FailureKind.Unreachable, "redirect_loop", $"{address.Shown()} redirects more than {MostRedirects} times.", "Open it in a browser and use the address where it ends.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Failure(FailureKind.Stalled, "stalled", $"{address.Host} sent nothing for {stall.TotalSeconds:0} s.", "It is tried again at the next poll.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return HttpFailures.Broken(error, address);
        }
    }

    public void Dispose() => invoker.Dispose();

    private async Task<Failure?> CopyAsync(HttpResponseMessage response, Uri address, Stream target, long most, CancellationTokenSource stalled, CancellationToken cancellation)
    {
        var announced = response.Content.Headers.ContentLength;
        if (announced > most)
        {
            return TooLarge(address, most);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (true)
        {
            stalled.CancelAfter(stall);
            var read = await body.ReadAsync(buffer, cancellation);
            if (read == 0)
            {
                return null;
            }

            total += read;
            if (total > most)
            {
                return TooLarge(address, most);
            }

            try
            {
                await target.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }
            catch (IOException error)
            {
                return DiskFailures.Map(error);
            }
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        Failure? refused = null;
        Exception? broken = null;
        foreach (var ip in addresses)
        {
            if (rules.CheckMachine(host, ip) is { } failure)
            {
                refused ??= failure;
                continue;
            }

            var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(ip, context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception error)
            {
                socket.Dispose();
                if (error is OperationCanceledException)
                {
                    throw;
                }

                broken = error;
            }
        }

        throw broken ?? new RefusedAddressException(refused ?? new Failure(FailureKind.Unreachable, "name_unknown", $"'{host}' has no address."));
    }

    private static Failure TooLarge(Uri address, long most) =>
        new(FailureKind.BadInput, "too_large", $"{address.Shown()} is larger than {most / 1048576.0:0.#} MiB.", "Check that it is the right address.");
}

/// <summary>Carries a refusal out of the connection callback.</summary>
internal sealed class RefusedAddressException(Failure failure) : IOException(failure.Message)
{
    public Failure Failure { get; } = failure;
}
