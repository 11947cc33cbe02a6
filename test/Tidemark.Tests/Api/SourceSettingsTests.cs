using System.Net;

namespace Tidemark.Tests.Api;

public sealed class SourceSettingsTests(RunningNode node) : IClassFixture<RunningNode>
{
    [Fact]
    public async Task A_source_is_changed_whole_and_says_its_new_revision()
    {
        await node.PostAsync("/api/v1/sources", node.SourceJson("whole", "pier"), HttpStatusCode.Created);

        var changed = await PutAsync("whole", """{"url":"http://127.0.0.1:9/i.json","index":{"list":"/f","time":"/t","image":"/i"},"everySeconds":300,"zone":"Europe/Lisbon","window":"06:00-20:00","daylight":{"latitude":38.7,"longitude":-9.1,"atLeast":"04:00-13:00"},"jitterSeconds":20,"expectedFrames":60,"revision":1}""", HttpStatusCode.OK);

        Assert.Equal((2, "06:00-20:00", 38.7, 300), (changed.GetProperty("revision").GetInt32(), changed.GetProperty("window").GetString(), changed.GetProperty("daylight").GetProperty("latitude").GetDouble(), changed.GetProperty("everySeconds").GetInt32()));
    }

    [Fact]
    public async Task What_was_changed_meanwhile_is_left_alone()
    {
        await node.PostAsync("/api/v1/sources", node.SourceJson("meanwhile", "pier"), HttpStatusCode.Created);
        await node.PostAsync("/api/v1/sources/meanwhile/pause", null);

        var problem = await PutAsync("meanwhile", """{"url":"http://127.0.0.1:9/i.json","index":{"list":"/f","time":"/t","image":"/i"},"revision":1}""", HttpStatusCode.Conflict);

        Assert.Equal("source_changed", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Every_setting_that_cannot_be_is_named()
    {
        await node.PostAsync("/api/v1/sources", node.SourceJson("named", "pier"), HttpStatusCode.Created);

        var problem = await PutAsync("named", """{"url":"http://127.0.0.1:9/i.json","everySeconds":60,"zone":"Mars/Olympus","window":"6 to 8","daylight":{"latitude":91,"longitude":0,"marginMinutes":999,"atLeast":"x"},"jitterSeconds":61,"expectedFrames":0}""", HttpStatusCode.BadRequest);

        Assert.Equal(["jitterSeconds", "index", "zone", "window", "daylight", "daylight.marginMinutes", "daylight.atLeast", "expectedFrames"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    private Task<System.Text.Json.JsonElement> PutAsync(string id, string json, HttpStatusCode expected) => node.PutAsync($"/api/v1/sources/{id}", json, expected);
}
