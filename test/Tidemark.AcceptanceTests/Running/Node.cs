using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>A real node, as a process of its own.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly SocketsHttpHandler handler;
    private readonly HttpClient http;

    private Node(RunningProgram program, string data, string page)
    {
        (Program, Data, Page) = (program, data, new Uri(page));
        handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(data, "node.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        http = new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri("http://localhost/api/v1/") };
    }

    public RunningProgram Program { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    public Uri Page { get; }

    /// <summary>Starts a node and returns when it says that it is ready.</summary>
    /// <param name="more">Further arguments of <c>up</c>.</param>
    /// <param name="port">0 takes any that is free.</param>
    public static async Task<Node> StartAsync(string data, IReadOnlyList<string>? more = null, IReadOnlyDictionary<string, string?>? environment = null, int port = 0)
    {
        var program = TidemarkCommand.Start(["up", "--json", "--data", data, "--listen", $"127.0.0.1:{port}", .. more ?? []], environment);
        try
        {
            var ready = JsonSerializer.Deserialize<JsonElement>(await program.LineAsync(line => line.StartsWith("{\"page\"", StringComparison.Ordinal)));
            Assert.Equal((Path.GetFullPath(data), program.Id), (ready.GetProperty("data").GetString(), ready.GetProperty("pid").GetInt32()));
            return new Node(program, data, ready.GetProperty("page").GetString()!);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command that speaks to this node.</summary>
    public Task<Ran> RunAsync(params IReadOnlyList<string> arguments) => TidemarkCommand.RunAsync(arguments, Environment());

    /// <summary>Starts a command that speaks to this node.</summary>
    public RunningProgram Start(params IReadOnlyList<string> arguments) => TidemarkCommand.Start(arguments, Environment());

    public async Task<JsonElement> GetAsync(string path) => await http.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);

    /// <summary>Whatever it answers.</summary>
    public Task<HttpResponseMessage> AnswerAsync(string path) => http.GetAsync(path, TestContext.Current.CancellationToken);

    public async Task<JsonElement> PostAsync(string path, object? body = null)
    {
        using var answer = await http.PostAsync(path, body is null ? null : JsonContent.Create(body), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Waits until what the API answers at <paramref name="path"/> is as wanted: looks first, and then whenever the node tells of a change.</summary>
    public async Task<JsonElement> WhenAsync(string path, Func<JsonElement, bool> wanted, string what)
    {
        JsonElement last = default;
        try
        {
            using var limit = Until.Limit();
            await foreach (var message in LiveAsync(limit.Token))
            {
                // A ping looks too: some of what is answered is not told.
                last = await http.GetFromJsonAsync<JsonElement>(path, limit.Token);
                if (wanted(last))
                {
                    return last;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
        }

        Assert.Fail($"It did not happen: {what}. The last answer of {path}: {last}");
        throw new InvalidOperationException();
    }

    /// <summary>Waits until a source has so many frames.</summary>
    public Task<JsonElement> WhenCapturedAsync(string source, int frames) =>
        WhenAsync($"sources/{source}", answer => answer.GetProperty("frames").GetInt32() >= frames, $"{frames} frames of {source}");

    /// <summary>Waits until a timelapse has come to this state.</summary>
    public Task<JsonElement> WhenTimelapseAsync(string id, params IReadOnlyList<string> states) =>
        WhenAsync($"timelapses/{id}", answer => states.Contains(answer.GetProperty("state").GetString()), $"{id} {string.Join(" or ", states)}");

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        handler.Dispose();
        await Program.DisposeAsync();
    }

    private async IAsyncEnumerable<JsonElement> LiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await socket.ConnectAsync(new Uri("ws://localhost/api/v1/live"), invoker, cancellation);
        await socket.SendAsync("""{"subscribe":["sources","frames","timelapses"],"after":null}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        using var message = new MemoryStream();
        var buffer = new byte[16384];
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
                yield return JsonSerializer.Deserialize<JsonElement>(message.ToArray());
                message.SetLength(0);
            }
        }
    }

    private Dictionary<string, string?> Environment() => new() { ["TIDEMARK_DATA"] = Data };
}
