using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Tidemark.Simulator;
using Tidemark.Simulator.Faults;

namespace Tidemark.Tests.Simulator;

public sealed class FaultTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    private readonly HttpClient http = new();
    private SimulatedSites sites = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Frame => sites.FrameUrl("harbour", Start.AddMinutes(-3).AddSeconds(-5));

    public async ValueTask InitializeAsync()
        => sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Clock = Start, LiveEvery = TimeSpan.Zero });

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await sites.DisposeAsync();
    }

    [Fact]
    public async Task A_fault_ends_after_its_requests_and_leaves_other_sites_alone()
    {
        sites.Faults.Set("harbour", new Status500 { Times = 2 });

        Assert.Equal(HttpStatusCode.InternalServerError, await Status(sites.IndexUrl("harbour")));
        Assert.Equal(HttpStatusCode.OK, await Status(sites.IndexUrl("pier")));
        Assert.Equal(HttpStatusCode.InternalServerError, await Status(Frame));
        Assert.Equal(HttpStatusCode.OK, await Status(sites.IndexUrl("harbour")));
        Assert.Equal(2, sites.Requests["/sites/harbour/index.json"]);
        await sites.Requests.ReachesAsync("/sites/harbour/index.json", 2, Cancellation);
    }

    [Fact]
    public async Task A_fault_of_images_leaves_the_index_alone_until_it_is_cleared()
    {
        sites.Faults.Set("harbour", new Status500 { On = FaultTarget.Images });

        Assert.Equal(HttpStatusCode.OK, await Status(sites.IndexUrl("harbour")));
        Assert.Equal(HttpStatusCode.InternalServerError, await Status(Frame));
        sites.Faults.Clear("harbour");
        Assert.Equal(HttpStatusCode.OK, await Status(Frame));
    }

    [Fact]
    public async Task A_malformed_index_is_a_complete_answer_that_does_not_parse()
    {
        sites.Faults.Set("harbour", new MalformedJson());
        var text = await http.GetStringAsync(sites.IndexUrl("harbour"), Cancellation);
        Assert.StartsWith("{", text, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
    }

    [Fact]
    public async Task A_truncated_image_is_a_complete_answer_with_half_an_image()
    {
        var whole = await http.GetByteArrayAsync(Frame, Cancellation);
        sites.Faults.Set("harbour", new TruncatedImage());

        using var answer = await http.GetAsync(Frame, Cancellation);
        var half = await answer.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(half.Length, answer.Content.Headers.ContentLength);
        Assert.Equal(whole[..(whole.Length / 2)], half);
    }

    [Fact]
    public async Task A_cut_connection_ends_before_the_length_it_promised()
    {
        var whole = await http.GetByteArrayAsync(Frame, Cancellation);
        sites.Faults.Set("harbour", new CutConnection());

        using var answer = await http.GetAsync(Frame, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(whole.Length, answer.Content.Headers.ContentLength);
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_hung_site_takes_the_request_and_never_answers()
    {
        sites.Faults.Set("harbour", new Hung());
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var asked = http.GetAsync(Frame, giveUp.Token);
        await sites.Requests.ReachesAsync(new Uri(Frame).AbsolutePath, 1, Cancellation);
        Assert.Equal(HttpStatusCode.OK, await Status(sites.IndexUrl("pier")));
        Assert.False(asked.IsCompleted);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task The_end_of_the_simulator_ends_what_hangs()
    {
        await using var own = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48 }, cancellation: Cancellation);
        own.Faults.Set("pier", new Hung());
        var asked = http.GetAsync(own.IndexUrl("pier"), Cancellation);
        await own.Requests.ReachesAsync("/sites/pier/index.json", 1, Cancellation);

        await own.DisposeAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asked);
    }

    [Fact]
    public async Task A_slow_site_sends_the_true_answer_at_its_pace()
    {
        var whole = await http.GetByteArrayAsync(Frame, Cancellation);
        sites.Faults.Set("harbour", new Slow { DelayMilliseconds = 30, BytesPerSecond = whole.Length * 10 });

        var began = TimeProvider.System.GetTimestamp();
        var slow = await http.GetByteArrayAsync(Frame, Cancellation);

        Assert.Equal(whole, slow);
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Faults_are_set_listed_and_cleared_over_HTTP()
    {
        var control = $"{sites.Address}/control/sites/harbour/faults";
        using var json = new StringContent("""[{"kind":"slow","on":"index","times":1,"delayMilliseconds":5},{"times":3,"kind":"truncatedImage","share":0.25}]""", Encoding.UTF8, "application/json");

        using var put = await http.PutAsync(control, json, Cancellation);

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal([new Slow { On = FaultTarget.Index, Times = 1, DelayMilliseconds = 5 }, new TruncatedImage { Times = 3, Share = 0.25 }], sites.Faults.Of("harbour"));
        Assert.Equal(HttpStatusCode.OK, await Status(sites.IndexUrl("harbour")));
        var left = await http.GetFromJsonAsync<JsonElement>(control, Cancellation);
        Assert.Equal("truncatedImage", Assert.Single(left.EnumerateArray()).GetProperty("kind").GetString());
        using var cleared = await http.DeleteAsync(control, Cancellation);
        Assert.Empty(sites.Faults.Of("harbour"));
    }

    [Fact]
    public async Task A_fault_that_does_not_exist_is_refused()
    {
        using var json = new StringContent("""[{"kind":"meteor"}]""", Encoding.UTF8, "application/json");
        using var put = await http.PutAsync($"{sites.Address}/control/sites/harbour/faults", json, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, put.StatusCode);
        using var none = new StringContent("[]", Encoding.UTF8, "application/json");
        using var unknown = await http.PutAsync($"{sites.Address}/control/sites/nowhere/faults", none, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private async Task<HttpStatusCode> Status(string url)
    {
        using var answer = await http.GetAsync(url, Cancellation);
        return answer.StatusCode;
    }
}
