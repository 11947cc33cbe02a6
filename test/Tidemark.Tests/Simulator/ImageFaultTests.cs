using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tidemark.Simulator;
using Tidemark.Simulator.Jpeg;

namespace Tidemark.Tests.Simulator;

public sealed class ImageFaultTests : SiteTest
{
    protected override SimulatorOptions Options => base.Options with { LiveEvery = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_page_comes_as_a_complete_answer_that_says_it_is_a_picture()
    {
        await SetAsync("""[{"kind":"htmlImage"}]""");
        using var answer = await GetAsync(Frame);
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.StartsWith("<!DOCTYPE html>", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_image_is_a_complete_answer_of_no_bytes()
    {
        await SetAsync("""[{"kind":"emptyImage"}]""");
        using var answer = await GetAsync(Sites.SnapshotUrl("harbour"));
        Assert.Equal((HttpStatusCode.OK, "image/jpeg", 0), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_frozen_camera_shows_the_same_picture_under_new_times()
    {
        var before = await BytesAsync(Frame);
        await SetAsync("""[{"kind":"repeatedImage"}]""");

        await SetClockAsync("2026-11-22T08:15:02Z");
        var times = await TimesAsync(Sites.IndexUrl("harbour"));
        Assert.Equal(["2026-11-22T08:15:00.000Z", "2026-11-22T08:14:50.000Z"], times[..2]);
        Assert.Equal(before, await BytesAsync(Sites.FrameUrl("harbour", Start.AddSeconds(115))));
        Assert.Equal(before, await BytesAsync(Sites.FrameUrl("harbour", Start.AddSeconds(105))));
        Assert.NotEqual(before, await BytesAsync(Sites.FrameUrl("harbour", Newest.AddMinutes(-10))));
        Assert.NotEqual(before, await BytesAsync(Sites.FrameUrl("pier", Start.AddSeconds(115))));

        await SetAsync("[]");
        Assert.NotEqual(before, await BytesAsync(Sites.FrameUrl("harbour", Start.AddSeconds(115))));
    }

    [Fact]
    public async Task A_camera_that_was_frozen_from_its_first_picture_on_repeats_that()
    {
        await using var young = await SimulatedSites.StartAsync(Options with { History = TimeSpan.Zero }, cancellation: Cancellation);
        young.Faults.Set("harbour", new Tidemark.Simulator.Faults.RepeatedImage());
        young.Clock.Set(Start.AddMinutes(1));
        Assert.Equal(await BytesAsync(young.FrameUrl("harbour", Start.AddSeconds(5))), await BytesAsync(young.FrameUrl("harbour", Start.AddSeconds(45))));

        await SetAsync("""[{"kind":"repeatedImage","since":"2020-01-01T00:00:00Z"}]""");
        Assert.Equal(await BytesAsync(Frame), await BytesAsync(Sites.FrameUrl("harbour", Newest.AddHours(-9))));
    }

    [Fact]
    public async Task An_absurd_image_claims_a_size_that_no_camera_has()
    {
        var whole = await BytesAsync(Frame);
        await SetAsync("""[{"kind":"absurdImage"}]""");
        var claimed = await BytesAsync(Frame);
        Assert.Equal(whole.Length, claimed.Length);
        Assert.Equal(JpegSegments.WithSize(claimed, 64, 48), whole);
        Assert.Equal(4, claimed.Index().Count(one => one.Item != whole[one.Index]));
        Assert.True(claimed.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xdc, 0xff, 0xdc]) > 0);
    }

    [Fact]
    public async Task A_tiny_image_is_whole()
    {
        using var folder = new Ffmpeg.Folder();
        await SetAsync("""[{"kind":"absurdImage","width":1,"height":1}]""");
        await File.WriteAllBytesAsync(folder["tiny.jpg"], await BytesAsync(Frame), Cancellation);
        var (pixels, _) = await Ffmpeg.RunAsync(folder.Path, "-xerror", "-i", "tiny.jpg", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
        Assert.Equal(3, pixels.Length);
    }

    [Theory]
    [InlineData("", 4096, 0)]
    [InlineData(""","bytes":7,"with":"newlines" """, 7, '\n')]
    public async Task A_padded_image_is_the_true_one_with_something_behind_its_end(string settings, int length, int value)
    {
        var whole = await BytesAsync(Frame);
        await SetAsync($$"""[{"kind":"padded"{{settings}}}]""");
        var padded = await BytesAsync(Frame);
        Assert.Equal([0xff, 0xd9], whole[^2..]);
        Assert.Equal(whole, padded[..whole.Length]);
        Assert.Equal(Enumerable.Repeat((byte)value, length), padded[whole.Length..]);
    }

    [Fact]
    public async Task An_image_that_changed_meanwhile_is_sent_whole_instead_of_its_rest()
    {
        await SetAsync("""[{"kind":"changedImage"}]""");
        using var first = await GetAsync(Frame);
        var begun = await first.Content.ReadAsByteArrayAsync(Cancellation);

        using var second = await GetAsync(Frame, headers => (headers.Range, headers.IfRange) = (new RangeHeaderValue(200, null), new RangeConditionHeaderValue(first.Headers.ETag!)));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
        Assert.NotEqual(first.Content.Headers.LastModified, second.Content.Headers.LastModified);
        var restarted = await second.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.NotEqual(begun, restarted);
        using var folder = new Ffmpeg.Folder();
        await File.WriteAllBytesAsync(folder["restarted.jpg"], restarted, Cancellation);
        Assert.Equal(64 * 48, (await Ffmpeg.RunAsync(folder.Path, "-xerror", "-i", "restarted.jpg", "-f", "rawvideo", "-pix_fmt", "gray", "-")).Output.Length);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_sends_everything()
    {
        var whole = await BytesAsync(Frame);
        await SetAsync("""[{"kind":"ignoresRange"}]""");
        using var answer = await GetAsync(Frame, headers => headers.Range = new RangeHeaderValue(100, null));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(answer.Headers.AcceptRanges);
        Assert.Equal(whole, await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("", 107, 0)]
    [InlineData(""","startOff":-100 """, 0, 0)]
    [InlineData(""","startOff":0,"lengthOff":5 """, 100, 5)]
    public async Task A_wrong_range_says_the_part_lies_elsewhere(string settings, int from, int longer)
    {
        var whole = await BytesAsync(Frame);
        await SetAsync($$"""[{"kind":"wrongRange"{{settings}}}]""");
        using var answer = await GetAsync(Frame, headers => headers.Range = new RangeHeaderValue(100, 299));
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal($"bytes {from}-{from + 199}/{whole.Length + longer}", answer.Content.Headers.GetValues("Content-Range").Single());
        Assert.Equal(whole[100..300], await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(whole, await BytesAsync(Frame));
    }

    [Fact]
    public void A_picture_without_a_frame_header_cannot_claim_a_size()
        => Assert.Throws<InvalidDataException>(() => JpegSegments.WithSize(Encoding.ASCII.GetBytes("no picture at all"), 1, 1));
}
