using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>Makes one stretch of a timelapse, or finds that it was made before. Safe to run twice at a time: what is kept is named by its content.</summary>
public sealed class StretchTask(StretchFrames frames, AssetStore assets, Holds holds, DiskWatch disk, TimelapseOutputs outputs, StretchCache cache, TimelapseRenderer renderer, MediaTools tools) : ITaskHandler
{
    public const string Handler = "timelapse.stretch";

    private const int MostTold = 20;

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        var held = new List<Hold>();
        try
        {
            if (await FullAsync(cancellation) is { } full)
            {
                // A timelapse can wait; it is tried again when there may be space.
                return TaskResult.Failed(full);
            }

            return (await MakeAsync(context, held, cancellation)).TryGet(out var made, out var failure) ? TaskResult.Done(made.ToJson()) : TaskResult.Failed(failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(DiskFailures.Map(error));
        }
        finally
        {
            File.Delete(outputs.Making(TimelapseOutputs.NameOf(context)));
            foreach (var hold in held)
            {
                await hold.DisposeAsync();
            }
        }
    }

    // What can be made again makes room first.
    private async Task<Failure?> FullAsync(CancellationToken cancellation)
    {
        disk.Look();
        if (disk.Refusal(DiskLevel.Low) is null)
        {
            return null;
        }

        await cache.TrimAsync(0, cancellation);
        disk.Look();
        return disk.Refusal(DiskLevel.Low);
    }

    private async Task<Result<MadeStretch>> MakeAsync(TaskContext context, List<Hold> held, CancellationToken cancellation)
    {
        var stretch = Stretch.FromJson(context.Lease.Payload);
        var outline = Outline.FromJson((await context.InputsAsync(cancellation))[TimelapseStore.Plan]!);
        foreach (var source in outline.Request.Sources)
        {
            // Held before it is listed: what is listed stays until this is done (A3).
            held.Add(await holds.TakeAsync(source, stretch.Range, $"timelapse {context.Lease.Task.Job}", cancellation));
        }

        if (!(await tools.VersionAsync(MediaTool.Ffmpeg, cancellation)).TryGet(out var version, out var failure))
        {
            return failure;
        }

        if (version != outline.Ffmpeg)
        {
            return new Failure(FailureKind.Infrastructure, "ffmpeg_differs", $"This node has ffmpeg {version}, but the timelapse was begun with {outline.Ffmpeg}: their pictures cannot be joined.", "Install the same ffmpeg on all nodes that work.");
        }

        var recipe = outline.Recipe;
        if (outline.Request.Sidebar is { } id)
        {
            if (!(await assets.FindAsync(id, cancellation)).TryGet(out var sidebar, out failure))
            {
                return failure;
            }

            recipe = recipe with { Sidebar = assets.PathOf(sidebar) };
        }

        return await MakeAsync(context, outline, stretch, recipe, cancellation);
    }

    // A frame that cannot be used counts as missing, and is told; the others are shown.
    private async Task<Result<MadeStretch>> MakeAsync(TaskContext context, Outline outline, Stretch stretch, TimelapseRecipe recipe, CancellationToken cancellation)
    {
        var unusable = new UnusableFrames(why => Log.FrameLeftOut(context.Logger, stretch.Name, why.Message));
        var even = EvenInstants.Of(outline.Request, outline.Stretches);
        while (true)
        {
            if (!(await frames.PlanAsync(outline.Request, recipe, outline.Sizes, stretch, even, unusable, cancellation)).TryGet(out var plan, out var failure))
            {
                return failure;
            }

            var known = unusable.Reasons.Count;
            var made = plan is null ? new MadeStretch(null, 0, false) : await MakeAsync(context, plan.After(outline.Before(stretch.Name)), outline, unusable, cancellation);
            if (made.TryGet(out var stretched, out failure))
            {
                return stretched with { LeftOut = [.. unusable.Reasons.Take(MostTold).Select(why => why.Message)] };
            }

            if (unusable.Reasons.Count == known)
            {
                return failure;
            }
        }
    }

    private async Task<Result<MadeStretch>> MakeAsync(TaskContext context, TimelapsePlan plan, Outline outline, UnusableFrames unusable, CancellationToken cancellation)
    {
        var key = StretchKey.Of(plan, outline);
        if (await cache.FindAsync(key, cancellation) is { } kept)
        {
            return new MadeStretch(kept, plan.Frames, true);
        }

        var told = new Each<TimelapseProgress>(value => context.Report(new TaskProgress(value.Fraction, value.Note, value.SecondsLeft)));
        var making = outputs.Making(TimelapseOutputs.NameOf(context));
        if (await renderer.RenderAsync(plan, making, unusable, told, cancellation) is { } failure)
        {
            cancellation.ThrowIfCancellationRequested();
            return failure;
        }

        return new MadeStretch(await cache.KeepAsync(key, making, cancellation), plan.Frames, false);
    }
}
