using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Tidemark.Simulator;
using Tidemark.Simulator.Faults;

namespace Tidemark.Tests.Simulator;

public sealed class SnapshotTests : SiteTest
{
    private string Snapshot => Sites.SnapshotUrl("harbour");

    protected override SimulatorOptions Options => base.Options with { LiveEvery = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_snapshot_is_the_newest_frame_with_its_tag_and_time()
    {
        using var first = await GetAsync(Snapshot);
        Assert.Equal(await BytesAsync(Frame), await first.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(Newest, first.Content.Headers.LastModified);

        await SetClockAsync("2026-11-22T08:14:03Z");
        using var second = await GetAsync(Snapshot);

        Assert.Equal(new DateTimeOffset(2026, 11, 22, 8, 14, 0, TimeSpan.Zero), second.Content.Headers.LastModified);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task A_known_tag_is_answered_with_not_modified_until_there_is_a_new_picture()
    {
        using var first = await GetAsync(Snapshot);
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(headers => headers.IfNoneMatch.Add(first.Headers.ETag!)));
        await SetClockAsync("2026-11-22T08:14:03Z");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(headers => headers.IfNoneMatch.Add(first.Headers.ETag!)));
    }

    [Theory]
    [InlineData("2026-11-22T08:13:05Z", "2026-11-22T08:10:00Z", HttpStatusCode.NotModified)]
    [InlineData("2026-11-22T08:13:05Z", "2026-11-22T08:09:59Z", HttpStatusCode.OK)]
    [InlineData("2126-11-22T08:13:05Z", "2126-11-22T08:13:00Z", HttpStatusCode.NotModified)]
    [InlineData("2126-11-22T08:13:05Z", "2126-11-22T08:12:59Z", HttpStatusCode.OK)]
    public async Task A_known_time_is_judged_by_the_simulated_clock_in_any_century(string now, string since, HttpStatusCode expected)
    {
        await SetClockAsync(now);
        using var answer = await GetAsync(Snapshot, headers => headers.IfModifiedSince = DateTimeOffset.Parse(since, CultureInfo.InvariantCulture));
        Assert.Equal(expected, answer.StatusCode);
        Assert.NotNull(answer.Headers.ETag);
    }

    [Fact]
    public async Task A_part_is_sent_where_the_picture_is_still_the_same_and_all_of_it_where_not()
    {
        using var first = await GetAsync(Snapshot);
        var whole = await first.Content.ReadAsByteArrayAsync(Cancellation);
        void Rest(HttpRequestHeaders headers) => (headers.Range, headers.IfRange) = (new RangeHeaderValue(100, null), new RangeConditionHeaderValue(first.Headers.ETag!));

        using var part = await GetAsync(Snapshot, Rest);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[100..], await part.Content.ReadAsByteArrayAsync(Cancellation));

        await SetClockAsync("2026-11-22T08:14:03Z");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Rest));
    }

    [Fact]
    public async Task A_clock_set_back_an_hour_shows_the_picture_of_then()
    {
        await SetClockAsync("2026-11-22T07:13:05Z");
        using var back = await GetAsync(Snapshot);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 7, 10, 0, TimeSpan.Zero), back.Content.Headers.LastModified);
        Assert.InRange(back.Headers.Date!.Value - Start, TimeSpan.FromHours(-1), TimeSpan.FromMinutes(-50));
    }

    [Fact]
    public async Task Faults_of_images_are_the_snapshots_too_and_its_own_are_its_own()
    {
        Sites.Faults.Set("harbour", new Status500 { On = FaultTarget.Images, Times = 1 }, new Status500 { On = FaultTarget.Snapshot });
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync());
        using var frame = await GetAsync(Frame);
        Assert.Equal(HttpStatusCode.OK, frame.StatusCode);
    }

    [Fact]
    public async Task A_site_without_a_frame_has_no_snapshot()
    {
        await SetClockAsync("2026-11-20T00:00:00Z");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync());
        using var newest = await GetAsync(Sites.NewestUrl("harbour"));
        Assert.Equal(HttpStatusCode.NotFound, newest.StatusCode);
    }

    private async Task<HttpStatusCode> StatusAsync(Action<HttpRequestHeaders>? with = null)
    {
        using var answer = await GetAsync(Snapshot, with);
        return answer.StatusCode;
    }
}
