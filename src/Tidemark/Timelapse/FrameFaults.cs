using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>Finds out which frames they were that did not decode: ffmpeg itself does not say.</summary>
internal static class FrameFaults
{
    /// <summary>Adds all of a source's frames that do not decode.</summary>
    internal static async Task FindAsync(MediaTools tools, FrameSequence sequence, UnusableFrames unusable, IProgress<FfmpegProgress> progress, CancellationToken cancel)
    {
        using var scratch = Scratch.Create(tools);
        var (frames, paths) = (sequence.Walked, sequence.Decoded());
        for (var i = 0; i < frames.Count; i++)
        {
            File.CreateSymbolicLink(scratch.PathOf($"f{i + 1:000000}.jpg"), paths[frames[i].Path]);
        }

        // One line a frame with its time, which at one frame a second is its number; those missing did not decode.
        var job = new FfmpegJob(
            [FfmpegInput.Frames("f%06d.jpg", 1)],
            ["-vf", "scale=16:16", "-fps_mode", "passthrough", "-max_error_rate", "1", "-f", "framecrc"],
            "decoded.txt")
        { Subject = "the frames" };
        var run = await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancel);
        var decoded = scratch.PathOf("decoded.txt");
        if (run.Failed(out _) || !File.Exists(decoded))
        {
            return;
        }

        var seen = (await File.ReadAllLinesAsync(decoded, CancellationToken.None)).Where(l => l is not ['#', ..])
            .Select(l => int.TryParse(l.Split(',').ElementAtOrDefault(1), out var number) ? number : -1).ToHashSet();
        var lacking = frames.Where((_, number) => !seen.Contains(number)).ToList();

        // At one that went away meanwhile ffmpeg ends: nothing is known of those behind it.
        var gone = lacking.FindAll(frame => !File.Exists(frame.Path));
        foreach (var frame in gone.Count > 0 ? gone : sequence.Worst(lacking))
        {
            unusable.Add(frame, gone.Count > 0 ? UnusableFrames.Gone(frame) : UnusableFrames.Damaged(frame, "it is damaged inside."));
        }
    }
}
