using System.Net;
using System.Net.Sockets;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>One connection through a <see cref="PostgresProxy"/>.</summary>
internal sealed class ProxiedConnection(PostgresProxy proxy, Socket client) : IDisposable
{
    private readonly Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Statements statements = new();
    private volatile PostgresProxy.Trap? springing;
    private int unanswered;
    private int broken;

    public async Task RunAsync(int port, CancellationToken cancellation)
    {
        try
        {
            client.NoDelay = true;
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            await Task.WhenAny(ForwardAsync(cancellation), BackwardAsync(cancellation));
        }
        catch (SocketException)
        {
            // The server is not there; so is nobody for the client.
        }
        finally
        {
            Break();
        }
    }

    /// <summary>As a wire breaks: both ends notice, neither gets a last word.</summary>
    public void Break()
    {
        if (Interlocked.Exchange(ref broken, 1) == 1)
        {
            return;
        }

        foreach (var socket in (Socket[])[client, server])
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
    }

    public void Dispose() => Break();

    private async Task ForwardAsync(CancellationToken cancellation)
    {
        try
        {
            using var from = new NetworkStream(client);
            var reader = new MessageReader(from);
            using var waiting = new MemoryStream();
            var started = false;
            while (await reader.ReadAsync(bare: !started, cancellation) is { IsEmpty: false } message)
            {
                if (!started && Statements.AsksForEncryption(message.Span))
                {
                    // What is encrypted cannot be read here: no, in the server's name.
                    await client.SendAsync("N"u8.ToArray(), cancellation);
                    continue;
                }

                if (!started)
                {
                    started = true;
                    Interlocked.Increment(ref unanswered);
                }
                else if (statements.Saw(message.Span) is { } texts && proxy.Take(texts) is { } trap)
                {
                    if (trap.Lost == Lost.Request)
                    {
                        Break();
                        trap.Sprung.TrySetResult();
                        return;
                    }

                    Interlocked.Increment(ref unanswered);
                    springing = trap;
                }
                else if (Statements.IsAnswered(message.Span))
                {
                    Interlocked.Increment(ref unanswered);
                }

                waiting.Write(message.Span);
                if (!reader.HasMore)
                {
                    await PassAsync(waiting, server, delay: true, cancellation);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // That is what wires do.
        }
    }

    private async Task BackwardAsync(CancellationToken cancellation)
    {
        try
        {
            using var from = new NetworkStream(server);
            var reader = new MessageReader(from);
            using var waiting = new MemoryStream();
            while (await reader.ReadAsync(bare: false, cancellation) is { IsEmpty: false } message)
            {
                var ready = message.Length == 6 && message.Span[0] == (byte)'Z';
                if (ready && Interlocked.Decrement(ref unanswered) == 0 && springing is { } trap)
                {
                    Break();
                    trap.Sprung.TrySetResult();
                    return;
                }

                if (springing is null)
                {
                    waiting.Write(message.Span);
                    if (!reader.HasMore)
                    {
                        await PassAsync(waiting, client, delay: false, cancellation);
                    }
                }
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // That is what wires do.
        }
    }

    private async Task PassAsync(MemoryStream waiting, Socket to, bool delay, CancellationToken cancellation)
    {
        if (delay && proxy.Delay > TimeSpan.Zero)
        {
            await Task.Delay(proxy.Delay, TimeProvider.System, cancellation);
        }

        await proxy.Open.WaitAsync(cancellation);
        for (var rest = waiting.GetBuffer().AsMemory(0, (int)waiting.Length); rest.Length > 0;)
        {
            rest = rest[await to.SendAsync(rest, cancellation)..];
        }

        waiting.SetLength(0);
    }
}
