using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Tidemark.Tests.Api;

public sealed class GuardTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/node")]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/sources/a/frames/20261122T080000.000Z.jpg")]
    [InlineData("/api/v1/tokens")]
    [InlineData("/api/v1/live")]
    [InlineData("/api/v1/openapi.json")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api")]
    public async Task Without_a_token_nothing_is_answered(string path)
    {
        using var answer = await node.Stranger.GetAsync(path, Cancellation);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("unauthenticated", (await RunningNode.AnswerAsync(answer, HttpStatusCode.Unauthorized)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("Bearer tm_0000")]
    [InlineData("Bearer ")]
    [InlineData("Basic dGlkZTptYXJr")]
    public async Task A_wrong_token_is_none(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/node");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        await RunningNode.AnswerAsync(await node.Stranger.SendAsync(request, Cancellation), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Health_needs_no_token() => Assert.Equal("ok", await node.Stranger.GetStringAsync("/api/v1/health", Cancellation));

    [Fact]
    public async Task A_token_is_exchanged_for_a_cookie_that_scripts_cannot_read_and_signing_out_drops_it()
    {
        using var signedIn = await SendAsync(HttpMethod.Post, "/api/v1/session", $$"""{"token":"{{node.Token}}"}""", authorize: false);
        await RunningNode.AnswerAsync(signedIn, HttpStatusCode.NoContent);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith($"tidemark-{node.Page.Port}={node.Token};", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, "/api/v1/node", authorize: false, headers: ("Cookie", cookie.Split(';')[0])), HttpStatusCode.OK);

        using var signedOut = await SendAsync(HttpMethod.Delete, "/api/v1/session", authorize: false);
        await RunningNode.AnswerAsync(signedOut, HttpStatusCode.NoContent);
        Assert.StartsWith($"tidemark-{node.Page.Port}=; expires=Thu, 01 Jan 1970", signedOut.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_gets_no_cookie()
    {
        using var answer = await SendAsync(HttpMethod.Post, "/api/v1/session", """{"token":"tm_wrong"}""", authorize: false);
        await RunningNode.AnswerAsync(answer, HttpStatusCode.Unauthorized);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_read_only_token_reads_and_does_nothing_else()
    {
        var token = (await node.PostAsync("/api/v1/tokens", """{"name":"reader","readOnly":true}""", HttpStatusCode.Created)).GetProperty("token").GetString()!;

        await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, "/api/v1/sources", token: token), HttpStatusCode.OK);
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/v1/sources"), (HttpMethod.Post, "/api/v1/tokens"), (HttpMethod.Delete, "/api/v1/sources/x") })
        {
            var problem = await RunningNode.AnswerAsync(await SendAsync(method, path, method == HttpMethod.Post ? "{}" : null, token: token), HttpStatusCode.Forbidden);
            Assert.Equal("read_only", problem.GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("evil.example.org")]
    [InlineData("evil.example.org:8710")]
    [InlineData("127.0.0.1.evil.example.org")]
    [InlineData("localhost.evil.example.org")]
    public async Task A_name_that_is_not_ours_is_refused_before_anything_else(string host)
    {
        foreach (var path in new[] { "/", "/api/v1/node", "/api/v1/health" })
        {
            var problem = await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, path, headers: ("Host", host)), HttpStatusCode.MisdirectedRequest);
            Assert.Equal("unknown_host", problem.GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("tide.example.org")]
    [InlineData("TIDE.example.org:1234")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:8710")]
    [InlineData("[::1]:8710")]
    public async Task Our_names_and_addresses_by_number_are_answered(string host) =>
        await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, "/api/v1/node", headers: ("Host", host)), HttpStatusCode.OK);

    [Theory]
    [InlineData("Origin", "http://evil.example.org")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_request_from_another_web_page_is_refused(string header, string value)
    {
        foreach (var (method, body) in new[] { (HttpMethod.Get, null), (HttpMethod.Post, "{}") })
        {
            var problem = await RunningNode.AnswerAsync(await SendAsync(method, "/api/v1/sources", body, headers: (header, value)), HttpStatusCode.Forbidden);
            Assert.Equal("foreign_origin", problem.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_request_from_our_own_page_is_answered()
    {
        await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, "/api/v1/sources", headers: ("Origin", node.Node.Page.TrimEnd('/'))), HttpStatusCode.OK);
        await RunningNode.AnswerAsync(await SendAsync(HttpMethod.Get, "/api/v1/sources", headers: ("Sec-Fetch-Site", "same-origin")), HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task A_body_that_a_form_could_send_is_refused(string? type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sources") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}")) };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        Assert.Equal("content_type", (await RunningNode.AnswerAsync(await node.Http.SendAsync(request, Cancellation), HttpStatusCode.UnsupportedMediaType)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_socket_in_the_data_folder_needs_no_token_and_is_for_its_user_only()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.Data.Socket));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(node.Data.Socket), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await http.GetAsync("http://node/api/v1/node", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, bool authorize = true, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        if (authorize)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? node.Token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await node.Stranger.SendAsync(request, Cancellation);
    }
}
