using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.App.Api;

/// <summary>
/// The WebSocket <c>/api/v1/live</c>. The client's first message is <see cref="LiveSubscribe"/>; then come
/// <see cref="LiveHello"/>, events, and a <see cref="LivePing"/> every five seconds, so that silence means that the node is gone.
/// </summary>
public static class LiveEndpoint
{
    private const int LongestSubscribe = 4096;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SubscribeWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/live", ServeAsync).Produces(101).WithSummary("WebSocket: what happens, by topics, resumable");

    private static async Task ServeAsync(HttpContext context, LiveFeed feed, TimeProvider time, IHostApplicationLifetime node)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Problems.From(400, "websocket", "This address speaks WebSocket only.").ExecuteAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone.Token, node.ApplicationStopping);
        var (status, reason) = (WebSocketCloseStatus.InvalidPayloadData, "expected {\"subscribe\":[\"sources\",…],\"after\":null}");
        var reading = Task.CompletedTask;
        try
        {
            var wish = await SubscribeAsync(socket, time, end.Token);
            // The client says nothing more; reading notices that it has gone. The node's end must not end it: that would cut the line.
            reading = WatchAsync(socket, gone);
            if (wish is not null)
            {
                (status, reason) = (WebSocketCloseStatus.PolicyViolation, "you do not keep up; come back and resume");
                var allowed = context.Items[Guard.StillAllowed] as Func<CancellationToken, Task<bool>>;
                if (!await SendAsync(socket, feed, wish, allowed, time, end.Token))
                {
                    (status, reason) = (WebSocketCloseStatus.PolicyViolation, "your token is not good any more");
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            // Either side has gone, or it was let go.
        }

        (status, reason) = node.ApplicationStopping.IsCancellationRequested ? (WebSocketCloseStatus.EndpointUnavailable, "the node stops")
            : socket.State == WebSocketState.CloseReceived ? (WebSocketCloseStatus.NormalClosure, "")
            : (status, reason);

        if (!await CloseAsync(socket, status, reason, reading, time))
        {
            // It does not even take the word that it is over: what waits to be sent to it must not keep the connection.
            context.Abort();
        }

        await gone.CancelAsync();
        await reading;
    }

    /// <summary>Says why, and waits a moment for the client to answer; false where the line is dead.</summary>
    private static async Task<bool> CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason, Task reading, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(CloseWithin, time);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, reason, limit.Token);
            }

            await reading.WaitAsync(limit.Token);
            return socket.State == WebSocketState.Closed;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            return false;
        }
    }

    private static async Task<LiveSubscribe?> SubscribeAsync(WebSocket socket, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(SubscribeWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var buffer = new byte[LongestSubscribe];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), either.Token);
            length += received.Count;
            if (received.MessageType != WebSocketMessageType.Text || (length == buffer.Length && !received.EndOfMessage))
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                break;
            }
        }

        try
        {
            var wish = JsonSerializer.Deserialize(buffer.AsSpan(0, length), ApiJson.Default.LiveSubscribe);
            return wish?.Subscribe.All(LiveFeed.Topics.Contains) == true ? wish : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Sends until either side ends or the listener is let go; false when its token is not good any more.</summary>
    private static async Task<bool> SendAsync(WebSocket socket, LiveFeed feed, LiveSubscribe wish, Func<CancellationToken, Task<bool>>? allowed, TimeProvider time, CancellationToken cancellation)
    {
        using var listening = feed.Listen(wish.After);
        // One that is let go may be stuck in the middle of a message that the client does not take.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, listening.LetGo);
        cancellation = either.Token;
        await SendAsync(socket, new LiveHello(feed.Run, listening.Number, listening.Resumed), ApiJson.Default.LiveHello, cancellation);
        foreach (var missed in listening.Missed.Where(missed => wish.Subscribe.Contains(missed.Topic)))
        {
            await SendAsync(socket, missed, ApiJson.Default.LiveEvent, cancellation);
        }

        using var timer = new PeriodicTimer(PingEvery, time);
        var ping = timer.WaitForNextTickAsync(cancellation).AsTask();
        var next = listening.Next.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            if (await Task.WhenAny(ping, next) == ping)
            {
                await ping;
                if (allowed is not null && !await allowed(cancellation))
                {
                    return false;
                }

                await SendAsync(socket, new LivePing(time.GetUtcNow()), ApiJson.Default.LivePing, cancellation);
                ping = timer.WaitForNextTickAsync(cancellation).AsTask();
                continue;
            }

            if (!await next)
            {
                return true;
            }

            while (listening.Next.TryRead(out var happening))
            {
                if (wish.Subscribe.Contains(happening.Topic))
                {
                    await SendAsync(socket, happening, ApiJson.Default.LiveEvent, cancellation);
                }
            }

            next = listening.Next.WaitToReadAsync(cancellation).AsTask();
        }
    }

    private static async Task WatchAsync(WebSocket socket, CancellationTokenSource gone)
    {
        var buffer = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), gone.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            // It has gone without a word.
        }

        await gone.CancelAsync();
    }

    private static ValueTask SendAsync<T>(WebSocket socket, T message, JsonTypeInfo<T> shape, CancellationToken cancellation) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, shape).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellation);
}
