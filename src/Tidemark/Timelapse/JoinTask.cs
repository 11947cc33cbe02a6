using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>The last task of a timelapse: its stretches become one video. Safe to run twice at a time (<see cref="TimelapseOutputs"/>).</summary>
public sealed class JoinTask(AssetStore assets, DiskWatch disk, TimelapseOutputs outputs, StretchCache cache, MediaTools tools, TimeProvider time) : ITaskHandler
{
    public const string Handler = "timelapse.join";

    // Stretches are read through once before they are joined.
    private const double Reading = 0.3;

    private const long HeardEvery = 64L << 20;

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        disk.Look();
        if (disk.Refusal(DiskLevel.Low) is { } full)
        {
            return TaskResult.Failed(full);
        }

        try
        {
            await outputs.SweepAsync(cancellation);
            return (await MakeAsync(context, cancellation)).TryGet(out var asset, out var failure) ? Made(asset) : TaskResult.Failed(failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TaskResult.Failed(DiskFailures.Map(error));
        }
        finally
        {
            // Whatever was left half-way; what is finished has its place among the assets.
            foreach (var format in Enum.GetValues<TimelapseFormat>())
            {
                File.Delete(outputs.Making(TimelapseOutputs.NameOf(context, TimelapseEncoder.File(format).Ending)));
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

    private async Task<Result<Asset>> MakeAsync(TaskContext context, CancellationToken cancellation)
    {
        var inputs = await context.InputsAsync(cancellation);
        var outline = Outline.FromJson(inputs[TimelapseStore.Plan]!);
        var all = outline.Stretches.Select(stretch => MadeStretch.FromJson(inputs[stretch.Name]!)).ToList();
        var made = all.Where(stretch => stretch.File is not null).ToList();
        if (made.Count == 0)
        {
            return all.SelectMany(stretch => stretch.LeftOut).FirstOrDefault() is { } unusable
                ? new Failure(FailureKind.BadInput, "no_frames", $"No frame of this range can be used. {unusable}", "Put good copies in their place, or choose another range.")
                : TimelapsePlan.NothingLeft();
        }

        foreach (var (at, stretch) in made.Index())
        {
            if (!await cache.IsWholeAsync(stretch.File!, cancellation))
            {
                return new Failure(FailureKind.Conflict, "stretch_gone", $"The encoded stretch {stretch.File} is gone or damaged.", $"Have it made anew: tidemark job retry {context.Lease.Task.Job} --from plan");
            }

            context.Report(new TaskProgress(Reading * (at + 1) / made.Count, null, null));
        }

        var unheard = 0L;
        void Tell(double joined) => context.Report(new TaskProgress(Reading + (joined * (1 - Reading)), null, null));
        void Summed(long bytes)
        {
            if ((unheard += bytes) >= HeardEvery)
            {
                unheard = 0;
                Tell(1);
            }
        }

        var onwards = new Each<FfmpegProgress>(_ => Tell(1));
        var parts = cache.Parts([.. made.Select(stretch => (stretch.File!, stretch.Frames))]);
        var plain = outputs.Making(TimelapseOutputs.NameOf(context));
        var joined = await new VideoJoin(tools).JoinAsync(parts, outline.Fps, TimelapseEncoder.Container(outline.Recipe), plain, new Each<double>(Tell), cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (joined.Failed(out var failure))
        {
            return failure;
        }

        cache.NoteJoints([.. made.Select(stretch => stretch.File!)]);
        var name = TimelapseOutputs.NameOf(context, TimelapseEncoder.File(outline.Request.Encoder.Format).Ending);
        failure = outline.Request.Encoder.Format switch
        {
            TimelapseFormat.WebM => await new VideoJoin(tools).RewrapAsync(plain, outline.Fps, ["-f", "webm"], outputs.Making(name), onwards, cancellation),
            TimelapseFormat.Gif => await PaintAsync(plain, outputs.Making(name), joined.Value.Samples.Count, onwards, cancellation),
            _ => null,
        };
        cancellation.ThrowIfCancellationRequested();
        return failure is null ? await RegisteredAsync(context, outline, name, joined.Value, Summed, cancellation) : failure;
    }

    // One palette for all of it, which needs to have seen all of it.
    private async Task<Failure?> PaintAsync(string video, string output, int frames, IProgress<FfmpegProgress> progress, CancellationToken cancellation)
    {
        using var scratch = Scratch.Create(tools);
        var job = new FfmpegJob([FfmpegInput.Video(video)],
            ["-filter_complex", "[0:v]split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=3[v]", "-map", "[v]", "-fps_mode", "passthrough", "-flags:v", "+bitexact", "-fflags", "+bitexact", "-f", "gif"], output)
        { Subject = "the GIF" };
        if ((await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancellation)).Failed(out var failure) || !(await new Probe(tools).CountFramesAsync(output, progress, cancellation)).TryGet(out var counted, out failure))
        {
            return failure;
        }

        return counted == frames ? null : new Failure(FailureKind.Verification, "timelapse_wrong", $"The GIF that was made has {counted} pictures instead of {frames}. It was thrown away.");
    }

    private async Task<Asset> RegisteredAsync(TaskContext context, Outline outline, string name, Mp4Index joined, Action<long> read, CancellationToken cancellation)
    {
        var job = context.Lease.Task.Job;
        var before = (await assets.FindAsync(job, cancellation)).TryGet(out var made, out _) ? made.File : null;
        outputs.Publish(name, before);
        try
        {
            var durationMs = (long)Math.Round(joined.Samples.Count * 1000.0 / outline.Fps.PerSecond);
            return await assets.MeasureAsync(new Asset(job, NameOf(outline.Request), TimelapseEncoder.File(outline.Request.Encoder.Format).Type, 0, default, joined.Width, joined.Height, joined.Samples.Count, durationMs, time.GetUtcNow(), name), read, cancellation);
        }
        catch
        {
            outputs.Discard(name);
            throw;
        }
    }

    private static string NameOf(TimelapseRequest request) =>
        $"{string.Join('-', request.Sources)}_{Rfc3339.Stamp(request.From)}_{Rfc3339.Stamp(request.To)}.{TimelapseEncoder.File(request.Encoder.Format).Ending}";
}
