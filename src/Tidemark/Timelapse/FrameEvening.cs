using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// For a source whose frames changed size or sampling in the range (a camera was replaced): makes them all alike, in the first
/// frame's size, with bars where the shape differs. One ffmpeg run for each kind of frame, near-lossless; the rare case, so it may cost.
/// </summary>
internal static class FrameEvening
{
    /// <summary>By frame path, the path to show instead.</summary>
    internal static async Task<Result<Dictionary<string, string>>> EvenAsync(
        MediaTools tools, Scratch scratch, string letter, IReadOnlyList<FrameFile> frames, Dictionary<string, JpegFacts> facts, CancellationToken cancel)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var kinds = facts.GroupBy(f => (f.Value.Width, f.Value.Height, f.Value.Sampling), f => f.Key).ToList();
        for (var kind = 0; kind < kinds.Count; kind++)
        {
            var (from, to) = ($"{letter}in{kind}_%06d.jpg", $"{letter}even{kind}_%06d.jpg");
            var number = 0;
            foreach (var path in kinds[kind])
            {
                number++;
                File.CreateSymbolicLink(scratch.PathOf($"{letter}in{kind}_{number:000000}.jpg"), Path.GetFullPath(path));
                paths[path] = scratch.PathOf($"{letter}even{kind}_{number:000000}.jpg");
            }

            var size = kinds[kind].Key;
            var fit = Fit.Into(size.Width, size.Height, frames[0].Width, frames[0].Height, even: false);
            var filter = $"scale={fit.Width}:{fit.Height}:flags=bicubic,format=yuvj444p,pad={frames[0].Width}:{frames[0].Height}:{fit.X}:{fit.Y}:black";
            var job = new FfmpegJob(
                [FfmpegInput.Frames(from, 25)],
                ["-vf", filter, "-fps_mode", "passthrough", "-xerror", "-c:v", "mjpeg", "-q:v", "1", "-qmin", "1", "-f", "image2"],
                to)
            { Subject = $"frames of {size.Width}x{size.Height}" };
            var run = await new Ffmpeg(tools).RunAsync(job, scratch, null, cancel);
            if (run.Failed(out var failure))
            {
                return failure;
            }

            if (run.Value.Frames != number)
            {
                return new Failure(FailureKind.Verification, "frames_lost", $"Of {number} frames of {size.Width}x{size.Height}, {run.Value.Frames} could be decoded.");
            }
        }

        return paths;
    }
}

/// <summary>A picture scaled to fit into a box, and where it lies there.</summary>
internal readonly record struct Fit(int Width, int Height, int X, int Y)
{
    /// <summary>Keeps the shape; with <paramref name="even"/> all four numbers are even, as 4:2:0 needs.</summary>
    internal static Fit Into(int width, int height, int boxWidth, int boxHeight, bool even)
    {
        var mask = even ? ~1 : ~0;
        var wide = (long)width * boxHeight >= (long)height * boxWidth;
        var w = wide ? boxWidth : Math.Max(2, (int)Math.Round((double)width * boxHeight / height)) & mask;
        var h = wide ? Math.Max(2, (int)Math.Round((double)height * boxWidth / width)) & mask : boxHeight;
        return new Fit(w, h, ((boxWidth - w) / 2) & mask, ((boxHeight - h) / 2) & mask);
    }
}
