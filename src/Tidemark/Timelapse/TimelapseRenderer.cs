using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>Makes a plan into a video: a stretch.</summary>
public sealed class TimelapseRenderer(MediaTools tools)
{
    /// <summary>How the names of unfinished outputs end; only a killed node leaves one, and its next start may delete it.</summary>
    public const string TemporarySuffix = ".tidemark-part";

    /// <summary>
    /// Encodes, verifies by decoding (M4) and puts the video in place in one step: at <paramref name="outputPath"/> there is
    /// the whole, verified, synced video or what was there before; no temporary outlives the call. Replaces a file of that name.
    /// Being cancelled is a failure of kind <see cref="FailureKind.Cancelled"/>, no exception.
    /// </summary>
    /// <returns>What failed; null where the video is there.</returns>
    public async Task<Failure?> RenderAsync(TimelapsePlan plan, string outputPath, IProgress<TimelapseProgress>? progress, CancellationToken cancel)
    {
        var output = Path.GetFullPath(outputPath);
        var folder = Path.GetDirectoryName(output)!;
        if (!Directory.Exists(folder))
        {
            return new Failure(FailureKind.BadInput, "folder_missing", $"The folder {folder} for the timelapse does not exist.", $"Run: mkdir -p '{folder}'");
        }

        var temporary = Path.Combine(folder, $".{Guid.CreateVersion7(tools.Time.GetUtcNow()):N}{TemporarySuffix}");
        try
        {
            using var scratch = Scratch.Create(tools);
            var failure = await MakeAsync(plan, temporary, output, scratch, new ProgressEstimate(plan.Frames, progress, tools.Time), cancel);
            if (failure is null)
            {
                DurableFile.Replace(temporary, output);
            }

            return failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(e, output);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The path of the frame that a rendering failed by; null where it failed by something else.</summary>
    internal static string? UnusableFrame(TimelapsePlan plan, Failure failure) => failure.Code is not ("frame_unusable" or "frame_missing") ? null
        : plan.Cells.SelectMany(cell => cell).FirstOrDefault(frame => frame is not null && failure.Message.StartsWith($"The frame {frame.Path} ", StringComparison.Ordinal))?.Path;

    internal static Failure Cancelled() => new(FailureKind.Cancelled, "cancelled", "The timelapse was stopped because somebody asked for it.");

    private async Task<Failure?> MakeAsync(
        TimelapsePlan plan, string temporary, string output, Scratch scratch, ProgressEstimate progress, CancellationToken cancel)
    {
        var (inputs, cells) = (new List<FfmpegInput>(), new List<FrameInput>());
        for (var i = 0; i < plan.Cells.Count; i++)
        {
            if (!(await FrameSequence.LayOutAsync(tools, scratch, $"{(char)('a' + i)}", plan.Cells[i], plan.Sizes[i], plan.Recipe.CropOf(i), cancel)).TryGet(out var frames, out var unusable))
            {
                return unusable;
            }

            inputs.Add(FfmpegInput.Frames(frames.Pattern, plan.Recipe.Fps));
            cells.Add(frames);
        }

        VideoFacts? sidebar = null;
        if (plan.Recipe.Sidebar is { } path)
        {
            var probed = await new Probe(tools).ProbeAsync(path, cancel);
            if (probed.Failed(out var unplayable))
            {
                return unplayable;
            }

            sidebar = probed.Value;
            inputs.Add(FfmpegInput.Video(path, sidebar.Container));
        }

        var size = TimelapseGraph.Size(plan.Recipe, plan.Sizes, sidebar);
        if (TimelapsePlan.TooLarge(size.Width, size.Height) is { } large)
        {
            return large;
        }

        if (!(await BurnedText.LayOutAsync(scratch, plan, size.Height)).TryGet(out var texts, out var unwritten))
        {
            return unwritten;
        }

        var graph = TimelapseGraph.Draw(plan, cells, sidebar, texts);

        progress.Report(TimelapseStage.Encoding, 0);
        var job = new FfmpegJob(inputs, ["-filter_complex", graph.Text, "-map", "[v]", "-frames:v", $"{plan.Frames}", "-fps_mode", "passthrough", "-xerror", .. TimelapseEncoder.Options(plan.Recipe)], temporary) { Subject = "the timelapse" };
        var run = await new Ffmpeg(tools).RunAsync(job, scratch, new Each(p => progress.Report(TimelapseStage.Encoding, p.Frames)), cancel);
        if (run.Failed(out var failure))
        {
            return await FrameFaults.FindAsync(tools, plan, failure, cancel) ?? Renamed(failure, temporary, output);
        }

        return await VerifyAsync(temporary, plan, graph, progress, cancel);
    }

    // M4: what was newly encoded is decoded once before anybody sees it.
    private async Task<Failure?> VerifyAsync(string temporary, TimelapsePlan plan, TimelapseGraph graph, ProgressEstimate progress, CancellationToken cancel)
    {
        progress.Report(TimelapseStage.Verifying, 0);
        if (!Mp4Index.Read(temporary).TryGet(out var index, out var unreadable))
        {
            return Wrong(unreadable, "cannot be read");
        }

        if ((index.Width, index.Height) != (graph.Width, graph.Height))
        {
            return Mismatch($"is {index.Width}x{index.Height} instead of {graph.Width}x{graph.Height}");
        }

        // The last count is told only when it is known to be right: progress never says more than is true.
        if (!(await new Probe(tools).CountFramesAsync(temporary, new Each(p => progress.Report(TimelapseStage.Verifying, Math.Min(p.Frames, plan.Frames - 1))), cancel)).TryGet(out var decoded, out var broken))
        {
            return Wrong(broken, "does not decode");
        }

        if (decoded != plan.Frames)
        {
            return Mismatch($"has {decoded} frames instead of {plan.Frames}; a frame may be damaged inside");
        }

        if (index.Samples.Count != plan.Frames)
        {
            return Mismatch($"lists {index.Samples.Count} frames instead of {plan.Frames}");
        }

        progress.Report(TimelapseStage.Verifying, plan.Frames);
        return null;
    }

    private static Failure Mismatch(string how) => new(FailureKind.Verification, "timelapse_wrong", $"The timelapse that was made {how}. It was thrown away.");

    private static Failure Wrong(Failure failure, string how) =>
        failure.Kind == FailureKind.BadInput ? Mismatch($"{how} ({failure.Message.TrimEnd('.')})") : failure;

    // People know the name they gave, not our temporary's.
    private static Failure Renamed(Failure failure, string temporary, string output) => failure with { Message = failure.Message.Replace(temporary, output) };

    /// <summary>Passes on at once and in order, which <see cref="Progress{T}"/> does not.</summary>
    private sealed class Each(Action<FfmpegProgress> action) : IProgress<FfmpegProgress>
    {
        public void Report(FfmpegProgress value) => action(value);
    }
}
