using System.Net;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Tests.Api;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Timelapse;

/// <summary>A node with days of frames that were put there, and timelapses of them.</summary>
public sealed class StretchedNode : IAsyncLifetime
{
    public static readonly DateTimeOffset Midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private readonly MediaFixture media = new();
    private int painted;

    public RunningNode Node { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Node = new RunningNode();
        await Node.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        media.Dispose();
    }

    /// <summary>Makes a source of which frames are put by hand only.</summary>
    /// <param name="more">Further settings, each with a comma before it.</param>
    public async Task<string> SourceAsync(string id, string more = "")
    {
        await Node.PostAsync("/api/v1/sources", $$"""{"id":"{{id}}","kind":"frames.folder","everySeconds":86400,"folder":"{{Directory.CreateDirectory(media.PathOf(id)).FullName}}"{{more}}}""", HttpStatusCode.Created);
        return id;
    }

    /// <summary>Puts frames of a moving picture into the archive, ten minutes apart.</summary>
    public async Task PutAsync(string source, DateTimeOffset from, int count, string size = "64x48")
    {
        var name = $"m{painted++}-";
        await media.MakeAsync($"{name}%04d.jpg", $"testsrc2=s={size}:r=25", "-ss", $"{painted}", "-frames:v", $"{count}", "-pix_fmt", "yuvj420p", "-q:v", "3");
        for (var i = 1; i <= count; i++)
        {
            await PutAsync(source, from.AddMinutes(10 * (i - 1)), media.PathOf($"{name}{i:0000}.jpg"));
        }
    }

    /// <summary>Puts a file into the archive as a frame.</summary>
    public async Task PutAsync(string source, DateTimeOffset time, string file)
    {
        var archive = Node.Part<FrameArchive>();
        var incoming = archive.NewIncoming();
        File.Copy(file, incoming);
        Assert.True(await archive.Index.AddAsync((await archive.PublishAsync(source, time, null, incoming, Cancellation)).Value, Cancellation));
    }

    public Task<JsonElement> MakeAsync(string sources, DateTimeOffset from, DateTimeOffset to, string more = "") => MakeAsync([sources], from, to, more);

    /// <summary>Asks for a timelapse and waits for its end.</summary>
    public async Task<JsonElement> MakeAsync(IReadOnlyList<string> sources, DateTimeOffset from, DateTimeOffset to, string more = "")
    {
        var asked = await Node.PostAsync("/api/v1/timelapses", $$"""{"sources":{{JsonSerializer.Serialize(sources)}},"from":"{{from:O}}","to":"{{to:O}}"{{more}}}""", HttpStatusCode.Accepted);
        return await Node.EndedAsync(asked.GetProperty("id").GetGuid());
    }

    /// <summary>The same, which must succeed; gives the video's sum.</summary>
    public async Task<string> MadeAsync(IReadOnlyList<string> sources, DateTimeOffset from, DateTimeOffset to, string more = "") => Sum(await MakeAsync(sources, from, to, more));

    public static string Sum(JsonElement made)
    {
        Assert.True(made.GetProperty("state").GetString() == "done", made.ToString());
        return made.GetProperty("asset").GetProperty("sha256").GetString()!;
    }

    public static int Frames(JsonElement made)
    {
        Assert.True(made.GetProperty("state").GetString() == "done", made.ToString());
        return made.GetProperty("asset").GetProperty("frames").GetInt32();
    }

    /// <summary>The names of all kept stretches.</summary>
    public IReadOnlySet<string> Kept() => Directory.Exists(Node.Data.Stretches) ? Directory.GetFiles(Node.Data.Stretches, "*.mp4").Select(path => Path.GetFileName(path)).ToHashSet() : new HashSet<string>();
}
