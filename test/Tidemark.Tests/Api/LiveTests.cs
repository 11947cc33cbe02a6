using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tidemark.App.Api;
using Tidemark.Capture;
using Tidemark.Jobs;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Api;

public sealed class LiveTests : IAsyncLifetime
{
    private const string All = """{"subscribe":["sources","frames","timelapses"],"after":null}""";
    private readonly ManualTime time = new();
    private readonly RunningNode node;

    public LiveTests() => node = new RunningNode(time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => node.InitializeAsync();

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task The_first_word_is_hello_with_the_run_and_the_last_number_given()
    {
        Publish(3);
        using var socket = await SubscribeAsync(All);
        var hello = await ReadAsync(socket);

        Assert.Equal(("hello", node.Part<LiveFeed>().Run, 3, false), (Type(hello), hello.GetProperty("run").GetString(), hello.GetProperty("number").GetInt32(), hello.GetProperty("resumed").GetBoolean()));
    }

    [Fact]
    public async Task Everything_that_happens_comes_in_order_and_without_a_gap()
    {
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        await node.CaptureAsync("told");
        await node.DeleteAsync("/api/v1/sources/told");

        var (events, removed) = (new List<JsonElement>(), false);
        while (!removed)
        {
            events.Add(await ReadAsync(socket));
            removed = events[^1].GetProperty("data").TryGetProperty("removed", out _);
        }

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(Number));
        Assert.All(events, happening => Assert.Equal("event", Type(happening)));
        Assert.All(events, happening => Assert.Equal("2026-11-22T08:13:05.000Z", happening.GetProperty("at").GetString()));
        var frames = events.Where(happening => happening.GetProperty("topic").GetString() == "frames").Select(happening => happening.GetProperty("data")).ToList();
        var listed = (await node.GetAsync("/api/v1/sources/told/frames")).GetProperty("frames").EnumerateArray();
        Assert.Equal(listed.Select(frame => frame.GetRawText()), frames.Select(frame => frame.GetRawText()));
    }

    [Fact]
    public async Task What_is_the_matter_with_a_source_and_what_went_to_quarantine_is_told_without_a_poll()
    {
        await node.CaptureAsync("told");
        using var socket = await SubscribeAsync(All);
        // From hello on it is listened to.
        await ReadAsync(socket);

        // One that no poll takes back.
        node.Part<Conditions>().Say("told", ConditionCode.Crop, "It does not move.");
        var told = await WhenAsync(socket, source => source.GetProperty("conditions").GetArrayLength() == 1);
        Assert.Equal("It does not move.", told.GetProperty("conditions")[0].GetProperty("message").GetString());

        var path = Path.Combine(node.Data.Incoming, "page.part");
        await File.WriteAllTextAsync(path, "<html>Not a picture</html>", Cancellation);
        Assert.NotNull(await node.Part<Quarantine>().CheckAsync("told", new Tidemark.Capture.Picture(RunningNode.Start, null, path), Cancellation));
        await WhenAsync(socket, source => source.GetProperty("quarantined").GetInt32() == 1);
    }

    [Fact]
    public async Task A_subscriber_to_some_topics_hears_of_those_only()
    {
        using var socket = await SubscribeAsync("""{"subscribe":["timelapses"]}""");
        await ReadAsync(socket);
        Publish(1, "sources");
        Publish(1, "timelapses");
        Publish(1, "frames");
        Publish(1, "timelapses");

        Assert.Equal([2, 4], await NumbersAsync(socket, 2));
    }

    [Fact]
    public async Task Who_names_the_last_number_gets_exactly_what_it_missed_and_then_what_comes()
    {
        Publish(7);
        using var socket = await SubscribeAsync(After($"{node.Part<LiveFeed>().Run}-4"));
        var hello = await ReadAsync(socket);
        Publish(2);

        Assert.True(hello.GetProperty("resumed").GetBoolean());
        Assert.Equal([5, 6, 7, 8, 9], await NumbersAsync(socket, 5));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task As_much_as_is_kept_is_replayed_and_what_is_older_means_fetch_anew(int beyond, bool resumed)
    {
        Publish(1023 + beyond);
        using var socket = await SubscribeAsync(After($"{node.Part<LiveFeed>().Run}-0"));

        Assert.Equal(resumed, (await ReadAsync(socket)).GetProperty("resumed").GetBoolean());
        Publish(1);
        Assert.Equal(resumed ? Enumerable.Range(1, 1024 + beyond) : [1024 + beyond], await NumbersAsync(socket, resumed ? 1024 + beyond : 1));
    }

    [Theory]
    [InlineData("0199f000000070008000000000000000-1")]
    [InlineData("RUN-4")]
    [InlineData("RUN--1")]
    [InlineData("RUN-x")]
    [InlineData("RUN")]
    [InlineData("-")]
    [InlineData("")]
    public async Task A_place_that_this_run_never_gave_means_fetch_anew(string after)
    {
        Publish(3);
        using var socket = await SubscribeAsync(After(after.Replace("RUN", node.Part<LiveFeed>().Run, StringComparison.Ordinal)));
        Assert.False((await ReadAsync(socket)).GetProperty("resumed").GetBoolean());
    }

    [Fact]
    public async Task A_ping_comes_every_five_seconds()
    {
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        for (var ping = 1; ping <= 2; ping++)
        {
            await time.DueAtAsync(time.GetUtcNow().AddSeconds(5));
            time.Advance(TimeSpan.FromSeconds(5));
            var said = await ReadAsync(socket);
            Assert.Equal(("ping", time.GetUtcNow()), (Type(said), said.GetProperty("at").GetDateTimeOffset()));
        }
    }

    [Fact]
    public async Task A_revoked_token_hears_nothing_from_the_next_ping_on()
    {
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        var tokens = node.Part<TokenStore>();
        foreach (var token in await tokens.ListAsync(Cancellation))
        {
            await tokens.RevokeAsync(token.Id, Cancellation);
        }

        await time.DueAtAsync(time.GetUtcNow().AddSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));
        await ClosedAsync(socket, WebSocketCloseStatus.PolicyViolation, "your token is not good any more");
    }

    [Theory]
    [InlineData("""{"subscribe":["weather"]}""")]
    [InlineData("""{"subscribe":[null]}""")]
    [InlineData("""{"subscribe":null}""")]
    [InlineData("""{"subscribe":["timelapses"],"afterr":"x"}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("hello")]
    [InlineData("")]
    public async Task A_first_word_that_is_not_understood_closes_with_the_reason(string said)
    {
        using var socket = await SubscribeAsync(said);
        await ClosedAsync(socket, WebSocketCloseStatus.InvalidPayloadData, "expected {\"subscribe\"");
    }

    [Fact]
    public async Task A_first_word_that_is_too_long_or_binary_closes_with_the_reason()
    {
        using var wordy = await SubscribeAsync($$"""{"subscribe":["timelapses"],"after":"{{new string('x', 100_000)}}"}""");
        await ClosedAsync(wordy, WebSocketCloseStatus.InvalidPayloadData, "expected {\"subscribe\"");
        using var binary = await ConnectAsync();
        await binary.SendAsync(Encoding.UTF8.GetBytes(All), WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
        await ClosedAsync(binary, WebSocketCloseStatus.InvalidPayloadData, "expected {\"subscribe\"");
    }

    [Fact]
    public async Task Who_says_nothing_is_not_waited_for()
    {
        using var socket = await ConnectAsync();
        await time.DueAtAsync(time.GetUtcNow().AddSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<WebSocketException>(() => ReadAsync(socket));
    }

    [Fact]
    public async Task Another_page_and_a_stranger_get_no_connection_and_a_plain_request_is_told_why()
    {
        foreach (var (origin, token, status) in new[] { ("http://evil.example.org", node.Token, 403), (null, null, 401), (null, "tm_wrong", 401) })
        {
            using var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, origin, token));
            Assert.Equal(status, (int)socket.HttpStatusCode);
        }

        using var own = new ClientWebSocket();
        await ConnectAsync(own, node.Node.Page.TrimEnd('/'), node.Token);
        Assert.Equal("websocket", (await node.GetAsync("/api/v1/live", System.Net.HttpStatusCode.BadRequest)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Who_does_not_keep_up_is_let_go_even_in_the_middle_of_a_message_and_may_come_back()
    {
        using var slow = await SubscribeAsync(All);
        using var quick = await SubscribeAsync("""{"subscribe":["sources"]}""");
        await ReadAsync(slow);
        await ReadAsync(quick);
        // More than the buffers of both kernels' ends and the thousand that wait.
        var much = new string('x', 16 * 1024);
        for (var i = 0; i < 4000; i++)
        {
            node.Part<LiveFeed>().Publish("timelapses", new RemovedShape(much), ApiJson.Default.RemovedShape);
            if (i % 100 == 0)
            {
                await Task.Yield();
            }
        }

        var last = 0;
        await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                var number = Number(await ReadAsync(slow));
                Assert.Equal(last + 1, number);
                last = number;
            }
        });
        Assert.InRange(last, 1, 3999);
        using var back = await SubscribeAsync(After($"{node.Part<LiveFeed>().Run}-{last}"));
        Assert.Equal(4000, (await ReadAsync(back)).GetProperty("number").GetInt32());
    }

    [Fact]
    public async Task Jobs_that_change_are_told_and_nodes_while_they_are_heard()
    {
        using var socket = await SubscribeAsync("""{"subscribe":["jobs","nodes"]}""");
        await ReadAsync(socket);
        await node.Part<Worker>().RegisteredAsync(Cancellation);
        var id = (await node.Part<JobStore>().SubmitAsync(new JobRequest("nobody", "made up", [new TaskSpec("a", "nobody", "")]), Cancellation)).Value.Job;
        node.Part<JobSignals>().Changed(id);
        var job = await ReadAsync(socket);
        Assert.Equal(("jobs", id, "ready"), (job.GetProperty("topic").GetString(), job.GetProperty("data").GetProperty("id").GetGuid(), job.GetProperty("data").GetProperty("state").GetString()));

        time.Advance(TimeSpan.FromSeconds(2));
        var told = await ReadAsync(socket);
        while (told.GetProperty("topic").GetString() != "nodes")
        {
            told = await ReadAsync(socket);
        }

        Assert.Equal(Environment.MachineName, told.GetProperty("data").GetProperty("name").GetString());
    }

    [Fact]
    public async Task What_cannot_be_told_lets_everybody_go_to_fetch_anew()
    {
        Publish(3);
        var feed = node.Part<LiveFeed>();
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        feed.Break();
        await ClosedAsync(socket, WebSocketCloseStatus.PolicyViolation, "you do not keep up");
        using var back = await SubscribeAsync(After($"{feed.Run}-3"));
        Assert.False((await ReadAsync(back)).GetProperty("resumed").GetBoolean());
    }

    [Fact]
    public async Task A_node_that_stops_says_so_at_once()
    {
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        var stopping = node.RestartAsync();
        await ClosedAsync(socket, WebSocketCloseStatus.EndpointUnavailable, "the node stops");
        await stopping;
    }

    [Fact]
    public async Task A_client_that_leaves_is_forgotten()
    {
        using var socket = await SubscribeAsync(All);
        await ReadAsync(socket);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "enough", Cancellation);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    private static string After(string after) => $$"""{"subscribe":["sources","frames","timelapses"],"after":"{{after}}"}""";

    private static int Number(JsonElement happening) => happening.GetProperty("number").GetInt32();

    private static string? Type(JsonElement said) => said.GetProperty("type").GetString();

    private static async Task<List<int>> NumbersAsync(WebSocket socket, int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            numbers.Add(Number(await ReadAsync(socket)));
        }

        return numbers;
    }

    // The source, as it is told once it is as wanted.
    private static async Task<JsonElement> WhenAsync(WebSocket socket, Func<JsonElement, bool> wanted)
    {
        return await ReadOnAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancellation);

        async Task<JsonElement> ReadOnAsync()
        {
            while (true)
            {
                var said = await ReadAsync(socket);
                if (Type(said) == "event" && said.GetProperty("topic").GetString() == "sources" && said.GetProperty("data") is var source && wanted(source))
                {
                    return source;
                }
            }
        }
    }

    private static async Task<JsonElement> ReadAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), Cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException($"closed: {socket.CloseStatus} {socket.CloseStatusDescription}");
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(message.ToArray());
            }
        }
    }

    private static async Task ClosedAsync(WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        await Assert.ThrowsAsync<WebSocketException>(() => ReadAsync(socket));
        Assert.Equal(status, socket.CloseStatus);
        Assert.StartsWith(reason, socket.CloseStatusDescription, StringComparison.Ordinal);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
    }

    private void Publish(int count, string topic = "timelapses")
    {
        for (var i = 0; i < count; i++)
        {
            node.Part<LiveFeed>().Publish(topic, new RemovedShape("x"), ApiJson.Default.RemovedShape);
        }
    }

    private async Task<ClientWebSocket> SubscribeAsync(string said)
    {
        var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes(said), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        return socket;
    }

    private async Task<ClientWebSocket> ConnectAsync()
    {
        var socket = new ClientWebSocket();
        await ConnectAsync(socket, null, node.Token);
        return socket;
    }

    private Task ConnectAsync(ClientWebSocket socket, string? origin, string? token)
    {
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        return socket.ConnectAsync(new UriBuilder(node.Page) { Scheme = "ws", Path = "/api/v1/live" }.Uri, Cancellation);
    }
}
