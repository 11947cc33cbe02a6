using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tidemark.Bench;

/// <summary>
/// One kept-alive HTTP/1.1 connection that asks and counts, and does no more: a full client would cost more than many an
/// answer. Only for answers that we know: 200, with a length or in chunks.
/// </summary>
internal sealed class HttpLine : IDisposable
{
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] buffer = new byte[64 * 1024];

    public ValueTask ConnectAsync(IPEndPoint server, CancellationToken cancellation) => socket.ConnectAsync(server, cancellation);

    public static byte[] Get(IPEndPoint server, string path, string? token) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: {server}\r\nAccept-Encoding: br\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");

    /// <summary>Asks and reads the answer to its end; gives its body as it came, valid until the next call, and when its first byte was there.</summary>
    public async ValueTask<(ReadOnlyMemory<byte> Body, long FirstByte)> AskAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        await socket.SendAsync(request, SocketFlags.None, cancellation);
        var (count, head, whole, firstByte) = (0, 0, int.MaxValue, 0L);
        while (true)
        {
            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = await socket.ReceiveAsync(buffer.AsMemory(count), SocketFlags.None, cancellation);
            if (read == 0)
            {
                throw new BenchmarkBroke("The server closed the connection.");
            }

            firstByte = firstByte == 0 ? Stopwatch.GetTimestamp() : firstByte;
            count += read;
            if (head == 0 && (head = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) + 4) > 3)
            {
                whole = End(Encoding.ASCII.GetString(buffer, 0, head), head);
            }
            else if (head < 4)
            {
                head = 0;
                continue;
            }

            // In chunks: nothing follows the last one, as only one request is under way.
            if (whole >= 0 ? count >= whole : buffer.AsSpan(0, count).EndsWith(LastChunk))
            {
                return (buffer.AsMemory(head, count - head), firstByte);
            }
        }
    }

    public void Dispose() => socket.Dispose();

    // Where the answer ends; -1 where it comes in chunks.
    private static int End(string head, int start)
    {
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            throw new BenchmarkBroke($"The server answered {head.Split('\r')[0]}.");
        }

        var at = head.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? -1 : start + int.Parse(head.AsSpan(at + 15, head.IndexOf('\r', at) - at - 15).Trim());
    }
}
