using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>The first task of a timelapse: finds out what all stretches share.</summary>
public sealed class PlanTask(StretchFrames frames, AssetStore assets, MediaTools tools) : ITaskHandler
{
    public const string Handler = "timelapse.plan";

    private const long MostGifPixels = 640 * 480;

    private const int MostGifPictures = 600, MostGifFps = 50;

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        try
        {
            return (await OutlineAsync(PlanWork.FromJson(context.Lease.Payload), context, cancellation)).TryGet(out var outline, out var failure) ? TaskResult.Done(outline.ToJson()) : TaskResult.Failed(failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(DiskFailures.Map(error));
        }
    }

    private async Task<Result<Outline>> OutlineAsync(PlanWork work, TaskContext context, CancellationToken cancellation)
    {
        if (!(await tools.VersionAsync(MediaTool.Ffmpeg, cancellation)).TryGet(out var version, out var failure)
            || !(await SeenAsync(work.Request, cancellation)).TryGet(out var seen, out failure)
            || !(await SidebarAsync(work.Request, cancellation)).TryGet(out var sidebar, out failure))
        {
            return failure;
        }

        var recipe = work.Request.Recipe(work.Request.Fps);
        var sizes = TimelapsePlan.SizesOf(seen, recipe);
        var whole = TimelapseGraph.Size(recipe, sizes, sidebar.Facts);
        if ((TimelapsePlan.Check(sizes, recipe) ?? TimelapsePlan.TooLarge(whole.Width, whole.Height)) is { } wrong)
        {
            return wrong;
        }

        if (!(await CountAsync(work, recipe, sizes, context, cancellation)).TryGet(out var counts, out failure))
        {
            return failure;
        }

        var pictures = counts.Sum(count => (long)count);
        return Small(work.Request, whole, pictures) is { } large ? large
            : work.Request.Rate(pictures).TryGet(out var rate, out failure) ? new Outline(work.Request, work.Stretches, sizes, rate, version, sidebar.Sum, counts, Without(work.Request, seen))
            : failure;
    }

    /// <summary>Pictures of each stretch; no further than to the first that is too many.</summary>
    private async Task<Result<IReadOnlyList<int>>> CountAsync(PlanWork work, TimelapseRecipe recipe, IReadOnlyList<FrameSize> sizes, TaskContext context, CancellationToken cancellation)
    {
        var even = EvenInstants.Of(work.Request, work.Stretches);
        var (counts, pictures) = (new List<int>(), 0L);
        foreach (var (at, stretch) in work.Stretches.Index())
        {
            if (even is not null && recipe.Missing != MissingFrames.Skip)
            {
                // Nothing is left out: no frame needs to be asked about.
                counts.Add(even.In(stretch).Count());
            }
            else if ((await frames.PlanAsync(work.Request, recipe, sizes, stretch, even, new UnusableFrames(), cancellation)).TryGet(out var plan, out var failure))
            {
                counts.Add(plan?.Frames ?? 0);
            }
            else
            {
                return failure;
            }

            if ((pictures += counts[^1]) > TimelapseRequest.MostPictures)
            {
                return new Failure(FailureKind.BadInput, "too_long", $"The timelapse would have more than {TimelapseRequest.MostPictures:N0} pictures, which are the most that are made.", "Choose a shorter range or a higher speed.");
            }

            context.Report(new TaskProgress((at + 1.0) / work.Stretches.Count, null, null));
        }

        return counts;
    }

    private static Failure? Small(TimelapseRequest request, FrameSize whole, long pictures) =>
        pictures == 0 ? TimelapsePlan.NothingLeft()
        : request.Encoder.Format == TimelapseFormat.Gif && ((long)whole.Width * whole.Height > MostGifPixels || pictures > MostGifPictures || request.Fps > MostGifFps)
            ? new Failure(FailureKind.BadInput, "gif_large", $"A GIF is for small ones: at most {MostGifPixels:N0} pixels a picture, {MostGifPictures} pictures, {MostGifFps} a second; this would be {whole}, {pictures} pictures, {request.Fps} a second.", "Give a smaller size (size 320x180) or a shorter range, or choose the format 'mp4'.")
        : null;

    /// <summary>By source, the size of its first frame; null where it has none. One that has none fails the timelapse only where every picture would be skipped for it.</summary>
    private async Task<Result<IReadOnlyList<FrameSize?>>> SeenAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var seen = new List<FrameSize?>();
        foreach (var source in request.Sources)
        {
            // How a camera was held stands in the file only.
            seen.Add(await frames.FirstAsync(request, source, cancellation) is not { } first ? null
                : (await FrameSequence.InspectAsync(first)).TryGet(out var facts, out _) ? FrameKind.Seen(facts) : new FrameSize(first.Width, first.Height));
        }

        return seen.IndexOf(null) is var none and >= 0 && (request.Missing == MissingFrames.Skip || seen.TrueForAll(size => size is null)) ? TimelapsePlan.NoFrames(none, seen.Count) : seen;
    }

    private static IReadOnlyList<string> Without(TimelapseRequest request, IReadOnlyList<FrameSize?> seen) =>
        [.. request.Sources.Zip(seen).Where(pair => pair.Second is null).Select(pair => $"{pair.First} has no frames in this range; its place is empty.").Distinct(StringComparer.Ordinal)];

    private async Task<Result<(VideoFacts? Facts, string? Sum)>> SidebarAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        if (request.Sidebar is not { } id)
        {
            return (null, null);
        }

        if (!(await assets.FindAsync(id, cancellation)).TryGet(out var asset, out var failure) || !(await new Probe(tools).ProbeAsync(assets.PathOf(asset), cancellation)).TryGet(out var facts, out failure))
        {
            return failure;
        }

        return (facts, Convert.ToHexStringLower(asset.Sha256.Span));
    }
}
