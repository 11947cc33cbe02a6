using Tidemark.Simulator.Jpeg;
using Tidemark.Simulator.Scenes;

namespace Tidemark.Simulator;

/// <summary>Where the picture of a site at an instant comes from.</summary>
internal interface IFramePictures
{
    byte[] Jpeg(string site, DateTimeOffset instant);
}

/// <summary>Pictures as the sites ask for them.</summary>
internal interface IFrameSource
{
    Task<byte[]> Jpeg(string site, DateTimeOffset instant);
}

/// <summary>Draws them.</summary>
internal sealed class DrawnPictures(SimulatorOptions options) : IFramePictures
{
    private readonly JpegEncoder encoder = new(options.Quality);
    private readonly Dictionary<string, SitePainter> painters = options.Sites
        .Select((site, number) => new SitePainter(site, number, options.Width, options.Height))
        .ToDictionary(painter => painter.Site, StringComparer.Ordinal);

    public byte[] Jpeg(string site, DateTimeOffset instant) => encoder.Encode(painters[site].Paint(instant), options.Width, options.Height);
}

/// <summary>Keeps the pictures asked for last; each is made once, also where several ask at the same time.</summary>
internal sealed class CachedPictures(IFramePictures below, int capacity) : IFrameSource
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Site, DateTimeOffset Instant), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = [];

    public Task<byte[]> Jpeg(string site, DateTimeOffset instant)
    {
        var key = (site, instant);
        lock (gate)
        {
            if (entries.TryGetValue(key, out var known))
            {
                byUse.Remove(known);
                byUse.AddFirst(known);
                return known.Value.Picture;
            }

            var entry = new Entry(key, Task.Run(() => below.Jpeg(site, instant)));
            entries[key] = byUse.AddFirst(entry);
            if (entries.Count > capacity)
            {
                entries.Remove(byUse.Last!.Value.Key);
                byUse.RemoveLast();
            }

            return entry.Picture;
        }
    }

    private sealed record Entry((string Site, DateTimeOffset Instant) Key, Task<byte[]> Picture);
}
