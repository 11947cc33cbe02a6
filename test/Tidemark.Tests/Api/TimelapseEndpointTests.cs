using System.Net;
using System.Text;
using System.Text.Json;
using Tidemark.Media;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Api;

/// <summary>A node whose ffmpeg waits while a test holds it.</summary>
public sealed class HeldNode : IAsyncLifetime
{
    private readonly TempFolder temp = new();

    public RunningNode Node { get; private set; } = null!;

    private string Hold => temp["hold"];

    public async ValueTask InitializeAsync()
    {
        var real = new MediaTools(temp["scratch"], TimeProvider.System).Find(MediaTool.Ffmpeg).Value;
        var script = temp["ffmpeg"];
        await File.WriteAllTextAsync(script, $"#!/bin/sh\n[ -e '{Hold}' ] && [ \"$1\" != -version ] && exec sleep 600\nexec '{real}' \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Node = new RunningNode(TimeProvider.System, new ToolPaths(script));
        await Node.InitializeAsync();
        await Node.CaptureAsync("harbour");
    }

    public void HoldFfmpeg() => File.WriteAllText(Hold, "");

    public void LetGo() => File.Delete(Hold);

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        temp.Dispose();
    }
}

public sealed class TimelapseEndpointTests(HeldNode held) : IClassFixture<HeldNode>
{
    private const string Range = "\"from\":\"2026-11-22T07:00:00Z\",\"to\":\"2026-11-22T09:00:00Z\"";
    private readonly RunningNode node = held.Node;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_asked_for_is_made_and_what_is_made_decodes()
    {
        using var body = new StringContent($$"""{"sources":["harbour"],{{Range}},"fps":12,"crop":"32x32+8+8"}""", Encoding.UTF8, "application/json");
        using var answer = await node.Http.PostAsync("/api/v1/timelapses", body, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var location = answer.Headers.Location!.ToString();
        var asked = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal($"/api/v1/timelapses/{Id(asked)}", location);

        var made = await node.EndedAsync(Id(asked));

        Assert.Equal(("done", JsonValueKind.Null, JsonValueKind.Null), (State(made), made.GetProperty("failure").ValueKind, made.GetProperty("progress").ValueKind));
        var asset = made.GetProperty("asset");
        Assert.Equal((6, 500, 32, 32, "video/mp4"), (asset.GetProperty("frames").GetInt32(), asset.GetProperty("durationMs").GetInt32(), asset.GetProperty("width").GetInt32(), asset.GetProperty("height").GetInt32(), asset.GetProperty("contentType").GetString()));
        using var temp = new TempFolder();
        await File.WriteAllBytesAsync(temp["made.mp4"], await node.Http.GetByteArrayAsync(asset.GetProperty("url").GetString(), Cancellation), Cancellation);
        Assert.Equal(6, (await new Probe(new MediaTools(temp["scratch"], TimeProvider.System)).CountFramesAsync(temp["made.mp4"], null, Cancellation)).Value);
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Scratch));
        Assert.Equal(Id(asked), Id((await node.GetAsync("/api/v1/timelapses")).GetProperty("timelapses").EnumerateArray().Single(one => Id(one) == Id(asked))));
        Assert.Equal("done", State(await node.PostAsync($"{location}/cancel", null)));
    }

    [Fact]
    public async Task One_that_waits_and_one_that_runs_are_called_off_and_leave_nothing()
    {
        var before = Directory.GetFileSystemEntries(node.Data.Assets);
        held.HoldFfmpeg();
        var running = Id(await AskAsync());
        await node.TimelapseAsync(running, it => State(it) == "running" && it.GetProperty("progress").ValueKind == JsonValueKind.Object);
        var waiting = Id(await AskAsync());
        Assert.Equal("queued", State(await node.GetAsync($"/api/v1/timelapses/{waiting}")));

        Assert.Equal("cancelled", State(await node.PostAsync($"/api/v1/timelapses/{waiting}/cancel", null)));
        Assert.Equal("cancelled", State(await node.PostAsync($"/api/v1/timelapses/{running}/cancel", null)));
        held.LetGo();
        // The next one begins when the one before has been cleared away.
        await node.EndedAsync(Id(await AskAsync("2020-01-01T00:00:00Z")));

        foreach (var id in new[] { running, waiting })
        {
            var ended = await node.GetAsync($"/api/v1/timelapses/{id}");
            Assert.Equal(("cancelled", JsonValueKind.Null, JsonValueKind.Null), (State(ended), ended.GetProperty("asset").ValueKind, ended.GetProperty("failure").ValueKind));
        }

        Assert.Equal(before, Directory.GetFileSystemEntries(node.Data.Assets));
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Scratch));
    }

    [Fact]
    public async Task A_range_without_frames_fails_with_the_reason()
    {
        var failed = await node.EndedAsync(Id(await AskAsync("2020-01-01T00:00:00Z")));
        Assert.Equal(("failed", "no_frames"), (State(failed), failed.GetProperty("failure").GetProperty("code").GetString()));
        Assert.NotEmpty(failed.GetProperty("failure").GetProperty("mend").GetString()!);
    }

    [Fact]
    public async Task A_frame_whose_file_has_gone_is_left_out_and_named()
    {
        await node.CaptureAsync("holes", "pier");
        var gone = node.Data.FramePath("holes", new DateTimeOffset(2026, 11, 22, 7, 40, 0, TimeSpan.Zero));
        File.Delete(gone);

        var made = await node.EndedAsync(Id(await AskAsync(source: "holes")));

        Assert.Equal(("done", 5), (State(made), made.GetProperty("asset").GetProperty("frames").GetInt32()));
        Assert.Contains(gone, Assert.Single(made.GetProperty("leftOut").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(node.Data.Scratch));
    }

    [Theory]
    [InlineData("\"sources\":[]", "sources")]
    [InlineData("\"sources\":[\"harbour\",\"harbour\"]", "sources")]
    [InlineData("\"sources\":[\"harbour\"],\"layout\":\"quad\"", "sources")]
    [InlineData("\"sources\":[\"harbour\"],\"layout\":\"round\"", "layout")]
    [InlineData("\"sources\":[\"harbour\"],\"fps\":0", "fps")]
    [InlineData("\"sources\":[\"harbour\"],\"fps\":121", "fps")]
    [InlineData("\"sources\":[\"harbour\"],\"crop\":\"1x1+0+0\"", "crop")]
    [InlineData("\"sources\":[\"harbour\"],\"crop\":\"640x480;drawtext\"", "crop")]
    [InlineData("\"sources\":[\"harbour\",\"harbour\"],\"layout\":\"quad\"", "sources")]
    [InlineData("\"sources\":[\"harbour\"],\"pace\":\"fast\"", "pace")]
    [InlineData("\"sources\":[\"harbour\"],\"pace\":\"0\"", "pace")]
    [InlineData("\"sources\":[\"harbour\"],\"missing\":\"guess\"", "missing")]
    [InlineData("\"sources\":[\"harbour\"],\"clock\":\"%{pts}\"", "clock")]
    [InlineData("\"sources\":[\"harbour\"],\"size\":\"8x8\"", "size")]
    [InlineData("\"sources\":[\"harbour\"],\"fit\":\"tight\"", "fit")]
    [InlineData("\"sources\":[\"harbour\"],\"format\":\"exe\"", "format")]
    [InlineData("\"sources\":[\"harbour\"],\"parameters\":\"stats=/tmp/x\"", "parameters")]
    [InlineData("\"sources\":[\"harbour\"],\"daylight\":true", "daylight")]
    public async Task A_field_that_cannot_be_is_named(string fields, string field)
    {
        var problem = await node.PostAsync("/api/v1/timelapses", $"{{{fields},{Range}}}", HttpStatusCode.BadRequest);
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateArray()).GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("\"sources\":[\"harbour\"],\"sidebar\":\"side.mp4\"", "sidebar")]
    [InlineData("\"sources\":[\"harbour\"],\"fps\":\"many\"", "fps")]
    [InlineData("\"sources\":\"harbour\"", "sources")]
    public async Task A_field_of_the_wrong_kind_is_named(string fields, string field)
    {
        var problem = await node.PostAsync("/api/v1/timelapses", $"{{{fields},{Range}}}", HttpStatusCode.BadRequest);
        Assert.Contains($"'{field}", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_bad_field_is_named_at_once_and_an_empty_range_is_one()
    {
        var problem = await node.PostAsync("/api/v1/timelapses", """{"sources":["harbour"],"from":"2026-11-22T08:00:00Z","to":"2026-11-22T08:00:00Z","layout":"round","fps":0,"crop":"x"}""", HttpStatusCode.BadRequest);
        Assert.Equal(["layout", "to", "fps", "crop"], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_source_a_sidebar_or_a_timelapse_that_is_not_there_is_not_found()
    {
        Assert.Equal("source_not_found", Code(await node.PostAsync("/api/v1/timelapses", $$"""{"sources":["nowhere"],{{Range}}}""", HttpStatusCode.NotFound)));
        Assert.Equal("asset_not_found", Code(await node.PostAsync("/api/v1/timelapses", $$"""{"sources":["harbour"],{{Range}},"sidebar":"{{Guid.Empty}}"}""", HttpStatusCode.NotFound)));
        Assert.Equal("timelapse_not_found", Code(await node.PostAsync($"/api/v1/timelapses/{Guid.Empty}/cancel", null, HttpStatusCode.NotFound)));
    }

    [Fact]
    public async Task A_node_that_stops_hands_its_timelapse_back_free_and_the_next_one_finishes_it()
    {
        held.HoldFfmpeg();
        var id = Id(await AskAsync());
        await node.TimelapseAsync(id, it => State(it) == "running" && it.GetProperty("progress").ValueKind == JsonValueKind.Object);
        var stopping = node.RestartAsync();
        held.LetGo();
        await stopping;

        Assert.Equal("done", State(await node.EndedAsync(id)));
        var track = (await node.GetAsync($"/api/v1/jobs/{id}/track")).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("kind").GetString());
        Assert.Equal(["submitted", "done", "returned", "done", "done"], track);
        Assert.Single(Directory.GetFiles(node.Data.Assets), path => Path.GetFileName(path).StartsWith($"{id}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_made_again_replaces_the_video_and_the_one_before_goes()
    {
        var id = Id(await AskAsync());
        var first = (await node.EndedAsync(id)).GetProperty("asset").GetProperty("sha256").GetString();
        await node.PostAsync($"/api/v1/jobs/{id}/retry", """{"from":"join"}""");
        Assert.Equal(first, (await node.EndedAsync(id)).GetProperty("asset").GetProperty("sha256").GetString());
        // The node need not do anything else for that.
        await Until.TrueAsync(() => Directory.GetFiles(node.Data.Unregistered).Length == 0, TimeSpan.FromSeconds(30));
        Assert.Single(Directory.GetFiles(node.Data.Assets), path => Path.GetFileName(path).StartsWith($"{id}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_runs_is_not_tried_again()
    {
        held.HoldFfmpeg();
        var id = Id(await AskAsync());
        await node.TimelapseAsync(id, it => State(it) == "running");
        Assert.Equal("job_not_ended", Code(await node.PostAsync($"/api/v1/jobs/{id}/retry", "{}", HttpStatusCode.Conflict)));
        Assert.Equal("cancelled", (await node.PostAsync($"/api/v1/jobs/{id}/cancel", null)).GetProperty("state").GetString());
        held.LetGo();
    }

    private static Guid Id(JsonElement timelapse) => timelapse.GetProperty("id").GetGuid();

    private static string? State(JsonElement timelapse) => timelapse.GetProperty("state").GetString();

    private static string? Code(JsonElement problem) => problem.GetProperty("code").GetString();

    // At a speed of its own each, so that nothing of one before is used again.
    private static int asked;

    private Task<JsonElement> AskAsync(string? day = null, string source = "harbour") =>
        node.PostAsync("/api/v1/timelapses", $$"""{"sources":["{{source}}"],"fps":{{Interlocked.Increment(ref asked)}},{{(day is null ? Range : $"\"from\":\"{day}\",\"to\":\"2020-01-02T00:00:00Z\"")}}}""", HttpStatusCode.Accepted);
}
