using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Tidemark.Simulator.Demo;

/// <summary>Speaks to the node through the socket in its data folder, which needs no token.</summary>
internal sealed class NodeClient(string data) : IDisposable
{
    private readonly HttpMessageInvoker invoker = new(Handler(data));
    private readonly HttpClient http = new(Handler(data)) { BaseAddress = new Uri("http://localhost/api/v1/") };

    /// <summary>An answer of the API, by its path under /api/v1.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => await http.GetFromJsonAsync<JsonElement>(path, cancellation);

    /// <summary>What the node tells, from the hello on, until the connection ends.</summary>
    public async IAsyncEnumerable<JsonElement> LiveAsync(IReadOnlyList<string> topics, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri("ws://localhost/api/v1/live"), invoker, cancellation);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { subscribe = topics, after = (string?)null }), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                yield break;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                yield return JsonSerializer.Deserialize<JsonElement>(message.GetBuffer().AsSpan(0, (int)message.Length));
                message.SetLength(0);
            }
        }
    }

    public void Dispose()
    {
        http.Dispose();
        invoker.Dispose();
    }

    private static SocketsHttpHandler Handler(string data) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(data, "node.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
