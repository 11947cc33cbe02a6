using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>Makes a plan into a video: a stretch.</summary>
public sealed class TimelapseRenderer(MediaTools tools)
{
    /// <summary>How the names of unfinished outputs end; only a killed node leaves one, and its next start may delete it.</summary>
    public const string TemporarySuffix = ".tidemark-part";

    // To look where a sidebar can be decoded from takes as long as to decode some ten seconds of one.
    private static readonly TimeSpan WorthSeeking = TimeSpan.FromSeconds(10);

    // Grows while the sidebar is passed that belongs to the stretches before.
    private const string Passed = "passed.txt";

    /// <summary>
    /// Encodes, verifies by decoding (M4) and puts the video in place in one step: at <paramref name="outputPath"/> there is
    /// the whole, verified, synced video or what was there before; no temporary outlives the call. Replaces a file of that name.
    /// Being cancelled is a failure of kind <see cref="FailureKind.Cancelled"/>, no exception.
    /// </summary>
    /// <returns>What failed; null where the video is there.</returns>
    public Task<Failure?> RenderAsync(TimelapsePlan plan, string outputPath, IProgress<TimelapseProgress>? progress, CancellationToken cancel) =>
        RenderAsync(plan, outputPath, new UnusableFrames(), progress, cancel);

    /// <summary>The same; frames that it failed by are added to those that cannot be used, all that there are: it may be tried again without them.</summary>
    internal async Task<Failure?> RenderAsync(TimelapsePlan plan, string outputPath, UnusableFrames unusable, IProgress<TimelapseProgress>? progress, CancellationToken cancel)
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
            var failure = await MakeAsync(plan, temporary, scratch, unusable, new ProgressEstimate(plan.Frames, progress, tools.Time), cancel);
            if (failure is not null)
            {
                // People know the name they gave, not our temporary's.
                return failure with { Message = failure.Message.Replace(temporary, output) };
            }

            DurableFile.Replace(temporary, output);
            return null;
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

    private async Task<Failure?> MakeAsync(TimelapsePlan plan, string temporary, Scratch scratch, UnusableFrames unusable, ProgressEstimate progress, CancellationToken cancel)
    {
        VideoFacts? sidebar = null;
        if (plan.Recipe.Sidebar is { } path && !(await new Probe(tools).ProbeAsync(path, cancel)).TryGet(out sidebar, out var unplayable))
        {
            return unplayable;
        }

        var size = TimelapseGraph.Size(plan.Recipe, plan.Sizes, sidebar);
        if (TimelapsePlan.TooLarge(size.Width, size.Height) is { } large)
        {
            return large;
        }

        var (sequences, known) = (new List<FrameSequence>(), unusable.Reasons.Count);
        for (var i = 0; i < plan.Cells.Count; i++)
        {
            sequences.Add(await FrameSequence.WalkAsync(
                scratch, $"{(char)('a' + i)}", plan.Cells[i], plan.Sizes[i], plan.Recipe.CropOf(i), unusable, progress.Moved, cancel));
        }

        if (cancel.IsCancellationRequested)
        {
            return new Failure(FailureKind.Cancelled, "cancelled", "The timelapse was stopped because somebody asked for it.");
        }

        if (unusable.Reasons.Count > known)
        {
            return unusable.Reasons[known];
        }

        var failure = await EncodeAsync(plan, sequences, sidebar, temporary, scratch, progress, cancel);
        // What does not decode, or comes out wrong, may be frames' fault.
        foreach (var sequence in failure?.Kind is FailureKind.BadInput or FailureKind.Verification ? sequences : [])
        {
            await FrameFaults.FindAsync(tools, sequence, unusable, new Each<FfmpegProgress>(_ => progress.Moved()), cancel);
        }

        return unusable.Reasons.Count > known ? unusable.Reasons[known] : failure;
    }

    private async Task<Failure?> EncodeAsync(
        TimelapsePlan plan, IReadOnlyList<FrameSequence> sequences, VideoFacts? sidebar, string temporary, Scratch scratch, ProgressEstimate progress, CancellationToken cancel)
    {
        progress.Moved();
        var (inputs, cells) = (new List<FfmpegInput>(), new List<FrameInput>());
        foreach (var sequence in sequences)
        {
            if (!(await sequence.LayOutAsync(tools, scratch, new Each<FfmpegProgress>(_ => progress.Moved()), cancel)).TryGet(out var frames, out var unlike))
            {
                return unlike;
            }

            inputs.Add(FfmpegInput.Frames(frames.Pattern, plan.Recipe.Fps));
            cells.Add(frames);
        }

        if (!(await BurnedText.LayOutAsync(scratch, plan, TimelapseGraph.Size(plan.Recipe, plan.Sizes, sidebar).Height)).TryGet(out var texts, out var unwritten))
        {
            return unwritten;
        }

        var from = sidebar is null || plan.Passed < WorthSeeking ? null : await new Probe(tools).SeekAsync(plan.Recipe.Sidebar!, sidebar.Container, plan.Passed, cancel);
        var (graph, run) = await RunAsync(from);
        if (from is not null && run.Failed(out var failure) && failure.Kind == FailureKind.BadInput)
        {
            // Pictures that lean on what lies before may be what does not decode.
            (graph, run) = await RunAsync(null);
        }

        return run.Failed(out failure) ? failure : await VerifyAsync(temporary, plan, graph, progress, cancel);

        async Task<(TimelapseGraph Graph, Result<FfmpegProgress> Run)> RunAsync(SeekPoint? from)
        {
            var drawn = TimelapseGraph.Draw(plan, cells, sidebar, texts, from?.Beginning);
            var side = sidebar is null ? null : FfmpegInput.Video(plan.Recipe.Sidebar!, sidebar.Container);
            var job = new FfmpegJob(
                side is null ? inputs : [.. inputs, from is { } point ? side.From(point) : side],
                ["-filter_complex", drawn.Text, "-map", "[v]", "-frames:v", $"{plan.Frames}", "-fps_mode", "passthrough", "-xerror", .. TimelapseEncoder.Options(plan.Recipe)], temporary)
            {
                Subject = "the timelapse",
                Further = drawn.Passes ? ["-map", "[passed]", "-fps_mode", "passthrough", "-flush_packets", "1", "-f", "framecrc", Passed] : [],
            };
            return (drawn, await new Ffmpeg(tools).RunAsync(job, scratch, new Each<FfmpegProgress>(p => progress.Report(TimelapseStage.Encoding, p.Frames)), cancel));
        }
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
        if (!(await new Probe(tools).CountFramesAsync(temporary, new Each<FfmpegProgress>(p => progress.Report(TimelapseStage.Verifying, Math.Min(p.Frames, plan.Frames - 1))), cancel)).TryGet(out var decoded, out var broken))
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
}
