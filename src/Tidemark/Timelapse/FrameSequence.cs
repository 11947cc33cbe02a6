using System.Buffers;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// One source's frames as numbered files in the scratch folder, all of one size and pixel format. Each is walked first: that
/// names a frame that is cut short, and a change of size in the middle would make ffmpeg rebuild its filters and lose frames.
/// </summary>
internal sealed class FrameSequence
{
    private const long LargestFile = 256L << 20;

    private readonly Dictionary<string, JpegFacts> facts = new(StringComparer.Ordinal);

    /// <summary>Lays out a source's frames and gives ffmpeg's pattern of their names; the failure names the frame that cannot be used. Throws <see cref="IOException"/> where the disk does.</summary>
    internal static async Task<Result<string>> LayOutAsync(MediaTools tools, Scratch scratch, string letter, IReadOnlyList<FrameFile> frames, CancellationToken cancel)
    {
        var sequence = new FrameSequence();
        foreach (var frame in frames)
        {
            if (cancel.IsCancellationRequested)
            {
                return TimelapseRenderer.Cancelled();
            }

            if (!sequence.facts.ContainsKey(frame.Path) && await sequence.InspectAsync(frame) is { } unusable)
            {
                return unusable;
            }
        }

        var kinds = sequence.facts.Values.Select(f => (f.Width, f.Height, f.Sampling)).Distinct().Count();
        var paths = kinds == 1 ? frames.ToDictionaryOfPaths() : null;
        if (paths is null)
        {
            var evened = await FrameEvening.EvenAsync(tools, scratch, letter, frames, sequence.facts, cancel);
            if (evened.Failed(out var failure))
            {
                return failure;
            }

            paths = evened.Value;
        }

        for (var i = 0; i < frames.Count; i++)
        {
            File.CreateSymbolicLink(scratch.PathOf($"{letter}{i + 1:000000}.jpg"), paths[frames[i].Path]);
        }

        return letter + "%06d.jpg";
    }

    private async Task<Failure?> InspectAsync(FrameFile frame)
    {
        if (!File.Exists(frame.Path))
        {
            return new Failure(FailureKind.NotFound, "frame_missing", $"The frame {frame.Path} is in the index but not on disk.", "Put it back from a copy, or choose a range without it.");
        }

        using var file = File.OpenHandle(frame.Path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > LargestFile)
        {
            return Unusable(frame, $"it is {length >> 20} MiB large.");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var count = 0;
            int read;
            while (count < length && (read = await RandomAccess.ReadAsync(file, buffer.AsMemory(count, (int)length - count), count)) > 0)
            {
                count += read;
            }

            var inspected = Jpeg.Inspect(buffer.AsSpan(0, count));
            if (inspected.Failed(out var wrong))
            {
                return Unusable(frame, wrong.Message);
            }

            facts[frame.Path] = inspected.Value;
            return (inspected.Value.Width, inspected.Value.Height) == (frame.Width, frame.Height)
                ? null
                : Unusable(frame, $"it is {inspected.Value.Width}x{inspected.Value.Height}, but the index says {frame.Width}x{frame.Height}.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Failure Unusable(FrameFile frame, string why) =>
        new(FailureKind.BadInput, "frame_unusable", $"The frame {frame.Path} cannot be used: {why}", "Choose a range without it, or put a good copy in its place.");
}

internal static class FramePaths
{
    /// <summary>Every path as itself, absolute: links are resolved from the folder they lie in.</summary>
    internal static Dictionary<string, string> ToDictionaryOfPaths(this IEnumerable<FrameFile> frames)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var frame in frames)
        {
            paths[frame.Path] = Path.GetFullPath(frame.Path);
        }

        return paths;
    }
}
