using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>Makes a timelapse: the one task of its job. Safe to run twice at a time (<see cref="TimelapseOutputs"/>).</summary>
public sealed class TimelapseTask(FrameArchive frames, AssetStore assets, Holds holds, DiskWatch disk, TimelapseOutputs outputs, TimelapseRenderer renderer, TimeProvider time) : ITaskHandler
{
    public const string Handler = "timelapse.render";

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        disk.Look();
        if (disk.Refusal(DiskLevel.Low) is { } full)
        {
            // A timelapse can wait; it is tried again when there may be space.
            return TaskResult.Failed(full);
        }

        var held = new List<Hold>();
        try
        {
            await outputs.SweepAsync(cancellation);
            return (await MakeAsync(context, held, cancellation)).TryGet(out var asset, out var failure) ? Made(asset) : TaskResult.Failed(failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(DiskFailures.Map(error));
        }
        finally
        {
            // Whatever was left half-way; what is finished has its place among the assets.
            File.Delete(outputs.Making(TimelapseOutputs.NameOf(context)));
            foreach (var hold in held)
            {
                await hold.DisposeAsync();
            }
        }
    }

    private TaskResult Made(Asset asset) => TaskResult.Done(asset.Id.ToString(),
        async (session, cancellation) =>
        {
            await AssetStore.AddAsync(session, asset, cancellation);
            await TimelapseStore.MadeAsync(session, asset.Id, cancellation);
        },
        () =>
        {
            outputs.Discard(asset.File!);
            return Task.CompletedTask;
        },
        () => outputs.SweepAsync(CancellationToken.None));

    private async Task<Result<Asset>> MakeAsync(TaskContext context, List<Hold> held, CancellationToken cancellation)
    {
        var request = TimelapseRequest.FromJson(context.Lease.Payload);
        var recipe = new TimelapseRecipe { Layout = request.Layout, Fps = request.Fps, Crop = Crop.TryParse(request.Crop, out var crop) ? crop : null };
        if (request.Sidebar is { } id)
        {
            if (!(await assets.FindAsync(id, cancellation)).TryGet(out var sidebar, out var missing))
            {
                return missing;
            }

            recipe = recipe with { Sidebar = assets.PathOf(sidebar) };
        }

        var shown = new List<IReadOnlyList<FrameFile>>();
        foreach (var source in request.Sources)
        {
            // Held before it is listed: what is listed stays until this is done (A3).
            held.Add(await holds.TakeAsync(source, new TimeRange(request.From, request.To), $"timelapse {context.Lease.Task.Job}", cancellation));
            var found = await frames.Index.ListAsync(source, new TimeRange(request.From, request.To), int.MaxValue, newestFirst: false, cancellation);
            shown.Add([.. found.Select(frame => new FrameFile(frame.Time, frames.PathOf(frame), frame.Width, frame.Height))]);
        }

        if (!TimelapsePlan.Make(shown, recipe).TryGet(out var plan, out var failure))
        {
            return failure;
        }

        var (job, name) = (context.Lease.Task.Job, TimelapseOutputs.NameOf(context));
        if (!(await renderer.RenderAsync(plan, outputs.Making(name), new Told(context), cancellation)).TryGet(out var facts, out failure))
        {
            cancellation.ThrowIfCancellationRequested();
            return failure;
        }

        var before = (await assets.FindAsync(job, cancellation)).TryGet(out var made, out _) ? made.File : null;
        outputs.Publish(name, before);
        try
        {
            var durationMs = (long)Math.Round(plan.Frames * 1000.0 / request.Fps);
            return await assets.MeasureAsync(new Asset(job, NameOf(request), "video/mp4", 0, default, facts.Width, facts.Height, plan.Frames, durationMs, time.GetUtcNow(), name), cancellation);
        }
        catch
        {
            outputs.Discard(name);
            throw;
        }
    }

    private static string NameOf(TimelapseRequest request) =>
        $"{string.Join('-', request.Sources)}_{Rfc3339.Stamp(request.From)}_{Rfc3339.Stamp(request.To)}.mp4";

    // Not Progress<T>: that would tell out of order from the thread pool.
    private sealed class Told(TaskContext context) : IProgress<TimelapseProgress>
    {
        public void Report(TimelapseProgress value) => context.Report(new TaskProgress(value.Fraction, value.Note, value.SecondsLeft));
    }
}
