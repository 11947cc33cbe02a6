using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Tests.Config;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Api;

/// <summary>What depends on how a node is configured, or breaks it.</summary>
public sealed class ServingTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_a_proxy_the_page_is_at_the_proxys_address_and_the_cookie_for_HTTPS_only()
    {
        await using var node = await StartAsync(config => config with { BehindProxy = true });
        Assert.Equal("https://tide.example.org/", node.Page);
        var signIn = await node.SignInAddressAsync(Cancellation);
        Assert.StartsWith("https://tide.example.org/#token=", signIn, StringComparison.Ordinal);

        using var http = OnSocket();
        using var body = new StringContent(JsonSerializer.Serialize(new { token = signIn.Split("#token=")[1] }), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/v1/session", body, Cancellation);
        Assert.Contains("; secure", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task HTTPS_is_served_with_the_chain_of_the_file()
    {
        var made = TlsChain.Make();
        await File.WriteAllTextAsync(folder["chain.pem"], made.Pem, Cancellation);
        await File.WriteAllTextAsync(folder["key.pem"], made.KeyPem, Cancellation);
        var reading = ConfigReader.Read(null, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["data"] = folder["data"],
            ["listen"] = "127.0.0.1:0",
            ["tls.certificate"] = folder["chain.pem"],
            ["tls.key"] = folder["key.pem"],
        }, name => name == "TIDEMARK_CONFIG" ? "/dev/null" : null);
        Assert.Empty(reading.Faults);
        await using var node = await StartAsync(config => config with { Tls = reading.Config!.Tls });
        Assert.StartsWith("https://127.0.0.1:", node.Page, StringComparison.Ordinal);

        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, new Uri(node.Page).Port, Cancellation);
        List<string> sent = [];
        await using var tls = new SslStream(connection.GetStream(), leaveInnerStreamOpen: false, (_, _, chain, _) =>
        {
            sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(certificate => certificate.Thumbprint));
            return true;
        });
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Cancellation);
        Assert.Contains(made.Intermediate, sent);
    }

    [Fact]
    public async Task An_answer_that_nobody_foresaw_is_as_hardened_as_any_and_says_nothing_of_the_inside()
    {
        await using var node = await StartAsync();
        await ((SqlDatabase)node.Parts.GetService(typeof(SqlDatabase))!).DisposeAsync();
        using var http = OnSocket();
        using var body = new StringContent("""{"name":"x"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/v1/tokens", body, Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        foreach (var (name, value) in new[] { ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin") })
        {
            Assert.Equal(value, answer.Headers.GetValues(name).Single());
        }

        Assert.DoesNotContain("Semaphore", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/sources", "GET, POST")]
    [InlineData("GET", "/api/v1/sources/pier/pause", "POST")]
    [InlineData("DELETE", "/api/v1/node", "GET")]
    [InlineData("POST", "/", "GET, HEAD")]
    public async Task A_method_that_an_address_does_not_take_is_answered_with_those_that_it_takes(string method, string path, string allowed)
    {
        await using var node = await StartAsync();
        using var http = OnSocket();
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
        Assert.Equal("method_not_allowed", (await RunningNode.AnswerAsync(answer, HttpStatusCode.MethodNotAllowed)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/node")]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/nothing")]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path)
    {
        await using var node = await StartAsync();
        using var http = OnSocket();
        using var got = await http.GetAsync(path, Cancellation);
        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancellation);

        Assert.Equal(got.StatusCode, answer.StatusCode);
        Assert.Equal(got.Content.Headers.ContentType, answer.Content.Headers.ContentType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Tokens_that_have_expired_are_cleared_away_when_another_is_made()
    {
        var time = new ManualTime();
        await using var database = (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(folder["tokens.db"]), time, Cancellation)).Value;
        var tokens = new TokenStore(database, time);
        await tokens.CreateAsync(new TokenRequest("short", ExpiresInSeconds: 60), Cancellation);
        await tokens.CreateAsync(new TokenRequest("long", ExpiresInSeconds: 120), Cancellation);
        await tokens.CreateAsync(new TokenRequest("eternal"), Cancellation);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(3, (await tokens.ListAsync(Cancellation)).Count);

        await tokens.CreateAsync(new TokenRequest("new"), Cancellation);

        Assert.Equal(["eternal", "long", "new"], (await tokens.ListAsync(Cancellation)).Select(token => token.Name).Order(StringComparer.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private async Task<NodeServer> StartAsync(Func<NodeConfig, NodeConfig>? change = null)
    {
        var config = RunningNode.Config(new DataFolder(folder["data"]));
        var node = (await NodeServer.CreateAsync(change is null ? config : change(config), TimeProvider.System, Cancellation)).Value;
        Assert.Null(await node.StartAsync(Cancellation));
        return node;
    }

    private HttpClient OnSocket() => new(new SocketsHttpHandler
    {
        UseCookies = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder["data/node.sock"]), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost/") };
}
