using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tidemark.Simulator;

namespace Tidemark.Tests.Simulator;

public sealed class SimulatedSitesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    private static readonly SimulatorOptions Small = new() { Width = 64, Height = 48, Clock = Start };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_lists_ten_hours_of_frames_newest_first()
    {
        await using var sites = await SimulatedSites.StartAsync(Small with { LiveEvery = TimeSpan.Zero }, cancellation: Cancellation);
        using var http = new HttpClient();

        foreach (var site in new[] { "harbour", "pier", "lighthouse", "valley" })
        {
            var frames = await FramesOf(http, sites, site);
            Assert.Equal(60, frames.Count);
            Assert.Equal(("2026-11-22T08:10:00.000Z", $"{site}-20261122-081000", $"/sites/{site}/frames/20261122-081000.jpg"), frames[0]);
            Assert.Equal("2026-11-21T22:20:00.000Z", frames[^1].TakenAt);
        }
    }

    [Fact]
    public async Task History_is_half_open_when_the_start_is_a_frame_instant_itself()
    {
        var noon = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        await using var sites = await SimulatedSites.StartAsync(Small with { LiveEvery = TimeSpan.Zero, Clock = noon }, cancellation: Cancellation);
        using var http = new HttpClient();

        var frames = await FramesOf(http, sites, "pier");

        Assert.Equal((60, "2026-11-22T11:50:00.000Z", "2026-11-22T02:00:00.000Z"), (frames.Count, frames[0].TakenAt, frames[^1].TakenAt));
    }

    [Fact]
    public async Task Live_frames_appear_as_the_clock_passes_them()
    {
        await using var sites = await SimulatedSites.StartAsync(Small, cancellation: Cancellation);
        using var http = new HttpClient();

        using var put = await http.PutAsJsonAsync($"{sites.Address}/control/clock", new { now = "2026-11-22T08:14:02Z" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var frames = await FramesOf(http, sites, "harbour");

        Assert.Equal(66, frames.Count);
        Assert.Equal(["2026-11-22T08:14:00.000Z", "2026-11-22T08:13:50.000Z"], frames.Take(2).Select(frame => frame.TakenAt));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(sites.FrameUrl("harbour", Start.AddSeconds(5)), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(sites.FrameUrl("harbour", Start.AddHours(1)), Cancellation)).StatusCode);
        Assert.Equal(2, sites.Requests.ByPath.Count(path => path.Key.EndsWith(".jpg", StringComparison.Ordinal)));
        Assert.InRange(sites.Clock.GetUtcNow() - Start, TimeSpan.FromSeconds(57), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_frame_has_a_tag_a_time_and_ranges()
    {
        await using var sites = await SimulatedSites.StartAsync(Small, cancellation: Cancellation);
        using var http = new HttpClient();
        var url = sites.FrameUrl("valley", new DateTimeOffset(2026, 11, 22, 8, 10, 0, TimeSpan.Zero));

        using var whole = await http.GetAsync(url, Cancellation);
        var jpeg = await whole.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal("image/jpeg", whole.Content.Headers.ContentType!.MediaType);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 10, 0, TimeSpan.Zero), whole.Content.Headers.LastModified);

        using var again = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { IfNoneMatch = { whole.Headers.ETag! } } };
        using var unchanged = await http.SendAsync(again, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var rest = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(100, null), IfRange = new RangeConditionHeaderValue(whole.Headers.ETag!) } };
        using var partial = await http.SendAsync(rest, Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, partial.StatusCode);
        Assert.Equal(jpeg[100..], await partial.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Options_that_cannot_be_are_refused_with_the_reason()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => SimulatedSites.StartAsync(Small with { Sites = ["Harbour!"] }, cancellation: Cancellation));
        Assert.Contains("Site ids", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--every", (Small with { Every = TimeSpan.FromMilliseconds(1500) }).Fault(), StringComparison.Ordinal);
        Assert.Contains("--size", (Small with { Width = 8 }).Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Footage_is_shown_in_its_order_and_leaves_nothing_behind()
    {
        using var folder = new Ffmpeg.Folder();
        await Ffmpeg.RunAsync(folder.Path, "-f", "lavfi", "-i", "testsrc2=size=96x72:rate=10:duration=3", "-c:v", "libx264", "-pix_fmt", "yuv420p", "clip.mp4");
        var sites = await SimulatedSites.StartAsync(Small with { Footage = [folder["clip.mp4"]], History = TimeSpan.FromHours(2) }, cancellation: Cancellation);
        string? pictures;
        await using (sites)
        {
            using var http = new HttpClient();
            pictures = sites.FootageFolder;
            Assert.Equal(12, Directory.GetFiles(pictures!, "*.jpg", SearchOption.AllDirectories).Length);
            var seen = new List<string>();
            foreach (var frame in (await FramesOf(http, sites, "pier")).Where(frame => frame.TakenAt.EndsWith("0:00.000Z", StringComparison.Ordinal)))
            {
                seen.Add(Convert.ToHexString(await http.GetByteArrayAsync(sites.Address + frame.Url, Cancellation)));
            }

            Assert.Equal((12, 12), (seen.Count, seen.Distinct(StringComparer.Ordinal).Count()));
        }

        Assert.False(Directory.Exists(pictures));
    }

    private static async Task<List<(string TakenAt, string Name, string Url)>> FramesOf(HttpClient http, SimulatedSites sites, string site)
    {
        using var index = JsonDocument.Parse(await http.GetStringAsync(sites.IndexUrl(site), Cancellation));
        Assert.Equal(site, index.RootElement.GetProperty("site").GetString());
        return [.. index.RootElement.GetProperty("frames").EnumerateArray().Select(frame => (
            frame.GetProperty("takenAt").GetString()!, frame.GetProperty("name").GetString()!, frame.GetProperty("url").GetString()!))];
    }
}
