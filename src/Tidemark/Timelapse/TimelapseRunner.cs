using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>Makes the timelapses that were asked for, one after another, oldest first. What was asked for survives the node.</summary>
public sealed class TimelapseRunner : IAsyncDisposable
{
    private readonly TimelapseStore store;
    private readonly FrameArchive frames;
    private readonly AssetStore assets;
    private readonly TimelapseRenderer renderer;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim wake = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Guid, Running> running = new();
    private Task loop = Task.CompletedTask;

    public TimelapseRunner(TimelapseStore store, FrameArchive frames, AssetStore assets, TimelapseRenderer renderer, TimeProvider time, ILogger<TimelapseRunner> logger)
    {
        (this.store, this.frames, this.assets, this.renderer, this.time, this.logger) = (store, frames, assets, renderer, time, logger);
    }

    /// <summary>Told whenever the state or the progress of one has changed.</summary>
    public event Action<Guid>? Changed;

    public async Task StartAsync(CancellationToken cancellation)
    {
        await store.RecoverAsync(cancellation);
        loop = Task.Run(() => RunAsync(stopping.Token), CancellationToken.None);
    }

    /// <summary>Where a running one is; null where it does not run.</summary>
    public TimelapseProgress? ProgressOf(Guid id) => running.GetValueOrDefault(id)?.Progress;

    public async Task<TimelapseRun> AddAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var run = await store.AddAsync(request, cancellation);
        wake.Release();
        Changed?.Invoke(run.Id);
        return run;
    }

    /// <summary>Calls one off, waiting or running. What has ended stays as it is.</summary>
    public async Task<Result<TimelapseRun>> CancelAsync(Guid id, CancellationToken cancellation)
    {
        if (await store.EndAsync(id, "cancelled", null, null, cancellation))
        {
            if (running.TryGetValue(id, out var current))
            {
                await current.StopAsync();
            }

            Changed?.Invoke(id);
        }

        return await store.FindAsync(id, cancellation);
    }

    /// <summary>Stops; the one under way is taken up again at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
        wake.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var recover = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (recover)
                {
                    await store.RecoverAsync(cancellation);
                    recover = false;
                }

                if (await store.BeginNextAsync(cancellation) is { } run)
                {
                    await MakeAsync(run, cancellation);
                }
                else
                {
                    await wake.WaitAsync(cancellation);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body. What it could not note (a full disk, a database that is away) it takes up again.
                Log.RunnerBroke(logger, error);
                recover = true;
                await Task.Delay(TimeSpan.FromSeconds(5), time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task MakeAsync(TimelapseRun run, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var current = new Running(stop);
        running[run.Id] = current;
        Changed?.Invoke(run.Id);
        try
        {
            // It may have been called off before it could be told.
            if (!(await store.FindAsync(run.Id, cancellation)).TryGet(out var now, out _) || now.State != "running")
            {
                return;
            }

            var made = await RenderAsync(run, new Told(this, run.Id, current), stop.Token);
            if (made.TryGet(out var asset, out var failure))
            {
                if (!await store.EndAsync(run.Id, "done", asset.Id, null, CancellationToken.None))
                {
                    // Called off when it was all but done: nobody will ask for it.
                    await assets.RemoveAsync(asset, CancellationToken.None);
                }
            }
            else if (cancellation.IsCancellationRequested)
            {
                await store.HandBackAsync(run.Id, CancellationToken.None);
            }
            else if (await store.EndAsync(run.Id, "failed", null, failure, cancellation))
            {
                Log.Failed(logger, run.Id, failure.ToString());
            }
        }
        catch (OperationCanceledException)
        {
            // Called off, which is noted already; or the node stops.
            await store.HandBackAsync(run.Id, CancellationToken.None);
        }
        catch (Exception error) when (error is not System.Data.Common.DbException)
        {
            Log.RunnerBroke(logger, error);
            await store.EndAsync(run.Id, "failed", null, new Failure(FailureKind.Infrastructure, "unexpected", $"It broke in a way that nobody foresaw: {error.Message}", "See the node's log."), cancellation);
        }
        finally
        {
            running.TryRemove(run.Id, out _);
            Changed?.Invoke(run.Id);
        }
    }

    private async Task<Result<Asset>> RenderAsync(TimelapseRun run, IProgress<TimelapseProgress> progress, CancellationToken cancellation)
    {
        var request = run.Request;
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
            var found = await frames.Index.ListAsync(source, new TimeRange(request.From, request.To), int.MaxValue, newestFirst: false, cancellation);
            shown.Add([.. found.Select(frame => new FrameFile(frame.Time, frames.PathOf(frame), frame.Width, frame.Height))]);
        }

        if (!TimelapsePlan.Make(shown, recipe).TryGet(out var plan, out var failure))
        {
            return failure;
        }

        // The asset has the id of what was asked for, so that what an attempt that died left behind is replaced by the next.
        var path = assets.PathOf(run.Id, "video/mp4");
        if (!(await renderer.RenderAsync(plan, path, progress, cancellation)).TryGet(out var facts, out failure))
        {
            return failure;
        }

        var durationMs = (long)Math.Round(plan.Frames * 1000.0 / request.Fps);
        // The file is in its place: calling it off now must not leave it there without a row.
        return await assets.AddAsync(new Asset(run.Id, NameOf(request), "video/mp4", 0, default, facts.Width, facts.Height, plan.Frames, durationMs, time.GetUtcNow()), CancellationToken.None);
    }

    private static string NameOf(TimelapseRequest request) =>
        $"{string.Join('-', request.Sources)}_{Rfc3339.Stamp(request.From)}_{Rfc3339.Stamp(request.To)}.mp4";

    private sealed class Running(CancellationTokenSource stop)
    {
        public TimelapseProgress? Progress { get; set; }

        public async Task StopAsync()
        {
            try
            {
                await stop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended between being found and being told.
            }
        }
    }

    // Not Progress<T>: that would tell out of order from the thread pool.
    private sealed class Told(TimelapseRunner runner, Guid id, Running current) : IProgress<TimelapseProgress>
    {
        public void Report(TimelapseProgress value)
        {
            current.Progress = value;
            runner.Changed?.Invoke(id);
        }
    }
}
