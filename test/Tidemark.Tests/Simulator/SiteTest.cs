using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Tidemark.Simulator;

namespace Tidemark.Tests.Simulator;

/// <summary>Sites of small pictures, ten hours of them, at a time that stands nearly still, and a client that follows no redirect.</summary>
public abstract class SiteTest : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    protected static readonly DateTimeOffset Newest = new(2026, 11, 22, 8, 10, 0, TimeSpan.Zero);

    protected HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    protected SimulatedSites Sites { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string Frame => Sites.FrameUrl("harbour", Newest);

    protected virtual SimulatorOptions Options => new() { Width = 64, Height = 48, Clock = Start, LiveEvery = TimeSpan.Zero };

    public async ValueTask InitializeAsync() => Sites = await SimulatedSites.StartAsync(Options);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Sites.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task SetAsync(string faults)
    {
        using var json = new StringContent(faults, Encoding.UTF8, "application/json");
        using var put = await Http.PutAsync($"{Sites.Address}/control/sites/harbour/faults", json, Cancellation);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    protected async Task SetClockAsync(string now)
    {
        using var put = await Http.PutAsJsonAsync($"{Sites.Address}/control/clock", new { now }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    protected async Task<HttpResponseMessage> GetAsync(string url, Action<HttpRequestHeaders>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        with?.Invoke(request.Headers);
        return await Http.SendAsync(request, Cancellation);
    }

    protected Task<byte[]> BytesAsync(string url) => Http.GetByteArrayAsync(url, Cancellation);

    protected async Task<JsonElement> JsonAsync(string url) => await Http.GetFromJsonAsync<JsonElement>(url, Cancellation);

    protected async Task<List<string>> TimesAsync(string url)
        => [.. (await JsonAsync(url)).GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("takenAt").GetString()!)];
}
