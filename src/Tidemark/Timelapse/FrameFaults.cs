using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>Finds out which frame it was that did not decode: ffmpeg itself does not say.</summary>
internal static class FrameFaults
{
    /// <summary>A failure that names the first damaged frame; null where every frame decodes, or the failure was of another kind.</summary>
    internal static async Task<Failure?> FindAsync(MediaTools tools, TimelapsePlan plan, Failure failure, CancellationToken cancel)
    {
        if (failure.Kind != FailureKind.BadInput)
        {
            return null;
        }

        foreach (var frames in plan.Cells)
        {
            using var scratch = Scratch.Create(tools);
            var paths = frames.OfType<FrameFile>().Select(f => Path.GetFullPath(f.Path)).Distinct(StringComparer.Ordinal).ToList();
            for (var i = 0; i < paths.Count; i++)
            {
                File.CreateSymbolicLink(scratch.PathOf($"f{i + 1:000000}.jpg"), paths[i]);
            }

            // One line a frame with its time, which at one frame a second is its number; those missing did not decode.
            var job = new FfmpegJob(
                [FfmpegInput.Frames("f%06d.jpg", 1)],
                ["-vf", "scale=16:16", "-fps_mode", "passthrough", "-f", "framecrc"],
                "decoded.txt")
            { Subject = "the frames" };
            var run = await new Ffmpeg(tools).RunAsync(job, scratch, null, cancel);
            var decoded = scratch.PathOf("decoded.txt");
            if (!run.Failed(out _) && File.Exists(decoded))
            {
                var seen = (await File.ReadAllLinesAsync(decoded, CancellationToken.None)).Where(l => l is not ['#', ..])
                    .Select(l => int.TryParse(l.Split(',').ElementAtOrDefault(1), out var number) ? number : -1).ToHashSet();
                var missing = Enumerable.Range(0, paths.Count).FirstOrDefault(i => !seen.Contains(i), -1);
                if (missing >= 0)
                {
                    return new Failure(FailureKind.BadInput, "frame_unusable", $"The frame {paths[missing]} cannot be used: it is damaged inside.", "Choose a range without it, or put a good copy in its place.");
                }
            }
        }

        return null;
    }
}
