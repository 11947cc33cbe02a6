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

    [Fact]
    public async Task A_snapshot_and_a_folder_are_added_with_what_is_theirs_and_say_their_next_slots()
    {
        var snapshot = await node.PostAsync("/api/v1/sources", """{"id":"snap","kind":"frames.snapshot","url":"http://127.0.0.1:9/now.jpg","everySeconds":3600,"timeFrom":"received","crops":["64x48f+0+0"],"keepDays":90,"keepBytes":1073741824,"window":"04:00-13:00 UTC"}""", HttpStatusCode.Created);
        var folder = await node.PostAsync("/api/v1/sources", """{"id":"ftp","kind":"frames.folder","folder":"/nowhere/ftp/cam1","namePattern":"cam1_%Y%m%d_%H%M%S.jpg","keepFiles":true,"zone":"Europe/Lisbon"}""", HttpStatusCode.Created);

        Assert.Equal(("frames.snapshot", "received", 90, 1_073_741_824), (snapshot.GetProperty("kind").GetString(), snapshot.GetProperty("timeFrom").GetString(), snapshot.GetProperty("keepDays").GetInt32(), snapshot.GetProperty("keepBytes").GetInt64()));
        Assert.Equal(("/nowhere/ftp/cam1", true, ""), (folder.GetProperty("folder").GetString(), folder.GetProperty("keepFiles").GetBoolean(), folder.GetProperty("url").GetString()));
        var slots = snapshot.GetProperty("slots").EnumerateArray().Select(slot => slot.GetDateTimeOffset()).ToList();
        Assert.Equal(3, slots.Count);
        Assert.All(slots, slot => Assert.InRange(slot.TimeOfDay.TotalHours, 4, 12));

        var paused = await node.PostAsync("/api/v1/sources/snap/pause", null);
        Assert.Equal((0, 2), (paused.GetProperty("slots").GetArrayLength(), paused.GetProperty("revision").GetInt32()));
    }

    [Fact]
    public async Task A_folder_of_the_nodes_own_is_refused_when_a_source_is_added_and_when_it_is_changed()
    {
        var own = node.Data.Frames;
        var added = await node.PostAsync("/api/v1/sources", $$"""{"id":"own","kind":"frames.folder","folder":"{{own}}"}""", HttpStatusCode.BadRequest);
        await node.PostAsync("/api/v1/sources", """{"id":"other","kind":"frames.folder","folder":"/nowhere/ftp/cam2"}""", HttpStatusCode.Created);
        var changed = await PutAsync("other", """{"folder":"/"}""", HttpStatusCode.BadRequest);

        Assert.Equal(["source_folder", "source_folder"], new[] { added, changed }.Select(problem => problem.GetProperty("code").GetString()));
    }

    private Task<System.Text.Json.JsonElement> PutAsync(string id, string json, HttpStatusCode expected) => node.PutAsync($"/api/v1/sources/{id}", json, expected);
}
