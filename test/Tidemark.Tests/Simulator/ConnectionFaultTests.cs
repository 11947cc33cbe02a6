using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tidemark.Tests.Simulator;

public sealed class ConnectionFaultTests : SiteTest
{
    [Theory]
    [InlineData(""","bytes":300 """, 300)]
    [InlineData(""","share":0.25 """, null)]
    [InlineData(""","bytes":0 """, 0)]
    public async Task A_reset_comes_after_just_the_bytes_that_were_asked_for(string settings, int? bytes)
    {
        var whole = await BytesAsync(Frame);
        await SetAsync($$"""[{"kind":"resetConnection"{{settings}}}]""");
        using var answer = await Http.GetAsync(Frame, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal((HttpStatusCode.OK, whole.Length), (answer.StatusCode, answer.Content.Headers.ContentLength));
        await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
        var part = new byte[bytes ?? whole.Length / 4];

        await body.ReadExactlyAsync(part, Cancellation);
        var end = await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1], Cancellation));

        Assert.Equal(whole[..part.Length], part);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(end.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task A_cut_connection_can_be_reset_and_then_be_resumed()
    {
        var whole = await BytesAsync(Frame);
        await SetAsync("""[{"kind":"resetConnection","times":1,"bytes":500}]""");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => BytesAsync(Frame));
        using var rest = await GetAsync(Frame, headers => headers.Range = new(500, null));
        Assert.Equal(whole[500..], await rest.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("", 302, "http://169.254.169.254/latest/meta-data/")]
    [InlineData(""","location":"http://10.1.2.3/","code":307 """, 307, "http://10.1.2.3/")]
    public async Task A_redirect_leads_into_the_private_network(string settings, int code, string location)
    {
        await SetAsync($$"""[{"kind":"redirectPrivate"{{settings}}}]""");
        using var answer = await GetAsync(Frame);
        Assert.Equal(((HttpStatusCode)code, location), (answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task A_loop_of_redirects_never_names_the_same_address_twice()
    {
        await SetAsync("""[{"kind":"redirectLoop"}]""");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var url = Sites.IndexUrl("harbour");
        for (var hop = 0; hop < 30; hop++)
        {
            Assert.True(seen.Add(url));
            using var answer = await GetAsync(url);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            url = Sites.Address + answer.Headers.Location!.OriginalString;
        }

        Assert.Equal(30, Sites.Requests["/sites/harbour/index.json"]);
    }

    [Fact]
    public async Task A_status_comes_with_the_headers_it_was_given()
    {
        await SetAsync("""[{"kind":"status","code":429,"headers":{"Retry-After":"30"},"times":1},{"kind":"status"}]""");
        using var busy = await GetAsync(Sites.IndexUrl("harbour"));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(30)), (busy.StatusCode, busy.Headers.RetryAfter!.Delta));
        using var gone = await GetAsync(Frame);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Every_fault_that_is_documented_can_be_set_and_read_back()
    {
        string[] kinds =
        [
            "slow", "hung", "status500", "status", "malformedJson", "hugeJson", "lyingJson", "wrongZone", "wrongClock", "truncatedImage", "cutConnection", "resetConnection", "htmlImage",
            "emptyImage", "absurdImage", "repeatedImage", "changedImage", "padded", "redirectPrivate", "redirectLoop", "ignoresRange", "wrongRange",
        ];
        var all = new StringBuilder().AppendJoin(',', kinds.Select(kind => $$"""{"kind":"{{kind}}","on":"snapshot","times":5}"""));
        await SetAsync($"[{all}]");
        var left = await JsonAsync($"{Sites.Address}/control/sites/harbour/faults");
        Assert.Equal(kinds, left.EnumerateArray().Select(fault => fault.GetProperty("kind").GetString()));
        Assert.All(left.EnumerateArray(), fault => Assert.Equal(("snapshot", 5), (fault.GetProperty("on").GetString(), fault.GetProperty("times").GetInt32())));
    }
}
