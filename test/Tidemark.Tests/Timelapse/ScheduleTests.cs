using System.Net;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Recurring timelapses on a node: set, made, put into a folder; and links to what was made.</summary>
public sealed class ScheduleTests(StretchedNode stretched) : IClassFixture<StretchedNode>
{
    private const string Path = "/api/v1/timelapse-schedules";

    private static readonly DateTimeOffset Today = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_kept_current_is_made_put_into_its_folder_and_replaced_whole()
    {
        var source = await stretched.SourceAsync("current");
        await stretched.PutAsync(source, Today.AddDays(-2), 5);
        var videos = Directory.CreateDirectory(stretched.Node.Videos).FullName;
        var made = await stretched.Node.PutAsync($"{Path}/current-days", $$"""{"every":"day","days":3,"folder":"{{videos}}","timelapse":{"sources":["{{source}}"],"fps":12} }""", HttpStatusCode.Created);
        Assert.Equal(("current-days", "UTC", JsonValueKind.Null), (made.GetProperty("name").GetString(), made.GetProperty("zone").GetString(), made.GetProperty("last").ValueKind));
        Assert.True(made.GetProperty("nextAt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        // Left by an attempt that was killed.
        await File.WriteAllTextAsync(System.IO.Path.Combine(videos, ".current-days.mp4.1-1.part"), "half", Cancellation);

        var first = await RunAsync("current-days");
        var file = System.IO.Path.Combine(videos, "current-days.mp4");
        Assert.Equal(5, StretchedNode.Frames(first));
        Assert.Equal([file], Directory.GetFileSystemEntries(videos, "*current-days*"));
        Assert.Equal(Content(first), await Sum(file));

        await stretched.PutAsync(source, Today.AddDays(-1), 4);
        var second = await RunAsync("current-days");
        Assert.Equal(9, StretchedNode.Frames(second));
        Assert.Equal(Content(second), await Sum(file));
        Assert.Equal(second.GetProperty("id").GetString(), (await stretched.Node.GetAsync($"{Path}/current-days")).GetProperty("last").GetProperty("id").GetString());

        // An attempt that was waiting for the folder meanwhile has nothing to do, though its own video may be gone.
        var late = new TestContextOf(new PutWork(videos, "current-days.mp4", "current-days", true).ToJson(), first.GetProperty("id").GetGuid());
        var put = await new PutTask(stretched.Node.Part<AssetStore>(), stretched.Node.Part<TimelapseStore>(), new OutputFolders([videos]), stretched.Node.Part<OutputPlaces>()).RunAsync(late, Cancellation);
        Assert.Equal((null, "superseded"), (put.Failure, put.Output));
        Assert.Equal(Content(second), await Sum(file));
    }

    [Fact]
    public async Task A_folder_that_is_away_is_not_made_and_waited_for()
    {
        var source = await stretched.SourceAsync("away");
        await stretched.PutAsync(source, Today.AddDays(-1), 2);
        var node = stretched.Node;
        var away = node.Videos + "-away";
        var context = new TestContextOf(new PutWork(away, "a.mp4", "away", false).ToJson());
        var store = node.Part<TimelapseStore>();

        var refused = await new PutTask(node.Part<AssetStore>(), store, new OutputFolders([node.Videos]), node.Part<OutputPlaces>()).RunAsync(context, Cancellation);
        Assert.Equal((FailureKind.BadInput, "folder_not_allowed"), (refused.Failure!.Kind, refused.Failure.Code));
        var waits = await new PutTask(node.Part<AssetStore>(), store, new OutputFolders([away]), node.Part<OutputPlaces>()).RunAsync(context, Cancellation);
        Assert.Equal((FailureKind.Resource, "folder_away"), (waits.Failure!.Kind, waits.Failure.Code));
        Assert.False(Directory.Exists(away));
    }

    [Fact]
    public async Task The_empty_folder_below_a_mount_that_is_away_is_not_filled()
    {
        var source = await stretched.SourceAsync("unmounted");
        await stretched.PutAsync(source, Today.AddDays(-1), 2);
        var made = await stretched.MakeAsync(source, Today.AddDays(-1), Today);
        var mount = Directory.CreateDirectory(stretched.Node.Videos + "-mount").FullName;
        var places = stretched.Node.Part<OutputPlaces>();
        Assert.Equal((null, System.IO.Path.Combine(mount, "a.mp4")), Told(await PutAsync(mount, "a.mp4", made, places)));
        Assert.Equal([OutputPlaces.Marker, "a.mp4"], Names(mount));

        // Unmounted: the folder that it covered is there, and empty.
        Directory.Move(mount, mount + "-disk");
        Directory.CreateDirectory(mount);
        Assert.Equal(("folder_away", null), Told(await PutAsync(mount, "b.mp4", made, places)));
        // A node that starts anew knows it still.
        var waits = await PutAsync(mount, "b.mp4", made, new OutputPlaces(stretched.Node.Data, () => Mounts.Read()));
        Assert.Equal((FailureKind.Resource, "folder_away"), (waits.Failure!.Kind, waits.Failure.Code));
        Assert.Contains($"touch '{mount}/{OutputPlaces.Marker}'", waits.Failure.Mend, StringComparison.Ordinal);
        Assert.Empty(Names(mount));

        Directory.Delete(mount);
        Directory.Move(mount + "-disk", mount);
        Assert.Equal((null, System.IO.Path.Combine(mount, "b.mp4")), Told(await PutAsync(mount, "b.mp4", made, places)));

        // Another disk on purpose.
        Directory.Delete(mount, recursive: true);
        Directory.CreateDirectory(mount);
        await File.WriteAllTextAsync(System.IO.Path.Combine(mount, OutputPlaces.Marker), "", Cancellation);
        Assert.Equal((null, System.IO.Path.Combine(mount, "c.mp4")), Told(await PutAsync(mount, "c.mp4", made, places)));
    }

    [Fact]
    public async Task A_mount_that_fstab_names_is_waited_for_before_its_first_use()
    {
        var source = await stretched.SourceAsync("first-use");
        await stretched.PutAsync(source, Today.AddDays(-1), 2);
        var made = await stretched.MakeAsync(source, Today.AddDays(-1), Today);
        var mount = Directory.CreateDirectory(stretched.Node.Videos + "-fstab").FullName;

        var waits = await PutAsync(mount, "a.mp4", made, new OutputPlaces(stretched.Node.Data, () => new Mounts([mount], ["/"])));
        Assert.Equal("folder_away", waits.Failure?.Code);
        Assert.Contains("/etc/fstab", waits.Failure!.Message, StringComparison.Ordinal);
        Assert.Empty(Names(mount));
        Assert.Null((await PutAsync(mount, "a.mp4", made, new OutputPlaces(stretched.Node.Data, () => new Mounts([mount], ["/", mount])))).Failure);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_every_field()
    {
        var source = await stretched.SourceAsync("refused");
        var problem = await stretched.Node.PutAsync($"{Path}/Bad_Name", $$"""{"every":"hour","days":0,"zone":"Mars/Olympus","folder":"/etc","timelapse":{"sources":["{{source}}"],"fps":0,"format":"avi"} }""", HttpStatusCode.BadRequest);
        Assert.Equal(["every", "name", "days", "zone", "timelapse.format", "timelapse.fps", "folder"], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));

        Assert.Equal("source_not_found", (await stretched.Node.PutAsync($"{Path}/ghost", """{"every":"day","timelapse":{"sources":["ghost"]}}""", HttpStatusCode.NotFound)).GetProperty("code").GetString());
        Assert.Equal("schedule_not_found", (await stretched.Node.GetAsync($"{Path}/ghost", HttpStatusCode.NotFound)).GetProperty("code").GetString());
        await stretched.Node.PostAsync($"{Path}/ghost/run", null, HttpStatusCode.NotFound);
        await stretched.Node.DeleteAsync($"{Path}/ghost", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_schedule_is_paused_changed_listed_and_removed()
    {
        var source = await stretched.SourceAsync("changed");
        string Body(string more) => $$"""{"every":"month","zone":"Europe/Lisbon","timelapse":{"sources":["{{source}}"],"caption":"The pier"}{{more}}}""";
        await stretched.Node.PutAsync($"{Path}/changed", Body(""), HttpStatusCode.Created);
        var paused = await stretched.Node.PutAsync($"{Path}/changed", Body(",\"paused\":true"));

        Assert.Equal((true, JsonValueKind.Null, "The pier"), (paused.GetProperty("paused").GetBoolean(), paused.GetProperty("nextAt").ValueKind, paused.GetProperty("timelapse").GetProperty("caption").GetString()));
        Assert.Contains("changed", (await stretched.Node.GetAsync(Path)).GetProperty("schedules").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        await stretched.Node.DeleteAsync($"{Path}/changed");
        Assert.DoesNotContain("changed", (await stretched.Node.GetAsync(Path)).GetProperty("schedules").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_link_shows_the_video_to_strangers_in_ranges_until_it_is_taken_back()
    {
        var source = await stretched.SourceAsync("shared");
        await stretched.PutAsync(source, Today.AddDays(-1), 3);
        var made = await stretched.MakeAsync(source, Today.AddDays(-1), Today);
        var id = made.GetProperty("asset").GetProperty("id").GetString();
        var link = await stretched.Node.PostAsync($"/api/v1/assets/{id}/links", """{"expiresInSeconds":3600}""", HttpStatusCode.Created);
        Assert.True(link.GetProperty("localOnly").GetBoolean());
        var url = link.GetProperty("url").GetString()!;
        Assert.StartsWith($"{stretched.Node.Page}share/", url, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new(0, 9);
        // As from another page.
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var part = await stretched.Node.Stranger.SendAsync(request, Cancellation);
        Assert.Equal((HttpStatusCode.PartialContent, "video/mp4", 10L), (part.StatusCode, part.Content.Headers.ContentType?.MediaType, part.Content.Headers.ContentLength));
        Assert.Equal("cross-origin", part.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal(StretchedNode.Sum(made), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await stretched.Node.Stranger.GetByteArrayAsync(url, Cancellation))));
        using var saved = await stretched.Node.Stranger.GetAsync(url + "?download=1", Cancellation);
        Assert.Equal("attachment", saved.Content.Headers.ContentDisposition?.DispositionType);

        // It opens nothing else, and nobody can guess another from it.
        var secret = new Uri(url).Segments[2].TrimEnd('/');
        Assert.Equal(HttpStatusCode.Unauthorized, (await stretched.Node.Stranger.GetAsync($"/api/v1/assets/{id}/content", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stretched.Node.Stranger.GetAsync($"/share/{secret[..^1]}{(secret[^1] == 'A' ? 'B' : 'A')}/x.mp4", Cancellation)).StatusCode);
        using var another = new HttpRequestMessage(HttpMethod.Post, url);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await stretched.Node.Stranger.SendAsync(another, Cancellation)).StatusCode);

        var listed = (await stretched.Node.GetAsync($"/api/v1/assets/{id}/links")).GetProperty("links").EnumerateArray().Single();
        Assert.Equal((link.GetProperty("id").GetString(), JsonValueKind.Null), (listed.GetProperty("id").GetString(), listed.GetProperty("url").ValueKind));
        await stretched.Node.DeleteAsync($"/api/v1/links/{link.GetProperty("id").GetString()}");
        using var gone = await stretched.Node.Stranger.GetAsync(url, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains("Ask whoever gave it to you", await gone.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await stretched.Node.PostAsync($"/api/v1/assets/{id}/links", """{"expiresInSeconds":1}""", HttpStatusCode.BadRequest);
        await stretched.Node.PostAsync($"/api/v1/assets/{Guid.Empty}/links", "{}", HttpStatusCode.NotFound);
        await stretched.Node.GetAsync($"/api/v1/assets/{Guid.Empty}/links", HttpStatusCode.NotFound);
    }

    private async Task<JsonElement> RunAsync(string name)
    {
        var run = await stretched.Node.PostAsync($"{Path}/{name}/run", null, HttpStatusCode.Accepted);
        return await stretched.Node.EndedAsync(run.GetProperty("id").GetGuid());
    }

    private Task<TaskResult> PutAsync(string folder, string file, JsonElement made, OutputPlaces places) =>
        new PutTask(stretched.Node.Part<AssetStore>(), stretched.Node.Part<TimelapseStore>(), new OutputFolders([folder]), places)
            .RunAsync(new TestContextOf(new PutWork(folder, file, "none", false).ToJson(), made.GetProperty("id").GetGuid()), Cancellation);

    private static (string? Code, string? Output) Told(TaskResult result) => (result.Failure?.Code, result.Output);

    private static IEnumerable<string?> Names(string folder) => Directory.GetFileSystemEntries(folder).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);

    private static string Content(JsonElement made) => StretchedNode.Sum(made);

    private static async Task<string> Sum(string file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file, Cancellation)));

    private sealed class TestContextOf(string payload, Guid? job = null) : TaskContext(
        new Lease
        {
            Task = new TaskId(job ?? Guid.CreateVersion7(Today), 9),
            Fence = new Fence(1, 1),
            Lane = 1,
            Fan = 0,
            Attempt = 1,
            ReadyAt = Today,
            StartedAt = Today,
            Name = TimelapseStore.Put,
            Payload = payload,
            Parents = 1,
            Stall = TimeSpan.FromMinutes(5),
            Attempts = 1,
        },
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
    {
        public override void Report(TaskProgress progress)
        {
        }

        public override Task<IReadOnlyDictionary<string, string?>> InputsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>());
    }
}
