using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class DownloadsTests : IAsyncLifetime
{
    private readonly ManualTime time = new(CaptureRig.Start);
    private readonly byte[] picture = Picture.Jpeg(5, 320, 240);
    private readonly ConcurrentQueue<string> asked = new();
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_download_that_is_cut_off_is_gone_on_with_at_once()
    {
        await using var _ = await ServeAsync((http, request) => request == 1 ? CutAsync(http, picture.Length / 2) : PartAsync(http));

        Assert.Equal(picture, await FetchAsync());

        Assert.Equal(["", $"bytes={picture.Length / 2}- \"v1\""], asked);
        rig.AssertNothingIncoming();
    }

    [Fact]
    public async Task What_is_cut_off_twice_is_gone_on_with_at_the_next_poll_and_after_a_restart()
    {
        await using var _ = await ServeAsync((http, request) => request switch { 1 => CutAsync(http, 1000), 2 => CutPartAsync(http, 500), _ => PartAsync(http) });

        Assert.Equal("connection_broken", (await TryAsync()).Failure?.Code);
        Assert.Equal(2, Directory.GetFiles(rig.Folder.Incoming).Length);
        rig.Folder.Sweep(TimeProvider.System.GetUtcNow());
        Assert.Equal(picture, await FetchAsync());

        Assert.Equal(["", "bytes=1000- \"v1\"", "bytes=1500- \"v1\""], asked);
    }

    [Theory]
    [InlineData("whole", 2)]
    [InlineData("416", 3)]
    [InlineData("wrongStart", 3)]
    [InlineData("otherLength", 3)]
    [InlineData("changed", 2)]
    public async Task What_does_not_fit_the_part_is_begun_anew(string answer, int requests)
    {
        var changed = Picture.Jpeg(6, 320, 240);
        await using var _ = await ServeAsync((http, request) => (request, answer) switch
        {
            (1, _) => CutAsync(http, 1000),
            (2, "416") => StatusAsync(http, 416),
            (2, "wrongStart") => PartAsync(http, range: $"bytes 1007-{picture.Length - 1}/{picture.Length}"),
            (2, "otherLength") => PartAsync(http, range: $"bytes 1000-{picture.Length}/{picture.Length + 1}"),
            (_, "changed") => WholeAsync(http, changed, "\"v2\""),
            _ => WholeAsync(http, picture, "\"v1\""),
        });

        Assert.Equal(answer == "changed" ? changed : picture, await FetchAsync());

        Assert.Equal(requests, asked.Count);
        rig.AssertNothingIncoming();
    }

    [Theory]
    [InlineData("W/\"v1\"")]
    [InlineData("")]
    public async Task Without_a_strong_validator_nothing_is_kept_to_be_gone_on_with(string tag)
    {
        await using var _ = await ServeAsync((http, request) => request == 1 ? CutAsync(http, 1000, tag) : WholeAsync(http, picture, tag));

        Assert.Equal("connection_broken", (await TryAsync()).Failure?.Code);
        rig.AssertNothingIncoming();
        Assert.Equal(picture, await FetchAsync());
        Assert.Equal(["", ""], asked);
    }

    [Fact]
    public async Task A_date_is_a_validator_where_the_answer_is_older_by_a_second()
    {
        await using var _ = await ServeAsync((http, request) =>
        {
            http.Response.Headers.LastModified = "Sun, 22 Nov 2026 08:10:00 GMT";
            return request == 1 ? CutAsync(http, 1000, "") : PartAsync(http, "");
        });

        Assert.Equal(picture, await FetchAsync());
        Assert.Equal(["", "bytes=1000- Sun, 22 Nov 2026 08:10:00 GMT"], asked);
    }

    [Fact]
    public async Task Parts_that_nobody_went_on_with_for_a_day_are_swept()
    {
        await using var _ = await ServeAsync((http, _) => CutAsync(http, 1000));
        Assert.NotNull((await TryAsync()).Failure);
        File.WriteAllText(Path.Combine(rig.Folder.Incoming, "lonely.part"), "half");
        foreach (var file in Directory.GetFiles(rig.Folder.Incoming))
        {
            File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime);
        }

        rig.Folder.Sweep(time.GetUtcNow().AddHours(23));
        Assert.Equal(2, Directory.GetFiles(rig.Folder.Incoming).Length);
        rig.Folder.Sweep(time.GetUtcNow().AddHours(25));
        rig.AssertNothingIncoming();
    }

    private Uri url = null!;
    private Source source = null!;

    private async Task<LittleServer> ServeAsync(Func<HttpContext, int, Task> answer)
    {
        var server = await LittleServer.StartAsync(http =>
        {
            asked.Enqueue($"{http.Request.Headers.Range} {http.Request.Headers.IfRange}".Trim());
            http.Response.Headers.Date = "Sun, 22 Nov 2026 08:13:05 GMT";
            return answer(http, asked.Count);
        });
        url = new Uri(server.Address + "/a.jpg");
        source = rig.Source("cam") with { Config = rig.Config("cam") with { Url = server.Address + "/index.json" } };
        return server;
    }

    private async Task<Result<Arrival>> TryAsync()
    {
        using var client = rig.Clients.Of(source);
        return await new Downloads(rig.Folder, CaptureRig.Options, time).FetchAsync("cam", url, null, client, Cancellation);
    }

    private async Task<byte[]> FetchAsync()
    {
        var arrival = (await TryAsync()).Value;
        var content = await File.ReadAllBytesAsync(arrival.Path!, Cancellation);
        Assert.Equal(content.Length, arrival.Bytes);
        File.Delete(arrival.Path!);
        return content;
    }

    private async Task CutAsync(HttpContext http, int bytes, string tag = "\"v1\"")
    {
        http.Response.Headers.ETag = tag;
        http.Response.ContentLength = picture.Length;
        await http.Response.Body.WriteAsync(picture.AsMemory(0, bytes));
    }

    private async Task CutPartAsync(HttpContext http, int bytes)
    {
        var from = From(http);
        http.Response.StatusCode = 206;
        http.Response.Headers.ETag = "\"v1\"";
        http.Response.Headers.ContentRange = $"bytes {from}-{picture.Length - 1}/{picture.Length}";
        http.Response.ContentLength = picture.Length - from;
        await http.Response.Body.WriteAsync(picture.AsMemory(from, bytes));
    }

    private async Task PartAsync(HttpContext http, string tag = "\"v1\"", string? range = null)
    {
        var from = From(http);
        http.Response.StatusCode = 206;
        http.Response.Headers.ETag = tag;
        http.Response.Headers.ContentRange = range ?? $"bytes {from}-{picture.Length - 1}/{picture.Length}";
        await http.Response.Body.WriteAsync(picture.AsMemory(from));
    }

    private static Task StatusAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task WholeAsync(HttpContext http, byte[] content, string tag)
    {
        http.Response.Headers.ETag = tag;
        await http.Response.Body.WriteAsync(content);
    }

    private static int From(HttpContext http) => int.Parse(http.Request.Headers.Range.ToString().Split('=', '-')[1], System.Globalization.CultureInfo.InvariantCulture);
}
