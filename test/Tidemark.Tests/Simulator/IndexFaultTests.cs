using System.Text;
using System.Text.Json;
using Tidemark.Simulator.Faults;

namespace Tidemark.Tests.Simulator;

public sealed class IndexFaultTests : SiteTest
{
    private string Index => Sites.IndexUrl("harbour");

    [Fact]
    public async Task A_huge_index_goes_on_for_as_long_as_one_reads()
    {
        await SetAsync("""[{"kind":"hugeJson"}]""");
        using var answer = await Http.GetAsync(Index, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Null(answer.Content.Headers.ContentLength);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
        var read = new byte[20 << 20];

        await body.ReadExactlyAsync(read, Cancellation);

        var text = Encoding.UTF8.GetString(read);
        Assert.StartsWith("""{"site":"harbour","now":"2026-11-22T08:1""", text, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(text[..text.LastIndexOf(",{", StringComparison.Ordinal)] + "]}");
        Assert.Equal(parsed.RootElement.GetProperty("frames").GetArrayLength(), parsed.RootElement.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("takenAt").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task A_huge_index_can_end_and_is_valid_then()
    {
        await SetAsync("""[{"kind":"hugeJson","bytes":3000000}]""");
        var bytes = await BytesAsync(Index);
        Assert.InRange(bytes.Length, 3_000_000, 3_001_000);
        using var parsed = JsonDocument.Parse(bytes);
        Assert.InRange(parsed.RootElement.GetProperty("frames").GetArrayLength(), 15_000, 30_000);
    }

    [Theory]
    [MemberData(nameof(EachLie))]
    public async Task A_lying_index_is_valid_JSON_with_the_truth_behind_the_lies(Lie lie)
    {
        var truth = (await JsonAsync(Index)).GetProperty("frames").EnumerateArray().Select(frame => frame.GetRawText()).ToList();
        await SetAsync($$"""[{"kind":"lyingJson","lie":"{{JsonNamingPolicy.CamelCase.ConvertName(lie.ToString())}}"}]""");

        var told = (await JsonAsync(Index)).GetProperty("frames").EnumerateArray().Select(frame => frame.GetRawText()).ToList();

        Assert.True(told.Count >= truth.Count + 3);
        Assert.Equal(truth, told[^truth.Count..]);
    }

    [Fact]
    public async Task Lies_can_be_told_alone_and_name_the_host_that_was_asked_for()
    {
        await SetAsync("""[{"kind":"lyingJson","lie":"otherHost","truth":false,"otherHost":"http://127.0.0.2:81"}]""");
        var images = (await JsonAsync(Index)).GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("url").GetString()).ToList();
        Assert.Equal("http://127.0.0.2:81/sites/harbour/frames/20261122-081000.jpg", images[0]);
        Assert.Contains("file:///etc/passwd", images);
        Assert.DoesNotContain("/sites/harbour/frames/20261122-081000.jpg", images);
    }

    [Fact]
    public async Task The_newest_frame_lies_as_well()
    {
        await SetAsync("""[{"kind":"lyingJson","lie":"farFuture"}]""");
        Assert.Equal("9999-12-31T23:59:59.999Z", (await JsonAsync(Sites.NewestUrl("harbour"))).GetProperty("takenAt").GetString());
    }

    [Theory]
    [InlineData(1, "2026-11-22T09:10:00.000Z")]
    [InlineData(-5, "2026-11-22T03:10:00.000Z")]
    public async Task A_wrong_zone_shifts_the_times_by_hours_and_leaves_the_clock_of_the_server(int hours, string newest)
    {
        await SetAsync($$"""[{"kind":"wrongZone","hours":{{hours}}}]""");
        using var answer = await GetAsync(Index);
        Assert.Equal(newest, (await TimesAsync(Index))[0]);
        Assert.InRange(answer.Headers.Date!.Value - Start, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(10));
        using var image = await GetAsync(Sites.Address + (await JsonAsync(Index)).GetProperty("frames")[0].GetProperty("url").GetString());
        Assert.Equal(await BytesAsync(Frame), await image.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_wrong_clock_tells_wrong_times_and_a_wrong_date()
    {
        await SetAsync("""[{"kind":"wrongClock","offsetSeconds":-7200}]""");
        using var answer = await GetAsync(Index);
        Assert.InRange(answer.Headers.Date!.Value - Start, TimeSpan.FromHours(-2).Add(TimeSpan.FromSeconds(-1)), TimeSpan.FromMinutes(-110));
        Assert.Equal("2026-11-22T06:10:00.000Z", (await TimesAsync(Index))[0]);
        using var snapshot = await GetAsync(Sites.SnapshotUrl("harbour"));
        Assert.Equal(Newest.AddHours(-2), snapshot.Content.Headers.LastModified);
    }

    [Fact]
    public async Task A_camera_can_be_wrong_behind_a_server_that_is_right_and_the_other_way_round()
    {
        await SetAsync("""[{"kind":"wrongClock","offsetSeconds":300,"dateSeconds":0,"times":1},{"kind":"wrongClock","offsetSeconds":0,"dateSeconds":3600}]""");
        using var camera = await GetAsync(Index);
        Assert.InRange(camera.Headers.Date!.Value - Start, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(10));
        Assert.Contains("08:15:00", await camera.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var server = await GetAsync(Index);
        Assert.InRange(server.Headers.Date!.Value - Start, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(70));
        Assert.DoesNotContain("08:15:00", await server.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    public static TheoryData<Lie> EachLie() => [.. Enum.GetValues<Lie>()];
}
