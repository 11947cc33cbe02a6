using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Simulator;

namespace Tidemark.Tests.Simulator;

public sealed class CertificateTests : SiteTest
{
    private readonly List<string> shown = [];

    protected override SimulatorOptions Options => base.Options with { Https = true };

    [Fact]
    public async Task A_certificate_that_nobody_knows_is_refused_by_a_client_that_looks()
    {
        Assert.StartsWith("https://127.0.0.1:", Sites.Address, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Http.GetAsync(Sites.IndexUrl("harbour"), Cancellation));
        Assert.Equal(HttpRequestError.SecureConnectionError, refused.HttpRequestError);
    }

    [Fact]
    public async Task A_certificate_that_was_replaced_is_seen_at_the_very_next_request()
    {
        using var http = Pinning();
        using var operators = Pinning();
        Assert.NotEmpty(await http.GetByteArrayAsync(Frame, Cancellation));
        var first = Assert.Single(shown);

        using var put = await operators.PutAsync($"{Sites.Address}/control/certificate", null, Cancellation);
        var told = (await put.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("sha256").GetString()!;
        Assert.Equal(Sites.Certificate!.Fingerprint, told);
        Assert.NotEqual(first, told);

        shown.Clear();
        Assert.NotEmpty(await http.GetByteArrayAsync(Frame, Cancellation));
        Assert.Equal(told, Assert.Single(shown));
        using var get = await operators.GetAsync($"{Sites.Address}/control/certificate", Cancellation);
        Assert.Equal([told, told], shown);
    }

    [Fact]
    public async Task A_reset_ends_an_encrypted_answer_too()
    {
        using var http = Pinning();
        Sites.Faults.Set("harbour", new Tidemark.Simulator.Faults.ResetConnection { Times = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetByteArrayAsync(Frame, Cancellation));
        Assert.NotEmpty(await http.GetByteArrayAsync(Frame, Cancellation));
    }

    [Fact]
    public async Task Sites_without_a_certificate_have_none_to_replace()
    {
        await using var plain = await SimulatedSites.StartAsync(Options with { Https = false }, cancellation: Cancellation);
        using var put = await Http.PutAsync($"{plain.Address}/control/certificate", null, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, put.StatusCode);
    }

    /// <summary>A client that takes any certificate whose only fault is that nobody signed it, and notes it.</summary>
    private HttpClient Pinning() => new(new SocketsHttpHandler
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, _, faults) =>
            {
                shown.Add(certificate!.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
                return faults == SslPolicyErrors.RemoteCertificateChainErrors;
            },
        },
    });
}
