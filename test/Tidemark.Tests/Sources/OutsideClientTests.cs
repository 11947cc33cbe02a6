using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Sources;

public sealed partial class OutsideClientTests : IAsyncDisposable
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(20);
    private readonly ManualTime time = new();
    private readonly MemoryStream target = new();
    private readonly List<IAsyncDisposable> servers = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_taken_whole_and_says_where_it_came_from()
    {
        var asked = new ConcurrentQueue<string>();
        var server = await ServerAsync(http =>
        {
            asked.Enqueue($"{http.Request.Headers.Accept} {http.Request.Headers.UserAgent} {http.Request.Headers.Cookie}");
            http.Response.Headers.SetCookie = "tracked=1";
            return http.Response.WriteAsync("hello");
        });

        Assert.Equal(new Uri(server.Address + "/a"), (await FetchAsync(server, "/a")).Value);
        Assert.Equal(new Uri(server.Address + "/b"), (await FetchAsync(server, "/b")).Value);
        Assert.Equal("hellohello", Text());
        Assert.All(asked, line => Assert.Matches(@"^image/jpeg tidemark/\d+\.\d+\.\d+ $", line));
    }

    [Fact]
    public async Task Redirects_within_the_source_are_followed_relative_ones_too()
    {
        var server = await ServerAsync(http => http.Request.Path.Value switch
        {
            "/a" => Redirect(http, "/b?x=1", 302),
            "/b" => Redirect(http, "c", 308),
            "/c" => http.Response.WriteAsync("found"),
            _ => Redirect(http, "/a", 301),
        });

        Assert.Equal(server.Address + "/c", (await FetchAsync(server, "/start")).Value.ToString());
        Assert.Equal("found", Text());
    }

    [Theory]
    [InlineData("http://localhost:{0}/secret", "'localhost'")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "'169.254.169.254'")]
    [InlineData("http://evil.example.org/", "'evil.example.org'")]
    [InlineData("//evil.example.org/", "'evil.example.org'")]
    [InlineData("file:///etc/passwd", "'file:'")]
    [InlineData("gopher://127.0.0.1:{0}/", "'gopher:'")]
    public async Task A_redirect_to_another_host_or_scheme_is_refused_at_every_hop_and_never_asked(string location, string named)
    {
        var asked = new ConcurrentQueue<string>();
        LittleServer server = null!;
        server = await ServerAsync(http =>
        {
            asked.Enqueue(http.Request.Path);
            return http.Request.Path == "/first" ? Redirect(http, "/second", 302) : Redirect(http, string.Format(location, server.Port), 307);
        });

        foreach (var path in new[] { "/first", "/second" })
        {
            var refused = (await FetchAsync(server, path)).Failure!;
            Assert.Equal((FailureKind.BadInput, "address_refused"), (refused.Kind, refused.Code));
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["/first", "/second", "/second"], asked);
    }

    [Theory]
    [InlineData("http://169.254.169.254/", "169.254.169.254")]
    [InlineData("http://2852039166/", "169.254.169.254")]
    [InlineData("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254")]
    [InlineData("http://[fd00:ec2::254]/", "fd00:ec2::254")]
    public async Task A_redirect_to_a_metadata_service_is_refused_even_where_its_host_is_allowed(string location, string ip)
    {
        var server = await ServerAsync(http => Redirect(http, location, 302));

        var refused = (await FetchAsync(server, "/", allowed: [ip, new Uri(location).IdnHost])).Failure!;

        Assert.Equal((FailureKind.BadInput, "address_refused"), (refused.Kind, refused.Code));
        Assert.Contains("never connected to", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_source_that_leads_to_a_private_machine_is_refused_when_it_connects()
    {
        var asked = 0;
        var server = await ServerAsync(http => http.Response.WriteAsync($"{Interlocked.Increment(ref asked)}"));
        var source = new SourceConfig("http://cam.example.org/", 600, new FrameIndexPointers("", "", ""), ["127.0.0.1"], PrivateNetwork: false);
        using var client = new OutsideClient(new AddressRules(source), time, Stall);

        var refused = (await client.FetchAsync(new Uri(server.Address), "image/jpeg", target, 100, Cancellation)).Failure!;

        Assert.Equal("address_refused", refused.Code);
        Assert.Contains("private address", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_redirect_to_something_that_is_no_address_is_said_and_breaks_nothing()
    {
        var server = await ServerAsync(http => Redirect(http, "//[", 302));
        var failure = (await FetchAsync(server, "/?key=secret")).Failure!;
        Assert.Equal("redirect", failure.Code);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_loop_ends()
    {
        var asked = 0;
        var server = await ServerAsync(http => Redirect(http, $"/{Interlocked.Increment(ref asked)}", 302));

        Assert.Equal("redirect_loop", (await FetchAsync(server, "/")).Failure?.Code);
        Assert.Equal(6, asked);
    }

    [Fact]
    public async Task What_is_announced_as_too_large_is_not_read()
    {
        var server = await ServerAsync(async http =>
        {
            http.Response.ContentLength = 101;
            await http.Response.Body.WriteAsync(new byte[101], http.RequestAborted);
        });

        Assert.Equal((FailureKind.BadInput, "too_large"), Kind(await FetchAsync(server, "/", most: 100)));
        Assert.Equal(0, target.Length);
    }

    [Fact]
    public async Task What_grows_too_large_unannounced_is_cut_off_there()
    {
        var server = await ServerAsync(async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(new byte[40_000], http.RequestAborted);
            }
        });

        Assert.Equal((FailureKind.BadInput, "too_large"), Kind(await FetchAsync(server, "/", most: 100_000)));
        Assert.InRange(target.Length, 0, 100_000);
    }

    [Fact]
    public async Task As_much_as_allowed_is_taken()
    {
        var server = await ServerAsync(http => http.Response.Body.WriteAsync(new byte[100]).AsTask());

        Assert.Null((await FetchAsync(server, "/", most: 100)).Failure);
        Assert.Equal(100, target.Length);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_said_to_be_broken()
    {
        var server = await ServerAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync(new byte[500], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        });

        Assert.Equal((FailureKind.Unreachable, "connection_broken"), Kind(await FetchAsync(server, "/")));
    }

    [Theory]
    [InlineData(404, FailureKind.BadInput, "Check the address.")]
    [InlineData(401, FailureKind.BadInput, "sign-in")]
    [InlineData(429, FailureKind.Unreachable, "poll less often")]
    [InlineData(500, FailureKind.Unreachable, "tried again")]
    [InlineData(503, FailureKind.Unreachable, "tried again")]
    [InlineData(304, FailureKind.BadInput, "browser")]
    [InlineData(299, null, null)]
    public async Task A_status_is_told_with_what_to_do(int status, FailureKind? kind, string? mend)
    {
        var server = await ServerAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        var failure = (await FetchAsync(server, "/")).Failure;

        Assert.Equal(kind, failure?.Kind);
        Assert.Equal(kind is null ? null : "http_status", failure?.Code);
        Assert.Contains(mend ?? "", failure?.Mend ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_listening_is_said_with_host_and_port()
    {
        var server = await ServerAsync(_ => Task.CompletedTask);
        await server.DisposeAsync();

        var failure = (await FetchAsync(server, "/")).Failure!;

        Assert.Equal((FailureKind.Unreachable, "connection_refused"), (failure.Kind, failure.Code));
        Assert.Contains($"port {server.Port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_calls_it_off_gets_no_failure_but_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        var server = await ServerAsync(async http =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(server, "/", cancellation: stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    private static Task Redirect(HttpContext http, string location, int status)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    private static (FailureKind?, string?) Kind<T>(Result<T> result) => (result.Failure?.Kind, result.Failure?.Code);

    private string Text() => Encoding.UTF8.GetString(target.ToArray());

    private async Task<LittleServer> ServerAsync(RequestDelegate answer)
    {
        var server = await LittleServer.StartAsync(answer);
        servers.Add(server);
        return server;
    }

    private async Task<Result<Uri>> FetchAsync(LittleServer server, string path, long most = 1 << 20, string[]? allowed = null, Stream? into = null, CancellationToken? cancellation = null, HostLimits? limits = null)
    {
        var source = new SourceConfig(server.Address, 600, new FrameIndexPointers("", "", ""), allowed ?? [], PrivateNetwork: true);
        using var client = new OutsideClient(new AddressRules(source), time, Stall, limits: limits);
        return await client.FetchAsync(new Uri(server.Address + path), "image/jpeg", into ?? target, most, cancellation ?? Cancellation);
    }

    private sealed class TellingStream : MemoryStream
    {
        public SemaphoreSlim Written { get; } = new(0);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            Written.Release();
        }

        public async Task HasAsync(long bytes)
        {
            while (Length < bytes)
            {
                await Written.WaitAsync(Cancellation);
            }
        }
    }
}
