using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tidemark.Tests.Api;

public sealed class EndpointTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_node_describes_itself()
    {
        var it = await node.GetAsync("/api/v1/node");
        Assert.Equal(node.Node.Page, it.GetProperty("address").GetString());
        Assert.True(it.GetProperty("disk").GetProperty("totalBytes").GetInt64() > 0);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", it.GetProperty("now").GetString());
        Assert.True(it.GetProperty("tools").TryGetProperty("ffmpeg", out _));
    }

    [Fact]
    public async Task A_source_is_added_captured_paused_resumed_polled_tested_and_removed()
    {
        await node.CaptureAsync("whole-life");
        var source = await node.GetAsync("/api/v1/sources/whole-life");
        Assert.Equal(("ok", 6, false), (source.GetProperty("status").GetProperty("outcome").GetString(), source.GetProperty("frames").GetInt32(), source.GetProperty("paused").GetBoolean()));
        Assert.EndsWith("20261122T081000.000Z.jpg", source.GetProperty("newest").GetProperty("url").GetString(), StringComparison.Ordinal);

        Assert.True((await node.PostAsync("/api/v1/sources/whole-life/pause", null)).GetProperty("paused").GetBoolean());
        Assert.Equal("source_paused", Code(await node.PostAsync("/api/v1/sources/whole-life/poll", null, HttpStatusCode.Conflict)));
        Assert.Equal(JsonValueKind.Null, (await node.GetAsync("/api/v1/sources/whole-life")).GetProperty("status").GetProperty("nextAt").ValueKind);
        Assert.False((await node.PostAsync("/api/v1/sources/whole-life/resume", null)).GetProperty("paused").GetBoolean());
        await node.PostAsync("/api/v1/sources/whole-life/poll", null);
        var test = await node.PostAsync("/api/v1/sources/whole-life/test", null);
        Assert.True(test.GetProperty("ok").GetBoolean());
        Assert.Equal(["name", "connection", "answer", "image"], test.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("step").GetString()));
        Assert.Contains("whole-life", (await node.GetAsync("/api/v1/sources")).GetProperty("sources").EnumerateArray().Select(one => one.GetProperty("id").GetString()));

        await node.DeleteAsync("/api/v1/sources/whole-life");
        Assert.Equal("source_not_found", Code(await node.GetAsync("/api/v1/sources/whole-life", HttpStatusCode.NotFound)));
        Assert.Equal(6, (await node.GetAsync("/api/v1/sources/whole-life/frames")).GetProperty("frames").GetArrayLength());
    }

    [Fact]
    public async Task A_source_without_being_added_is_tried_step_by_step()
    {
        var good = node.SourceJson("x", "pier").Replace("\"id\":\"x\",\"kind\":\"frames.index\",", "", StringComparison.Ordinal).Replace("\"everySeconds\":86400,", "", StringComparison.Ordinal);
        Assert.True((await node.PostAsync("/api/v1/sources/test", good)).GetProperty("ok").GetBoolean());
        var bad = await node.PostAsync("/api/v1/sources/test", good.Replace("/frames", "/pictures", StringComparison.Ordinal));
        Assert.False(bad.GetProperty("ok").GetBoolean());
        Assert.Equal("answer", bad.GetProperty("steps").EnumerateArray().Last().GetProperty("step").GetString());
        Assert.Equal("source_url", Code(await node.PostAsync("/api/v1/sources/test", """{"url":"x","index":{"list":"","time":"/t","image":"/i"}}""", HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_said_at_once_with_its_field()
    {
        var problem = await node.PostAsync("/api/v1/sources", """{"id":"../x","kind":"rtsp","url":"file:///etc/passwd","everySeconds":0,"index":{"list":"x","time":"/t","image":"/i"}}""", HttpStatusCode.BadRequest);
        Assert.Equal(["id", "kind", "url", "everySeconds", "index.list"], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_source_of_that_name_is_a_conflict()
    {
        await node.PostAsync("/api/v1/sources", node.SourceJson("twice", "pier"), HttpStatusCode.Created);
        Assert.Equal("source_exists", Code(await node.PostAsync("/api/v1/sources", node.SourceJson("twice", "pier"), HttpStatusCode.Conflict)));
    }

    [Theory]
    [InlineData("/api/v1/sources", """{"id":"a","kind":"frames.index","url":"http://a.example.org","idnex":{},"index":{"list":"","time":"/t","image":"/i"}}""", "idnex")]
    [InlineData("/api/v1/timelapses", """{"sources":["a"],"from":"2026-11-22T08:00:00Z","to":"2026-11-22T09:00:00Z","fsp":24}""", "fsp")]
    [InlineData("/api/v1/tokens", """{"name":"a","readOnyl":true}""", "readOnyl")]
    [InlineData("/api/v1/timelapses", """{"sources":["a"],"from":"yesterday","to":"2026-11-22T09:00:00Z"}""", "from")]
    [InlineData("/api/v1/timelapses", """{"sources":["a"],"from":"2026-11-22T08:00:00Z"}""", "to")]
    [InlineData("/api/v1/tokens", """{"name":null}""", "name")]
    [InlineData("/api/v1/tokens", """{"name":7}""", "name")]
    [InlineData("/api/v1/tokens", """{"name":""", "JSON")]
    [InlineData("/api/v1/tokens", "[]", "JSON")]
    public async Task JSON_that_is_not_understood_is_refused_and_the_place_named(string path, string json, string named)
    {
        var problem = await node.PostAsync(path, json, HttpStatusCode.BadRequest);
        Assert.Equal("bad_json", Code(problem));
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_nothing_is_problem_details_too() => await node.PostAsync("/api/v1/tokens", "null", HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/api/v1/tokens")]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/sources/test")]
    [InlineData("/api/v1/timelapses")]
    [InlineData("/api/v1/session")]
    public async Task No_body_at_all_is_problem_details_too(string path)
    {
        using var answer = await node.Http.PostAsync(path, null, Cancellation);
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType, $"{answer.StatusCode}");
        await RunningNode.AnswerAsync(answer, answer.StatusCode);
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/sources/nowhere", 404)]
    [InlineData("DELETE", "/api/v1/tokens/00000000-0000-0000-0000-000000000000", 404)]
    [InlineData("DELETE", "/api/v1/tokens/x", 404)]
    [InlineData("DELETE", "/api/v1/node", 405)]
    [InlineData("DELETE", "/api/v1/nothing", 404)]
    [InlineData("PATCH", "/api/v1/sources/nowhere", 405)]
    [InlineData("OPTIONS", "/api/v1/sources", 405)]
    [InlineData("POST", "/api/v1/sources/nowhere/explode", 404)]
    [InlineData("POST", "/api/v1/sources/nowhere/pause", 404)]
    [InlineData("POST", "/api/v1/sources/nowhere/resume", 404)]
    [InlineData("POST", "/api/v1/sources/nowhere/poll", 404)]
    [InlineData("POST", "/api/v1/sources/nowhere/test", 404)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/api/v2/node", 404)]
    [InlineData("GET", "/api/v1/sources/nowhere", 404)]
    [InlineData("GET", "/api/v1/sources/nowhere/frames", 404)]
    [InlineData("GET", "/api/v1/sources/nowhere/days", 404)]
    public async Task What_is_not_there_is_refused_with_problem_details(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        await RunningNode.AnswerAsync(await node.Http.SendAsync(request, Cancellation), (HttpStatusCode)status);
    }

    [Fact]
    public async Task A_picture_tells_its_size_and_tag_without_coming()
    {
        await node.CaptureAsync("headed");
        var frame = (await node.GetAsync("/api/v1/sources/headed/frames?limit=1")).GetProperty("frames")[0];
        using var request = new HttpRequestMessage(HttpMethod.Head, frame.GetProperty("url").GetString());
        using var head = await node.Http.SendAsync(request, Cancellation);

        Assert.Equal((HttpStatusCode.OK, frame.GetProperty("bytes").GetInt64(), "image/jpeg"), (head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("?from=yesterday", "time")]
    [InlineData("?to=2026-11-22", "time")]
    [InlineData("?from=2026-11-22T09:00:00Z&to=2026-11-22T08:00:00Z", "range")]
    [InlineData("?limit=many", "bad_request")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?order=up", "order")]
    [InlineData("?cursor=../x", "cursor")]
    public async Task Frames_asked_for_wrongly_are_refused(string query, string code) =>
        Assert.Equal(code, Code(await node.GetAsync("/api/v1/sources/any/frames" + query, HttpStatusCode.BadRequest)));

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task Pages_follow_each_other_without_a_gap_or_a_frame_twice(string order)
    {
        await node.CaptureAsync("pages-" + order);
        var seen = new List<string>();
        string? cursor = null;
        for (var pages = 1; ; pages++)
        {
            var page = await node.GetAsync($"/api/v1/sources/pages-{order}/frames?limit=2&order={order}&from=2026-11-22T07:20:00Z&to=2026-11-22T08:10:00Z{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("time").GetString()!));
            cursor = page.GetProperty("next").GetString();
            if (cursor is null)
            {
                Assert.Equal(3, pages);
                break;
            }
        }

        var all = new[] { "07:20", "07:30", "07:40", "07:50", "08:00" }.Select(minute => $"2026-11-22T{minute}:00.000Z");
        Assert.Equal(order == "asc" ? all : all.Reverse(), seen);
    }

    [Fact]
    public async Task A_picture_is_served_as_it_came_cacheable_in_parts_and_harmless()
    {
        await node.CaptureAsync("served");
        var frame = (await node.GetAsync("/api/v1/sources/served/frames?limit=1")).GetProperty("frames")[0];
        using var whole = await node.Http.GetAsync(frame.GetProperty("url").GetString(), Cancellation);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Cancellation);

        Assert.Equal(("image/jpeg", frame.GetProperty("bytes").GetInt64()), (whole.Content.Headers.ContentType?.MediaType, bytes.Length));
        Assert.Equal(frame.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.StartsWith("sandbox; default-src 'none'", whole.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("immutable", whole.Headers.CacheControl?.ToString(), StringComparison.Ordinal);

        using var part = await SendAsync(frame.GetProperty("url").GetString()!, request => request.Headers.Range = new RangeHeaderValue(10, 19));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[10..20], await part.Content.ReadAsByteArrayAsync(Cancellation));
        using var known = await SendAsync(frame.GetProperty("url").GetString()!, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/sources/..%2f..%2fetc/frames/20261122T080000.000Z.jpg")]
    [InlineData("/api/v1/sources/any/frames/..%2f..%2f..%2ftidemark.db.jpg")]
    [InlineData("/api/v1/sources/any/frames/%2e%2e%2f%2e%2e%2ftidemark.db.jpg")]
    [InlineData("/api/v1/sources/any/frames/20261122T080000.000Z.jpg")]
    [InlineData("/api/v1/sources/any/frames/..%00.jpg")]
    [InlineData("/api/v1/assets/..%2ftidemark.db/content")]
    [InlineData("/api/v1/assets/00000000-0000-0000-0000-000000000000/content")]
    [InlineData("/api/v1/assets/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/timelapses/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/timelapses/x")]
    [InlineData("/..%2f..%2fetc/passwd")]
    [InlineData("/assets/..%2f..%2ftidemark.db")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_or_leads_out_of_the_archive_is_not_found(string path)
    {
        using var answer = await node.Http.GetAsync(path, Cancellation);
        Assert.True((int)answer.StatusCode is 404 or 400, $"{(int)answer.StatusCode}");
        Assert.DoesNotContain("SQLite", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_are_counted()
    {
        await node.CaptureAsync("counted");
        var day = Assert.Single((await node.GetAsync("/api/v1/sources/counted/days")).GetProperty("days").EnumerateArray());
        Assert.Equal(("2026-11-22", 6), (day.GetProperty("day").GetString(), day.GetProperty("frames").GetInt32()));
        Assert.Equal("source_id", Code(await node.GetAsync("/api/v1/sources/UPPER/days", HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task Tokens_are_made_listed_without_their_secret_and_revoked()
    {
        var made = await node.PostAsync("/api/v1/tokens", """{"name":"laptop","expiresInSeconds":60}""", HttpStatusCode.Created);
        var listed = (await node.GetAsync("/api/v1/tokens")).GetProperty("tokens").EnumerateArray().Single(one => one.GetProperty("id").GetString() == made.GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("token").ValueKind);
        await node.DeleteAsync($"/api/v1/tokens/{made.GetProperty("id").GetString()}");
        Assert.Equal("token_not_found", Code(await node.DeleteAsync($"/api/v1/tokens/{made.GetProperty("id").GetString()}", HttpStatusCode.NotFound)));
        Assert.Equal("token_name", Code(await node.PostAsync("/api/v1/tokens", """{"name":""}""", HttpStatusCode.BadRequest)));
        Assert.Equal("token_expiry", Code(await node.PostAsync("/api/v1/tokens", """{"name":"x","expiresInSeconds":0}""", HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task Garbage_is_no_asset_and_leaves_nothing()
    {
        using var body = new ByteArrayContent([1, 2, 3]);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var problem = await RunningNode.AnswerAsync(await node.Http.PostAsync("/api/v1/assets?name=../../side.mp4", body, Cancellation), HttpStatusCode.BadRequest);
        Assert.Contains("'side.mp4'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(node.Data.Assets));
    }

    [Fact]
    public async Task A_timelapse_that_cannot_be_is_refused_with_the_reason()
    {
        const string Range = "\"from\":\"2026-11-22T08:00:00Z\",\"to\":\"2026-11-22T09:00:00Z\"";
        Assert.Equal("source_not_found", Code(await node.PostAsync("/api/v1/timelapses", $$"""{"sources":["nowhere"],{{Range}}}""", HttpStatusCode.NotFound)));
        Assert.Equal("layout", Code(await node.PostAsync("/api/v1/timelapses", $$"""{"sources":["a"],{{Range}},"layout":"round"}""", HttpStatusCode.BadRequest)));
        var many = await node.PostAsync("/api/v1/timelapses", """{"sources":["a"],"from":"2026-11-22T09:00:00Z","to":"2026-11-22T08:00:00Z","layout":"quad","fps":0,"crop":"big"}""", HttpStatusCode.BadRequest);
        Assert.Equal(["sources", "to", "fps", "crop"], many.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    private static string? Code(JsonElement problem) => problem.GetProperty("code").GetString();

    private async Task<HttpResponseMessage> SendAsync(string path, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change(request);
        return await node.Http.SendAsync(request, Cancellation);
    }
}
