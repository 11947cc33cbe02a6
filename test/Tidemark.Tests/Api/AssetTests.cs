using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Api;

public sealed class AssetTests(RunningNode node, MediaFixture media) : IClassFixture<RunningNode>, IClassFixture<MediaFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_uploaded_video_is_kept_and_described()
    {
        var video = await VideoAsync();
        var asset = await UploadAsync(video, "side.mp4");

        Assert.Equal(("side.mp4", video.Length, 64, 48), (asset.GetProperty("name").GetString(), asset.GetProperty("bytes").GetInt64(), asset.GetProperty("width").GetInt32(), asset.GetProperty("height").GetInt32()));
        Assert.Equal((10, 1000), (asset.GetProperty("frames").GetInt32(), asset.GetProperty("durationMs").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(video)), asset.GetProperty("sha256").GetString());
        Assert.Equal(asset.GetRawText(), (await node.GetAsync($"/api/v1/assets/{asset.GetProperty("id").GetString()}")).GetRawText());
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Incoming));
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Scratch));
    }

    [Fact]
    public async Task Its_content_comes_whole_in_parts_unchanged_or_as_a_download()
    {
        var video = await VideoAsync();
        var url = (await UploadAsync(video, "side.mp4")).GetProperty("url").GetString()!;

        using var whole = await SendAsync(HttpMethod.Get, url);
        Assert.Equal(video, await whole.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Null(whole.Content.Headers.ContentDisposition);
        Assert.StartsWith("sandbox; default-src 'none'", whole.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        using var part = await SendAsync(HttpMethod.Get, url, request => request.Headers.Range = new RangeHeaderValue(video.Length - 10, null));
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes {video.Length - 10}-{video.Length - 1}/{video.Length}"), (part.StatusCode, part.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(video[^10..], await part.Content.ReadAsByteArrayAsync(Cancellation));
        using var beyond = await SendAsync(HttpMethod.Get, url, request => request.Headers.Range = new RangeHeaderValue(video.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var known = await SendAsync(HttpMethod.Get, url, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var head = await SendAsync(HttpMethod.Head, url);
        Assert.Equal((HttpStatusCode.OK, video.Length, whole.Headers.ETag), (head.StatusCode, head.Content.Headers.ContentLength, head.Headers.ETag));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        using var download = await SendAsync(HttpMethod.Get, url + "?download=1");
        Assert.Equal(("attachment", "side.mp4"), (download.Content.Headers.ContentDisposition?.DispositionType, download.Content.Headers.ContentDisposition?.FileName));
    }

    [Theory]
    [InlineData("../../x", "x")]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData("..", "..")]
    [InlineData("a\r\nSet-Cookie: x=1\0\u001b[31m.mp4", "aSet-Cookie: x=1[31m.mp4")]
    [InlineData("\"; filename=evil.exe; x=\"", "; filename=evil.exe; x=")]
    [InlineData("Möwe 🐦.mp4", "Möwe 🐦.mp4")]
    [InlineData("", "upload")]
    [InlineData("long", "long")]
    public async Task A_hostile_name_names_a_download_and_nothing_else(string name, string kept)
    {
        (name, kept) = name == "long" ? (new string('x', 500), new string('x', 200)) : (name, kept);
        var asset = await UploadAsync(await VideoAsync(), name);

        Assert.Equal(kept, asset.GetProperty("name").GetString());
        Assert.True(File.Exists(node.Data.AssetPath(asset.GetProperty("id").GetGuid(), ".bin")));
        using var download = await SendAsync(HttpMethod.Get, asset.GetProperty("url").GetString() + "?download=1");
        Assert.Equal(HttpStatusCode.OK, download.StatusCode);
        Assert.Equal(kept, download.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.False(download.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("#EXTM3U\n#EXTINF:5,\n/etc/passwd\n#EXT-X-ENDLIST\n")]
    public async Task What_is_no_video_is_refused_kindly_and_leaves_nothing(string content)
    {
        var before = Directory.GetFileSystemEntries(node.Data.Assets).Length;
        using var body = Body(System.Text.Encoding.UTF8.GetBytes(content));
        var problem = await RunningNode.AnswerAsync(await node.Http.PostAsync("/api/v1/assets?name=side.mp4", body, Cancellation), HttpStatusCode.BadRequest);

        Assert.StartsWith("'side.mp4' cannot be used: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(node.Data.Root, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Incoming));
        Assert.Equal(before, Directory.GetFileSystemEntries(node.Data.Assets).Length);
    }

    [Fact]
    public async Task An_asset_whose_file_has_gone_is_not_found_and_says_so()
    {
        var asset = await UploadAsync(await VideoAsync(), "side.mp4");
        File.Delete(node.Data.AssetPath(asset.GetProperty("id").GetGuid(), ".bin"));

        var problem = await node.GetAsync(asset.GetProperty("url").GetString()!, HttpStatusCode.NotFound);
        Assert.Equal("asset_file_missing", problem.GetProperty("code").GetString());
        Assert.Contains("side.mp4", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static ByteArrayContent Body(byte[] bytes)
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return body;
    }

    private async Task<byte[]> VideoAsync()
    {
        var path = media.PathOf("side.mp4");
        return await File.ReadAllBytesAsync(File.Exists(path) ? path : await media.MakeAsync("side.mp4", "testsrc=s=64x48:r=10", "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"), Cancellation);
    }

    private async Task<JsonElement> UploadAsync(byte[] content, string name)
    {
        using var body = Body(content);
        return await RunningNode.AnswerAsync(await node.Http.PostAsync($"/api/v1/assets?name={Uri.EscapeDataString(name)}", body, Cancellation), HttpStatusCode.Created);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        change?.Invoke(request);
        return await node.Http.SendAsync(request, Cancellation);
    }
}
