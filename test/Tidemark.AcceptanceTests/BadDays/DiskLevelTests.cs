using System.Net;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.BadDays;

public class DiskLevelTests
{
    [Fact]
    public async Task As_a_disk_fills_things_stop_in_order_are_told_and_go_on_by_themselves_with_the_reserve_made_anew()
    {
        using var disk = Mount.Small("64m");
        await using var station = await Station.StartAsync(Station.Small, data: Path.Combine(disk.Path, "data"));
        await station.CaptureAsync("harbour");
        var reserve = Path.Combine(station.Data, "reserve");
        // A hundredth of the disk.
        Assert.InRange(new FileInfo(reserve).Length, 500 << 10, 700 << 10);
        await LevelAsync(station, "fine");

        // Low below a twentieth, 3.2 MiB: what can wait waits, and frames go on.
        var ballast = disk.Fill(leave: 2500 << 10);
        await LevelAsync(station, "low");
        Assert.Contains("nearly full", (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(1).Errors, StringComparison.Ordinal);
        Assert.Equal("ok", (await HealthAsync(station)).Body);

        File.Delete(ballast);
        ballast = disk.Fill(leave: 900 << 10);
        await LevelAsync(station, "full");
        Assert.True(File.Exists(reserve));
        var (status, body) = await HealthAsync(station);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("disk_full", body, StringComparison.Ordinal);
        Assert.DoesNotContain(disk.Path, body, StringComparison.Ordinal);

        File.Delete(ballast);
        ballast = disk.Fill(leave: 100 << 10);
        await LevelAsync(station, "journalOnly");
        Assert.False(File.Exists(reserve));

        File.Delete(ballast);
        await LevelAsync(station, "fine");
        Assert.InRange(new FileInfo(reserve).Length, 500 << 10, 700 << 10);
        Assert.Equal("ok", (await HealthAsync(station)).Body);
        (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]])).Ended(0);
    }

    [Fact]
    public async Task A_backfill_that_is_under_way_ends_where_the_disk_is_full_and_leaves_the_journal_its_room()
    {
        using var disk = Mount.Small("128m");
        await using var station = await Station.StartAsync(Station.Small with { Every = TimeSpan.FromMinutes(1), History = TimeSpan.FromHours(10) }, data: Path.Combine(disk.Path, "data"));
        await LevelAsync(station, "fine");
        // Full below a fiftieth, 2.6 MiB; all that is listed would need more than there is.
        disk.Fill(leave: 8 << 20);
        await station.AddAsync(["harbour"]);

        var source = await station.Node.WhenAsync("sources/harbour", source => source.GetProperty("status").GetRawText().Contains("is full", StringComparison.Ordinal), "the poll ended since the disk is full");

        Assert.InRange(source.GetProperty("frames").GetInt32(), 1, 500);
        Assert.Equal("full", (await station.Node.GetAsync("node")).GetProperty("level").GetProperty("level").GetString());
        Assert.True(File.Exists(Path.Combine(station.Data, "reserve")));
    }

    private static Task<System.Text.Json.JsonElement> LevelAsync(Station station, string level) =>
        station.Node.WhenAsync("node", node => node.GetProperty("level").GetProperty("level").GetString() == level, $"the disk's level is {level}");

    private static async Task<(HttpStatusCode Status, string Body)> HealthAsync(Station station)
    {
        using var http = new HttpClient { BaseAddress = station.Node.Page };
        using var answer = await http.GetAsync("api/v1/health", TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
