using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// For a source whose frames changed in a stretch (a camera was replaced): makes them all alike, in the source's size, with bars
/// where the shape differs. One ffmpeg run for each kind of frame, near-lossless; those that are as wanted stay as they are.
/// </summary>
internal static class FrameEvening
{
    /// <summary>By frame path, the path to show instead, for those that need another; and what all are in then, by ffmpeg's name.</summary>
    internal static async Task<Result<(Dictionary<string, string> Paths, string Format)>> EvenAsync(
        MediaTools tools, Scratch scratch, string letter, FrameSize size, Dictionary<string, JpegFacts> facts, IProgress<FfmpegProgress> progress, CancellationToken cancel)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var kinds = facts.GroupBy(f => FrameKind.Of(f.Value), f => f.Key).OrderByDescending(kind => kind.Count()).ToList();
        var good = kinds.Select(kind => kind.Key).FirstOrDefault(kind => kind.Into(size).Length == 0 && kind.PixelFormat is not null);
        var format = good?.PixelFormat ?? "yuvj444p";
        for (var kind = 0; kind < kinds.Count; kind++)
        {
            if (kinds[kind].Key == good)
            {
                continue;
            }

            var (from, to) = ($"{letter}in{kind}_%06d.jpg", $"{letter}even{kind}_%06d.jpg");
            var number = 0;
            foreach (var path in kinds[kind])
            {
                number++;
                File.CreateSymbolicLink(scratch.PathOf($"{letter}in{kind}_{number:000000}.jpg"), Path.GetFullPath(path));
                paths[path] = scratch.PathOf($"{letter}even{kind}_{number:000000}.jpg");
            }

            var name = $"frames of {kinds[kind].Key.Width}x{kinds[kind].Key.Height}";
            var job = new FfmpegJob(
                [FfmpegInput.Frames(from, 25)],
                ["-vf", $"{kinds[kind].Key.Into(size)}scale=out_range=pc,format={format}", "-fps_mode", "passthrough", "-xerror", "-c:v", "mjpeg", "-q:v", "1", "-qmin", "1", "-f", "image2"],
                to)
            { Subject = name };
            var run = await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancel);
            if (run.Failed(out var failure))
            {
                return failure;
            }

            if (run.Value.Frames != number)
            {
                return new Failure(FailureKind.Verification, "frames_lost", $"Of {number} {name}, {run.Value.Frames} could be decoded.");
            }
        }

        return (paths, format);
    }

    /// <summary>Makes a slate as a picture of the scratch folder.</summary>
    internal static async Task<Failure?> SlateAsync(MediaTools tools, Scratch scratch, string name, FrameSize size, string format, CancellationToken cancel)
    {
        var job = new FfmpegJob([FfmpegInput.Plain("0x303030", size.Width, size.Height)], ["-frames:v", "1", "-vf", $"scale=out_range=pc,format={format}", "-c:v", "mjpeg", "-q:v", "1", "-qmin", "1", "-f", "image2", "-update", "1"], name) { Subject = "the slate" };
        return (await new Ffmpeg(tools).RunAsync(job, scratch, null, cancel)).Failure;
    }
}

/// <summary>What ffmpeg must not meet two of in one input.</summary>
internal sealed record FrameKind(int Width, int Height, string Sampling, int Orientation)
{
    internal static FrameKind Of(JpegFacts facts) => new(facts.Width, facts.Height, facts.Sampling, facts.Orientation);

    /// <summary>ffmpeg's name; null where its JPEG encoder knows no such format.</summary>
    internal string? PixelFormat => Sampling.Contains("adobe", StringComparison.Ordinal) ? null
        : string.Join(' ', Sampling.Split(' ').Select(component => component[^2..])) switch
        {
            "22 11 11" => "yuvj420p",
            "21 11 11" => "yuvj422p",
            "11 11 11" => "yuvj444p",
            _ => null,
        };

    /// <summary>The size in which people see it.</summary>
    internal static FrameSize Seen(JpegFacts facts) => facts.Orientation >= 5 ? new(facts.Height, facts.Width) : new(facts.Width, facts.Height);

    /// <summary>Filters, each with a comma behind it, that turn it as Exif says and fit it into a size with bars; empty where it is so.</summary>
    internal string Into(FrameSize size)
    {
        var turned = Orientation switch { 2 => "hflip,", 3 => "hflip,vflip,", 4 => "vflip,", 5 => "transpose=0,", 6 => "transpose=1,", 7 => "transpose=3,", 8 => "transpose=2,", _ => "" };
        var (width, height) = Orientation >= 5 ? (Height, Width) : (Width, Height);
        if ((width, height) == (size.Width, size.Height))
        {
            return turned;
        }

        var fit = Fit.Into(width, height, size.Width, size.Height, even: false);
        return $"{turned}scale={fit.Width}:{fit.Height}:flags=bicubic:out_range=pc,format=yuvj444p,pad={size.Width}:{size.Height}:{fit.X}:{fit.Y}:black,";
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
