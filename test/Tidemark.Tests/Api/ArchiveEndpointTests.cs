using System.Net;
using Tidemark.Archive;

namespace Tidemark.Tests.Api;

public sealed class ArchiveEndpointTests : IAsyncLifetime
{
    private readonly RunningNode node = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => node.InitializeAsync();

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task Work_on_the_archive_is_begun_followed_and_tells_what_it_found()
    {
        await node.CaptureAsync("harbour");
        await File.WriteAllTextAsync(Path.Combine(node.Data.Frames, "harbour", "2026-11-22", "notes.txt"), "mine", Cancellation);

        Assert.Equal(1, (await DoAsync("""{"kind":"seal"}""")).GetProperty("days").GetInt32());
        var check = await DoAsync("""{"kind":"check","source":"harbour"}""");

        Assert.Equal(("done", "foreign", "notes.txt"), (check.GetProperty("state").GetString(), check.GetProperty("findings")[0].GetProperty("code").GetString(), check.GetProperty("findings")[0].GetProperty("file").GetString()));
        var seal = Assert.Single((await node.GetAsync("/api/v1/sources/harbour/seals")).GetProperty("seals").EnumerateArray());
        Assert.Equal(("2026-11-22", 1, 6, 0), (seal.GetProperty("day").GetString(), seal.GetProperty("revision").GetInt32(), seal.GetProperty("frames").GetInt32(), seal.GetProperty("damaged").GetInt32()));
        Assert.Equal(6, (await node.GetAsync("/api/v1/sources/harbour/frames")).GetProperty("frames").GetArrayLength());

        await File.WriteAllTextAsync(node.Data.FramePath("harbour", RunningNode.Start.AddMinutes(-13).AddSeconds(-5)), "", Cancellation);
        var verify = await DoAsync("""{"kind":"verify"}""");
        Assert.Equal(1, verify.GetProperty("found").GetInt32());
        var state = await node.GetAsync("/api/v1/archive");
        Assert.Equal((1, 1), (state.GetProperty("sealedDays").GetInt32(), state.GetProperty("damage").GetArrayLength()));
        Assert.Equal(3, state.GetProperty("work").GetArrayLength());
        Assert.Equal("no_copy", (await DoAsync("""{"kind":"copy"}""")).GetProperty("failure").GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_refused()
    {
        Assert.Equal("kind", (await node.PostAsync("/api/v1/archive/work", """{"kind":"burn"}""", HttpStatusCode.BadRequest)).GetProperty("errors")[0].GetProperty("field").GetString());
        Assert.Equal("source", (await node.PostAsync("/api/v1/archive/work", """{"kind":"seal","source":"../x"}""", HttpStatusCode.BadRequest)).GetProperty("errors")[0].GetProperty("field").GetString());
        await node.PostAsync("/api/v1/archive/work", """{"kind":"seal","from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest);
        await node.GetAsync($"/api/v1/archive/work/{Guid.Empty}", HttpStatusCode.NotFound);
        Assert.Equal(0, (await node.GetAsync("/api/v1/archive")).GetProperty("scrubRound").GetInt32());
    }

    private async Task<System.Text.Json.JsonElement> DoAsync(string request)
    {
        var work = await node.PostAsync("/api/v1/archive/work", request, HttpStatusCode.Accepted);
        var path = $"/api/v1/archive/work/{work.GetProperty("id").GetString()}";
        await Media.Until.TrueAsync(async () => (work = await node.GetAsync(path)).GetProperty("state").GetString() != "running", TimeSpan.FromSeconds(60));
        return work;
    }
}
