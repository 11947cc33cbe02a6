using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>The first task of a timelapse: finds out what all stretches share.</summary>
public sealed class PlanTask(StretchFrames frames, AssetStore assets, MediaTools tools) : ITaskHandler
{
    public const string Handler = "timelapse.plan";

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        try
        {
            return (await PlanAsync(PlanWork.FromJson(context.Lease.Payload), context, cancellation)).TryGet(out var outline, out var failure) ? TaskResult.Done(outline.ToJson()) : TaskResult.Failed(failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(DiskFailures.Map(error));
        }
    }

    private async Task<Result<Outline>> PlanAsync(PlanWork work, TaskContext context, CancellationToken cancellation)
    {
        if (!(await tools.VersionAsync(MediaTool.Ffmpeg, cancellation)).TryGet(out var version, out var failure)
            || !(await SizesAsync(work.Request, cancellation)).TryGet(out var sizes, out failure)
            || !(await SidebarAsync(work.Request, cancellation)).TryGet(out var sidebar, out failure))
        {
            return failure;
        }

        var recipe = work.Request.Recipe(work.Request.Fps);
        var whole = TimelapseGraph.Size(recipe, sizes, sidebar.Facts);
        if ((TimelapsePlan.Check(sizes, recipe) ?? TimelapsePlan.TooLarge(whole.Width, whole.Height)) is { } wrong)
        {
            return wrong;
        }

        var counts = new List<int>();
        foreach (var (at, stretch) in work.Stretches.Index())
        {
            counts.Add(await frames.OfAsync(work.Request, stretch, cancellation) is { } sources ? sources.Max(source => source.Count) : 0);
            context.Report(new TaskProgress((at + 1.0) / work.Stretches.Count, null, null));
        }

        return new Outline(work.Request, work.Stretches, sizes, recipe.Fps, version, sidebar.Sum, counts);
    }

    private async Task<Result<IReadOnlyList<FrameSize>>> SizesAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var sizes = new List<FrameSize>();
        foreach (var source in request.Sources)
        {
            if (await frames.FirstAsync(request, source, cancellation) is not { } first)
            {
                return TimelapsePlan.NoFrames(sizes.Count, request.Sources.Count);
            }

            // How a camera was held stands in the file only.
            sizes.Add((await FrameSequence.InspectAsync(first)).TryGet(out var facts, out _) ? FrameKind.Seen(facts) : new FrameSize(first.Width, first.Height));
        }

        return sizes;
    }

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
