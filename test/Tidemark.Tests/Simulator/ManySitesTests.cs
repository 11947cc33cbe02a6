using System.Text;
using Tidemark.Simulator;
using Tidemark.Simulator.Faults;

namespace Tidemark.Tests.Simulator;

public sealed class ManySitesTests : SiteTest
{
    protected override SimulatorOptions Options => base.Options with { SitesCount = 1000, HungShare = 0.1, Listed = 3, LiveEvery = TimeSpan.FromSeconds(6) };

    [Fact]
    public async Task A_thousand_sites_are_named_by_number_and_list_the_newest_frames()
    {
        Assert.Equal((1000, "site-0001", "site-1000"), (Sites.Options.Sites.Count, Sites.Options.Sites[0], Sites.Options.Sites[^1]));
        await SetClockAsync("2026-11-22T08:13:13Z");
        Assert.Equal(["2026-11-22T08:13:12.000Z", "2026-11-22T08:13:06.000Z", "2026-11-22T08:10:00.000Z"], await TimesAsync(Sites.IndexUrl("site-0001")));
        // New pictures of many sites are spread over the distance, a second apart:.
        Assert.Equal("2026-11-22T08:13:08.000Z", (await TimesAsync(Sites.IndexUrl("site-0999")))[0]);
    }

    [Fact]
    public async Task No_two_pictures_are_equal_and_every_one_can_be_decoded()
    {
        string[] urls = [Sites.FrameUrl("site-0001", Newest), Sites.FrameUrl("site-0002", Newest), Sites.FrameUrl("site-0001", Newest.AddMinutes(-10))];
        var pictures = await Task.WhenAll(urls.Select(BytesAsync));
        Assert.Equal(3, pictures.Select(Convert.ToHexString).Distinct().Count());
        Assert.Contains("site-0002 2026-11-22T08:10:00.000Z", Encoding.Latin1.GetString(pictures[1]), StringComparison.Ordinal);

        using var folder = new Ffmpeg.Folder();
        await File.WriteAllBytesAsync(folder["one.jpg"], pictures[1], Cancellation);
        Assert.Equal(64 * 48, (await Ffmpeg.RunAsync(folder.Path, "-xerror", "-err_detect", "explode", "-i", "one.jpg", "-f", "rawvideo", "-pix_fmt", "gray", "-")).Output.Length);
    }

    [Fact]
    public async Task A_share_of_them_hangs_until_it_is_cleared()
    {
        var hung = Sites.Options.Sites.Where(site => Sites.Faults.Of(site).Any(fault => fault is Hung)).ToList();
        Assert.Equal(100, hung.Count);
        Assert.Equal(10, hung.Count(site => string.CompareOrdinal(site, "site-0100") <= 0));
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asked = Http.GetAsync(Sites.IndexUrl(hung[0]), giveUp.Token);
        await Sites.Requests.ReachesAsync($"/sites/{hung[0]}/index.json", 1, Cancellation);
        Assert.False(asked.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

        using var cleared = await Http.DeleteAsync($"{Sites.Address}/control/sites/{hung[0]}/faults", Cancellation);
        Assert.Equal(3, (await TimesAsync(Sites.IndexUrl(hung[0]))).Count);
    }

    [Fact]
    public async Task Their_pictures_are_counted_by_folder()
    {
        await BytesAsync(Sites.FrameUrl("site-0001", Newest));
        await BytesAsync(Sites.FrameUrl("site-0001", Newest.AddMinutes(-10)));
        Assert.Equal(2, Sites.Requests["/sites/site-0001/frames"]);
        Assert.Equal("/sites/site-0001/frames", Assert.Single(Sites.Requests.ByPath).Key);
    }

    [Theory]
    [InlineData(-1, 0, "--sites-count")]
    [InlineData(5, 1.5, "--hung-share")]
    [InlineData(5, double.NaN, "--hung-share")]
    public void Counts_and_shares_that_cannot_be_are_refused(int count, double share, string named)
        => Assert.Contains(named, (Options with { SitesCount = count, HungShare = share }).Fault(), StringComparison.Ordinal);
}
