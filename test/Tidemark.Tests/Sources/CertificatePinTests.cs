using Tidemark.Capture;
using Tidemark.Simulator;
using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Sources;

public sealed class CertificatePinTests : IAsyncLifetime
{
    private readonly ManualTime time = new();
    private readonly TempFolder temp = new();
    private SimulatedSites sites = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string PinsFile => temp["pins.json"];

    public async ValueTask InitializeAsync() =>
        sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Https = true, Clock = time.GetUtcNow(), History = TimeSpan.FromMinutes(30), LiveEvery = TimeSpan.Zero });

    public async ValueTask DisposeAsync()
    {
        await sites.DisposeAsync();
        temp.Dispose();
    }

    [Fact]
    public async Task A_devices_own_certificate_is_pinned_on_first_use_and_a_change_is_refused_until_it_is_trusted()
    {
        Assert.Null(await FetchAsync());
        Assert.Null(await FetchAsync());

        await ReplaceAsync();
        var changed = await FetchAsync();
        Assert.Equal("certificate_changed", changed?.Code);
        Assert.Contains("tidemark source trust harbour", changed!.Mend, StringComparison.Ordinal);
        Assert.Equal("certificate_changed", (await FetchAsync())?.Code);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await FetchAsync(trustedAt: time.GetUtcNow()));
        Assert.Null(await FetchAsync(trustedAt: time.GetUtcNow()));
        await ReplaceAsync();
        Assert.Equal("certificate_changed", (await FetchAsync(trustedAt: time.GetUtcNow()))?.Code);
    }

    [Fact]
    public async Task Without_a_place_for_pins_nothing_is_trusted_that_nobody_vouches_for()
    {
        using var client = new OutsideClient(new AddressRules(Config), time, TimeSpan.FromSeconds(20));
        Assert.Equal("tls", (await client.FetchAsync(new Uri(Config.Url), "*/*", Stream.Null, 1 << 20, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task What_cannot_be_noted_is_not_trusted()
    {
        Directory.CreateDirectory(PinsFile);
        Assert.NotNull(await FetchAsync());
        Directory.Delete(PinsFile);
        await File.WriteAllTextAsync(PinsFile, "{", Cancellation);
        Assert.Equal("pins_damaged", (await FetchAsync())?.Code);
    }

    [Fact]
    public void A_key_that_was_vouched_for_gives_way_to_none_that_is_not()
    {
        var pins = new CertificatePins("harbour", PinsFile, null, time);
        Assert.Null(pins.Check("cam:443", CertificatePins.Vouched));
        Assert.Equal("certificate_changed", pins.Check("cam:443", new string('a', 64))?.Code);
        Assert.Null(pins.Check("cam:8443", new string('a', 64)));
        Assert.Null(pins.Check("cam:8443", CertificatePins.Vouched));
        Assert.Equal("certificate_changed", new CertificatePins("harbour", PinsFile, null, time).Check("cam:8443", new string('b', 64))?.Code);
    }

    private SourceConfig Config => new(sites.IndexUrl("harbour"), 60, new FrameIndexPointers("/frames", "/takenAt", "/url"), [], PrivateNetwork: true);

    private async Task ReplaceAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant() == sites.Certificate!.Fingerprint },
        });
        using var answer = await http.PutAsync($"{sites.Address}/control/certificate", null, Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private async Task<Failure?> FetchAsync(DateTimeOffset? trustedAt = null)
    {
        using var client = new OutsideClient(new AddressRules(Config), time, TimeSpan.FromSeconds(20), new CertificatePins("harbour", PinsFile, trustedAt, time));
        return (await client.FetchAsync(new Uri(Config.Url), "*/*", Stream.Null, 1 << 20, Cancellation)).Failure;
    }
}
