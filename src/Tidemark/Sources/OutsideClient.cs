using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Tidemark.Sources;

/// <summary>
/// HTTP to the outside world, one per source, by <see cref="AddressRules"/>: the IP is checked as it is connected to (so
/// that a name cannot change between check and use), redirects are followed by hand and checked again, answers are
/// bounded in size, and time-outs are on stall, not on length: a line of 256 kbit/s must do. What comes a byte at a time is
/// stalled too.
/// </summary>
public sealed class OutsideClient : IDisposable
{
    private const int MostRedirects = 5;

    // A line of 256 kbit/s brings this to each of two hundred that share it; what is slower would never end.
    private const int LeastBytes = 8 * 1024;
    private static readonly TimeSpan LeastWithin = TimeSpan.FromMinutes(1);

    private const int SmallBuffer = 4 * 1024, LargeBuffer = 64 * 1024;

    // As long as many others of a host may take before its turn comes; more is a host that cannot do what is asked of it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly AddressRules rules;
    private readonly TimeProvider time;
    private readonly TimeSpan stall;
    private readonly HostLimits? limits;
    private readonly OutsideConnections connections;
    private readonly HttpMessageInvoker invoker;

    /// <param name="stall">Longest time without a byte, from the first packet on; what is waited for a host's turn is no part of it.</param>
    /// <param name="pins">Certificates of the source's own devices; null: only such are taken that somebody vouches for.</param>
    /// <param name="limits">How many requests a host gets at a time from all who share these; null: as many as come.</param>
    public OutsideClient(AddressRules rules, TimeProvider time, TimeSpan stall, CertificatePins? pins = null, HostLimits? limits = null)
    {
        this.rules = rules;
        this.time = time;
        this.stall = stall;
        this.limits = limits;
        connections = new OutsideConnections(rules, pins);
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = connections.OpenAsync,
            MaxConnectionsPerServer = 4,
            MaxResponseHeadersLength = 32,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        invoker = new HttpMessageInvoker(sockets);
    }

    /// <summary>
    /// Fetches an address into <paramref name="target"/>. Gives the address that answered in the end.
    /// </summary>
    /// <param name="most">Most bytes taken; more is a failure, and the target holds a part.</param>
    public async Task<Result<Uri>> FetchAsync(Uri address, string accept, Stream target, long most, CancellationToken cancellation) =>
        (await FetchAsync(new OutsideRequest(address, accept, most), _ => target, cancellation)).TryGet(out var answer, out var failure) ? answer.Address : failure;

    /// <summary>Fetches what is asked for; everything that can go wrong outside comes as a failure.</summary>
    /// <param name="begin">Given the head of a usable answer that has a body: where the body goes. What it throws of the disk's comes as a failure.</param>
    public async Task<Result<OutsideAnswer>> FetchAsync(OutsideRequest request, Func<OutsideAnswer, Stream> begin, CancellationToken cancellation)
    {
        var address = request.Address;
        using var stalled = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stalled.Token);
        try
        {
            for (var hop = 0; hop <= MostRedirects; hop++)
            {
                if (rules.CheckAddress(address) is { } refused)
                {
                    return refused;
                }

                stalled.CancelAfter(Timeout.InfiniteTimeSpan);
                if (!(await TurnAsync(address, cancellation)).TryGet(out var mine, out var busy))
                {
                    return busy;
                }

                using var turn = mine;
                stalled.CancelAfter(stall);
                var asked = time.GetUtcNow();
                using var message = Message(request, address);
                using var response = await invoker.SendAsync(message, either.Token);
                turn.Moved();
                var began = time.GetUtcNow();
                if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                {
                    if (!Uri.TryCreate(address, location, out var next))
                    {
                        return new Failure(FailureKind.BadInput, "redirect", $"{address.Shown()} redirects to something that is no address.", "The fault is on its side; it is tried again at the next poll.");
                    }

                    address = next;
                    continue;
                }

                if (!Head(request, response, address, asked, began).TryGet(out var answer, out var unusable))
                {
                    return unusable;
                }

                return answer.Unchanged || await CopyAsync(response, answer, begin, request.Most, stalled, turn, either.Token) is not { } failure ? answer : failure;
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

    // Each request waits for its host's turn, and has it until its answer is read.
    private async Task<Result<HostLimits.Turn>> TurnAsync(Uri address, CancellationToken cancellation)
    {
        if (limits is null)
        {
            return HostLimits.Turn.Free(time);
        }

        using var limit = new CancellationTokenSource(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await limits.EnterAsync(address.Authority, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Its own fault it is not: the source must not look as if it had been silent.
            return new Failure(FailureKind.Resource, "host_busy", $"{address.Authority} was busy with other sources' requests for {LongestWait.TotalMinutes:0} minutes.", "Raise 'capture.perHost', or ask less often.");
        }
    }

    private static HttpRequestMessage Message(OutsideRequest request, Uri address)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);
        message.Headers.Accept.ParseAdd(request.Accept);
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("tidemark", typeof(OutsideClient).Assembly.GetName().Version?.ToString(3)));
        request.Known?.AddTo(message.Headers);
        if (request.Part is { } part)
        {
            message.Headers.Range = new RangeHeaderValue(part.Bytes, null);
            message.Headers.TryAddWithoutValidation("If-Range", part.IfRange);
        }

        return message;
    }

    private static Result<OutsideAnswer> Head(OutsideRequest request, HttpResponseMessage response, Uri address, DateTimeOffset asked, DateTimeOffset began)
    {
        var answer = new OutsideAnswer(address, false, 0, response.Content.Headers.ContentLength, Validators.Of(response), asked, began, response.Headers.Date);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotModified when request.Known is not null:
                return answer with { Unchanged = true, Length = null };
            case HttpStatusCode.PartialContent when request.Part is { } part:
                return response.Content.Headers.ContentRange is { From: { } from, To: { } to, Length: var whole } && from == part.Bytes
                    && (whole is null || (to == whole - 1 && (part.Length is null || part.Length == whole)))
                    && (answer.Length is null || answer.Length == to - from + 1)
                    ? answer with { From = from, Length = whole ?? part.Length }
                    : HttpFailures.WrongRange(address);
            case HttpStatusCode.RequestedRangeNotSatisfiable when request.Part is not null:
                return HttpFailures.WrongRange(address);
            case HttpStatusCode.PartialContent:
                return HttpFailures.Unasked(response.StatusCode, address);
            default:
                return response.IsSuccessStatusCode ? answer : HttpFailures.Status(response.StatusCode, address);
        }
    }

    private async Task<Failure?> CopyAsync(HttpResponseMessage response, OutsideAnswer answer, Func<OutsideAnswer, Stream> begin, long most, CancellationTokenSource stalled, HostLimits.Turn turn, CancellationToken cancellation)
    {
        if (answer.Length > most)
        {
            return TooLarge(answer.Address, most);
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        Stream target;
        try
        {
            target = begin(answer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }

        // Thousands of sources at a time: what each reads with is used again by the next, and no larger than what comes.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp((answer.Length ?? LargeBuffer) - answer.From, SmallBuffer, LargeBuffer));
        try
        {
            return await PumpAsync(body, target, buffer, answer, most, stalled, turn, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Failure?> PumpAsync(Stream body, Stream target, byte[] buffer, OutsideAnswer answer, long most, CancellationTokenSource stalled, HostLimits.Turn turn, CancellationToken cancellation)
    {
        var (total, before, since) = (answer.From, answer.From, time.GetTimestamp());
        while (true)
        {
            stalled.CancelAfter(stall);
            var read = await body.ReadAsync(buffer, cancellation);
            turn.Moved();
            if (read == 0)
            {
                return answer.Length is { } whole && total != whole ? HttpFailures.Short(answer.Address, total, whole) : null;
            }

            total += read;
            if (time.GetElapsedTime(since) is var took && took >= LeastWithin && took >= stall && total != answer.Length)
            {
                if (total - before < LeastBytes)
                {
                    return new Failure(FailureKind.Stalled, "stalled", $"{answer.Address.Host} sent {total - before} bytes within {took.TotalSeconds:0} s.", "It is tried again at the next poll.");
                }

                (before, since) = (total, time.GetTimestamp());
            }

            if (total > most)
            {
                return TooLarge(answer.Address, most);
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

    private static Failure TooLarge(Uri address, long most) =>
        new(FailureKind.BadInput, "too_large", $"{address.Shown()} is larger than {most / 1048576.0:0.#} MiB.", "Check that it is the right address.");
}
