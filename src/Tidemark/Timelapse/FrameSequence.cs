using System.Buffers;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>A source's frames as ffmpeg reads them.</summary>
/// <param name="Pattern">Of their names in the scratch folder.</param>
/// <param name="Filter">Brings them upright and to the source's size, for the graph; empty where they are so.</param>
/// <param name="Halved">Whether their colours have half the size both ways (4:2:0), as the video's do.</param>
/// <param name="X">Of what is there, the left edge in the whole picture: not 0 where only a part is.</param>
/// <param name="Y">The upper edge, likewise.</param>
internal sealed record FrameInput(string Pattern, string Filter, bool Halved, int X, int Y);

/// <summary>
/// One source's frames as numbered files in the scratch folder, all of one size and pixel format. Each is walked first: that
/// names a frame that is cut short, and a change of size in the middle would make ffmpeg rebuild its filters and lose frames.
/// </summary>
internal sealed class FrameSequence
{
    private const long LargestFile = 256L << 20;

    private readonly Dictionary<string, JpegFacts> facts = new(StringComparer.Ordinal);

    /// <summary>Lays out a source's frames; the failure names the frame that cannot be used. Throws <see cref="IOException"/> where the disk does.</summary>
    /// <param name="size">Which they are brought to.</param>
    /// <param name="crop">All that is wanted of them; null: all.</param>
    internal static async Task<Result<FrameInput>> LayOutAsync(MediaTools tools, Scratch scratch, string letter, IReadOnlyList<FrameFile?> frames, FrameSize size, Crop? crop, CancellationToken cancel)
    {
        var sequence = new FrameSequence();
        var parts = FrameParts.For(scratch, letter, crop, size);
        foreach (var frame in frames.OfType<FrameFile>())
        {
            if (cancel.IsCancellationRequested)
            {
                return TimelapseRenderer.Cancelled();
            }

            if (!sequence.facts.ContainsKey(frame.Path))
            {
                if (!(await InspectAsync(frame, parts)).TryGet(out var fact, out var unusable))
                {
                    return unusable;
                }

                sequence.facts[frame.Path] = fact;
            }
        }

        var paths = sequence.facts.Keys.ToDictionary(path => path, Path.GetFullPath, StringComparer.Ordinal);
        var kinds = sequence.facts.Values.Select(FrameKind.Of).Distinct().ToList();
        var slates = frames.Contains(null);
        var evens = kinds.Count > 1 || (slates && kinds is [var only] && !(only.PixelFormat is not null && only.Into(size).Length == 0));
        var format = kinds is [var kind] ? kind.PixelFormat ?? "" : "yuvj420p";
        if (evens)
        {
            if (!(await FrameEvening.EvenAsync(tools, scratch, letter, size, sequence.facts, cancel)).TryGet(out var evened, out var failure))
            {
                return failure;
            }

            format = evened.Format;
            foreach (var (path, even) in evened.Paths)
            {
                paths[path] = even;
            }
        }

        var place = evens ? null : parts?.Place;
        if (place is not null)
        {
            paths = new Dictionary<string, string>(parts!.Paths, StringComparer.Ordinal);
        }

        var slate = letter + "slate.jpg";
        if (slates && await FrameEvening.SlateAsync(tools, scratch, slate, place is { } shown ? new FrameSize(shown.Width, shown.Height) : size, format, cancel) is { } unmade)
        {
            return unmade;
        }

        for (var i = 0; i < frames.Count; i++)
        {
            File.CreateSymbolicLink(scratch.PathOf($"{letter}{i + 1:000000}.jpg"), frames[i] is { } frame ? paths[frame.Path] : scratch.PathOf(slate));
        }

        return new FrameInput(letter + "%06d.jpg", evens || kinds.Count == 0 ? "" : kinds[0].Into(size), format == "yuvj420p", place?.X ?? 0, place?.Y ?? 0);
    }

    /// <summary>What a frame's file says of itself; the failure names it.</summary>
    /// <param name="parts">Are cut out of it on the way; null: none are.</param>
    internal static async Task<Result<JpegFacts>> InspectAsync(FrameFile frame, FrameParts? parts = null)
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

            if (!Jpeg.Inspect(buffer.AsSpan(0, count)).TryGet(out var facts, out var wrong))
            {
                return Unusable(frame, wrong.Message);
            }

            if ((facts.Width, facts.Height) != (frame.Width, frame.Height))
            {
                return Unusable(frame, $"it is {facts.Width}x{facts.Height}, but the index says {frame.Width}x{frame.Height}.");
            }

            parts?.Add(frame.Path, buffer.AsSpan(0, facts.End), facts);
            return facts;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Failure Unusable(FrameFile frame, string why) =>
        new(FailureKind.BadInput, "frame_unusable", $"The frame {frame.Path} cannot be used: {why}", "Choose a range without it, or put a good copy in its place.");
}
