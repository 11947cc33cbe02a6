using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Bench;

/// <summary>Where the time of a frame goes: the steps of capture and archive one by one, over one camera's frames.</summary>
internal static class FrameStages
{
    public static async Task<IReadOnlyList<Measure>> RunAsync(string folder, Source site, CancellationToken cancellation)
    {
        await using var archive = await OpenArchive.InAsync(folder, cancellation);
        using var client = new OutsideClient(new AddressRules(site.Config), TimeProvider.System, TimeSpan.FromSeconds(20));
        var frames = await ListAsync(site, client, cancellation);
        var day = archive.Folder.FramePath(site.Id, frames[0].Time);
        DurableFile.CreateFolder(Path.GetDirectoryName(day)!);
        var stages = new Stages();
        foreach (var (time, image) in frames)
        {
            var incoming = archive.Frames.NewIncoming();
            stages.Begin();
            await using (var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                _ = (await client.FetchAsync(image, "image/jpeg", file, 64 << 20, cancellation)).Value;
            }

            stages.End("download");
            var content = await File.ReadAllBytesAsync(incoming, cancellation);
            stages.End("read back");
            var facts = Jpeg.Inspect(content).Value;
            stages.End("inspect");
            var sum = SHA256.HashData(content);
            stages.End("sha256");
            DurableFile.Sync(incoming);
            stages.End("fsync file");
            // The file is synced already, so its second sync in here costs next to nothing.
            if (!DurableFile.Publish(incoming, archive.Folder.FramePath(site.Id, time)))
            {
                throw new BenchmarkBroke("A frame was there already.");
            }

            stages.End("link, fsync folder");
            await archive.Frames.Index.AddAsync(new Frame(site.Id, time, null, content.Length, facts.Width, facts.Height, sum, time), cancellation);
            stages.End("index row");
        }

        return stages.Measures(frames.Count);
    }

    private static async Task<List<(DateTimeOffset Time, Uri Image)>> ListAsync(Source site, OutsideClient client, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var address = (await client.FetchAsync(new Uri(site.Config.Url), "application/json", answer, 1 << 20, cancellation)).Value;
        return [.. JsonSerializer.Deserialize<JsonElement>(answer.ToArray()).GetProperty("frames").EnumerateArray().Select(frame =>
            (Rfc3339.TryParse(frame.GetProperty("takenAt").GetString(), out var time) ? time : default, new Uri(address, frame.GetProperty("url").GetString())))];
    }

    private sealed class Stages
    {
        private readonly Dictionary<string, TimeSpan> times = [];
        private long last;

        public void Begin() => last = Stopwatch.GetTimestamp();

        public void End(string stage)
        {
            var now = Stopwatch.GetTimestamp();
            times[stage] = times.GetValueOrDefault(stage) + Stopwatch.GetElapsedTime(last, now);
            last = now;
        }

        public IReadOnlyList<Measure> Measures(int frames) =>
            [.. times.Select(stage => new Measure(stage.Key, stage.Value.TotalMilliseconds / frames, "ms/frame"))];
    }
}
