using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>Which frames a stretch has to choose from (design/timelapse.md, L1).</summary>
public sealed class StretchFrames(FrameArchive archive)
{
    /// <summary>What a stretch shows; null where it has no pictures.</summary>
    /// <param name="sizes">By source.</param>
    /// <param name="unusable">Paths of frames that count as missing.</param>
    internal async Task<Result<TimelapsePlan?>> PlanAsync(
        TimelapseRequest request, TimelapseRecipe recipe, IReadOnlyList<FrameSize> sizes, Stretch stretch, IReadOnlySet<string> unusable, CancellationToken cancellation)
    {
        var daylight = request.Daylight?.Make();
        var instants = request.Grid()?.In(stretch.Start, stretch.End).Where(instant => daylight?.Contains(instant) != false).ToList();
        if (instants is { Count: 0 })
        {
            return (TimelapsePlan?)null;
        }

        var sources = new List<IReadOnlyList<FrameFile>>();
        foreach (var source in request.Sources)
        {
            var frames = await ListAsync(source, stretch.Range, int.MaxValue, newestFirst: false, cancellation);
            sources.Add([.. frames.Where(frame => !unusable.Contains(frame.Path) && (instants is not null || daylight?.Contains(frame.Time) != false))]);
        }

        if ((instants is null || recipe.Missing == MissingFrames.Skip) && sources.All(frames => frames.Count == 0))
        {
            return (TimelapsePlan?)null;
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Count == 0)
            {
                sources[i] = [.. (await NextAsync(request, request.Sources[i], stretch, cancellation)).Where(frame => !unusable.Contains(frame.Path))];
            }
        }

        return TimelapsePlan.Make(sources, recipe, sizes, instants).TryGet(out var plan, out var failure) ? plan.Frames == 0 ? null : plan : failure;
    }

    // The last one before, or else the first one behind.
    private async Task<IReadOnlyList<FrameFile>> NextAsync(TimelapseRequest request, string source, Stretch stretch, CancellationToken cancellation) =>
        await ListAsync(source, new TimeRange(request.From, stretch.Start), 1, newestFirst: true, cancellation) is { Count: > 0 } before ? before
            : await ListAsync(source, new TimeRange(stretch.End, request.To), 1, newestFirst: false, cancellation);

    /// <summary>The first frame of a source in the request's range.</summary>
    internal async Task<FrameFile?> FirstAsync(TimelapseRequest request, string source, CancellationToken cancellation) =>
        await ListAsync(source, new TimeRange(request.From, request.To), 1, newestFirst: false, cancellation) is [var first] ? first : null;

    private async Task<IReadOnlyList<FrameFile>> ListAsync(string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation) =>
        [.. (await archive.Index.ListAsync(source, range, limit, newestFirst, cancellation)).Select(frame => new FrameFile(frame.Time, archive.PathOf(frame), frame.Width, frame.Height) { Sha256 = frame.Sha256 })];
}
