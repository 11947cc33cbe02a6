using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>Which frames a stretch has to choose from (design/timelapse.md, L1).</summary>
public sealed class StretchFrames(FrameArchive archive)
{
    /// <summary>By source, in the order of time: those of the stretch. A source that has none in it is given its last one before, or its first one behind; null where none has any.</summary>
    internal async Task<IReadOnlyList<IReadOnlyList<FrameFile>>?> OfAsync(TimelapseRequest request, Stretch stretch, CancellationToken cancellation)
    {
        var sources = new List<IReadOnlyList<FrameFile>>();
        foreach (var source in request.Sources)
        {
            sources.Add(await ListAsync(source, stretch.Range, int.MaxValue, newestFirst: false, cancellation));
        }

        if (sources.All(frames => frames.Count == 0))
        {
            return null;
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Count == 0)
            {
                sources[i] = await ListAsync(request.Sources[i], new TimeRange(request.From, stretch.Start), 1, newestFirst: true, cancellation);
            }

            if (sources[i].Count == 0)
            {
                sources[i] = await ListAsync(request.Sources[i], new TimeRange(stretch.End, request.To), 1, newestFirst: false, cancellation);
            }
        }

        return sources;
    }

    /// <summary>The first frame of a source in the request's range.</summary>
    internal async Task<FrameFile?> FirstAsync(TimelapseRequest request, string source, CancellationToken cancellation) =>
        await ListAsync(source, new TimeRange(request.From, request.To), 1, newestFirst: false, cancellation) is [var first] ? first : null;

    private async Task<IReadOnlyList<FrameFile>> ListAsync(string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation) =>
        [.. (await archive.Index.ListAsync(source, range, limit, newestFirst, cancellation)).Select(frame => new FrameFile(frame.Time, archive.PathOf(frame), frame.Width, frame.Height) { Sha256 = frame.Sha256 })];
}
