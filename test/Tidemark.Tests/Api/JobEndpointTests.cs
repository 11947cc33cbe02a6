using System.Net;
using System.Text.Json;
using Tidemark.Jobs;

namespace Tidemark.Tests.Api;

public sealed class JobEndpointTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_listed_shown_with_its_graph_followed_cancelled_and_tried_again()
    {
        var id = await SubmitAsync(new JobRequest("nobody", "made up", [Step("a"), Step("b", "a")]) { NotBefore = DateTimeOffset.UnixEpoch.AddYears(100) });
        var listed = (await node.GetAsync("/api/v1/jobs?kind=nobody&limit=200")).GetProperty("jobs").EnumerateArray().Single(job => job.GetProperty("id").GetGuid() == id);
        Assert.Equal(("made up", "waiting", 2), (listed.GetProperty("title").GetString(), State(listed), listed.GetProperty("counts").GetProperty("waiting").GetInt32() + listed.GetProperty("counts").GetProperty("ready").GetInt32()));

        var shown = await node.GetAsync($"/api/v1/jobs/{id}");
        Assert.Equal(["a", "b"], shown.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("name").GetString()));
        Assert.Equal((1, 2), shown.GetProperty("edges")[0] is var edge ? (edge.GetProperty("from").GetInt32(), edge.GetProperty("to").GetInt32()) : default);

        Assert.Equal("cancelled", State(await node.PostAsync($"/api/v1/jobs/{id}/cancel", null)));
        Assert.Equal("cancelled", State(await node.PostAsync($"/api/v1/jobs/{id}/cancel", null)));
        Assert.Equal(["submitted", "cancelled"], (await node.GetAsync($"/api/v1/jobs/{id}/track")).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        Assert.Contains((await node.GetAsync("/api/v1/jobs?state=cancelled")).GetProperty("jobs").EnumerateArray(), job => job.GetProperty("id").GetGuid() == id);

        Assert.Equal("task_not_found", Code(await node.PostAsync($"/api/v1/jobs/{id}/retry", """{"from":"c"}""", HttpStatusCode.NotFound)));
        Assert.Equal(2, (await node.PostAsync($"/api/v1/jobs/{id}/retry", "{}")).GetProperty("round").GetInt32());
        Assert.Equal("job_not_ended", Code(await node.PostAsync($"/api/v1/jobs/{id}/retry", "{}", HttpStatusCode.Conflict)));
        Assert.Single((await node.GetAsync($"/api/v1/jobs/{id}/track?after=2")).GetProperty("events").EnumerateArray());
        await node.PostAsync($"/api/v1/jobs/{id}/cancel", null);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_field()
    {
        var problem = await node.GetAsync("/api/v1/jobs?state=broken&limit=0", HttpStatusCode.BadRequest);
        Assert.Equal(["state", "limit"], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
        Assert.Equal("job_not_found", Code(await node.GetAsync($"/api/v1/jobs/{Guid.Empty}", HttpStatusCode.NotFound)));
        Assert.Equal("job_not_found", Code(await node.GetAsync($"/api/v1/jobs/{Guid.Empty}/track", HttpStatusCode.NotFound)));
        Assert.Equal("job_not_found", Code(await node.PostAsync($"/api/v1/jobs/{Guid.Empty}/cancel", null, HttpStatusCode.NotFound)));
        Assert.Equal("job_not_found", Code(await node.PostAsync($"/api/v1/jobs/{Guid.Empty}/retry", "{}", HttpStatusCode.NotFound)));
    }

    [Fact]
    public async Task What_a_tool_said_is_for_those_who_may_change_things()
    {
        var store = node.Part<JobStore>();
        var id = await SubmitAsync(new JobRequest("nobody", "fails", [Step("a") with { Handler = "nobody.fails" }]));
        var other = await store.RegisterAsync(new NodeIntroduction("elsewhere", "elsewhere", ["work"], "1", null), Cancellation);
        var lane = (await store.LanesAsync(0, Cancellation)).Single(lane => lane.Handler == "nobody.fails");
        var lease = (await store.ExchangeAsync(new Exchange(other, 1, [], [new LaneClaim(lane.Id, LanePlace.Beginning, 1)]), Cancellation)).Claimed[0];
        await store.FailAsync(other, lease, new TaskFailure("badInput", "torn", "It is torn.", null, "at /home/secret"), Cancellation);

        Assert.Equal("at /home/secret", (await node.GetAsync($"/api/v1/jobs/{id}")).GetProperty("failure").GetProperty("detail").GetString());
        var reader = (await node.PostAsync("/api/v1/tokens", """{"name":"reader","readOnly":true}""", HttpStatusCode.Created)).GetProperty("token").GetString();
        foreach (var path in (string[])[$"/api/v1/jobs/{id}", $"/api/v1/jobs/{id}/track", "/api/v1/jobs"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new("Bearer", reader);
            var answer = await RunningNode.AnswerAsync(await node.Stranger.SendAsync(request, Cancellation), HttpStatusCode.OK);
            Assert.Contains("torn", answer.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", answer.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task This_node_is_listed_with_what_it_offers_and_soon_dispatches()
    {
        await node.Part<Worker>().RegisteredAsync(Cancellation);
        JsonElement self = default;
        await Media.Until.TrueAsync(async () =>
        {
            self = (await node.GetAsync("/api/v1/nodes")).GetProperty("nodes").EnumerateArray().Single(one => one.GetProperty("offers").ValueKind == JsonValueKind.Object);
            return self.GetProperty("dispatcher").GetBoolean();
        }, TimeSpan.FromSeconds(30));
        Assert.Equal(["api", "capture", "dispatch", "work"], self.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal("live", State(self));
        Assert.Equal(1, self.GetProperty("offers").GetProperty("cpu").GetDouble());
        Assert.Contains($"mount:archive-{node.Data.ArchiveId}", self.GetProperty("offers").GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    private static TaskSpec Step(string name, params string[] after) => new(name, "nobody.does", "") { After = after };

    private static string? State(JsonElement job) => job.GetProperty("state").GetString();

    private static string? Code(JsonElement problem) => problem.GetProperty("code").GetString();

    private async Task<Guid> SubmitAsync(JobRequest request) => (await node.Part<JobStore>().SubmitAsync(request, Cancellation)).Value.Job;
}
