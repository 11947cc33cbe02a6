using System.Buffers;
using System.Security.Cryptography;
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
/// names those that are cut short, and a change of size in the middle would make ffmpeg rebuild its filters and lose frames.
/// </summary>
internal sealed class FrameSequence
{
    private const long LargestFile = 256L << 20;

    // Walking a day's frames may take minutes, in which something is to be heard.
    private const int ToldEvery = 32;

    private readonly string letter;
    private readonly IReadOnlyList<FrameFile?> frames;
    private readonly FrameSize size;
    private readonly FrameParts? parts;
    private readonly List<FrameFile> walked = [];
    private readonly Dictionary<string, JpegFacts> facts = new(StringComparer.Ordinal);
    private readonly HashSet<FrameKind> kinds = [];

    private FrameSequence(string letter, IReadOnlyList<FrameFile?> frames, FrameSize size, FrameParts? parts) =>
        (this.letter, this.frames, this.size, this.parts) = (letter, frames, size, parts);

    /// <summary>Each file once, as far as it can be used by what a walk shows.</summary>
    internal IReadOnlyList<FrameFile> Walked => walked;

    private bool HasSlates => frames.Contains(null);

    // A slate must be like the frames, which is not to be had of every kind.
    private bool Evens => kinds.Count > 1 || (kinds.Count == 1 && HasSlates && (kinds.First().PixelFormat is null || kinds.First().Into(size).Length > 0));

    // All that ffmpeg decodes of the frames; null: they are decoded whole.
    private FrameParts? Parts => parts?.Place is null || Evens ? null : parts;

    /// <summary>Walks all of a source's frames. Throws <see cref="IOException"/> where the disk does.</summary>
    /// <param name="size">Which they are brought to.</param>
    /// <param name="crop">All that is wanted of them; null: all.</param>
    /// <param name="unusable">Those that cannot be used are added, all of them; then there is nothing to lay out.</param>
    /// <param name="moved">Told every so many frames.</param>
    internal static async Task<FrameSequence> WalkAsync(
        Scratch scratch, string letter, IReadOnlyList<FrameFile?> frames, FrameSize size, Crop? crop, UnusableFrames unusable, Action moved, CancellationToken cancel)
    {
        var sequence = new FrameSequence(letter, frames, size, FrameParts.For(scratch, letter, crop, size));
        var known = unusable.Reasons.Count;
        foreach (var (number, frame) in frames.OfType<FrameFile>().DistinctBy(frame => frame.Path).Index())
        {
            if (cancel.IsCancellationRequested)
            {
                break;
            }

            if (number % ToldEvery == 0)
            {
                moved();
            }

            if ((await InspectAsync(frame, unusable.Reasons.Count == known ? sequence.parts : null)).TryGet(out var fact, out var why))
            {
                sequence.walked.Add(frame);
                sequence.facts[frame.Path] = fact;
                sequence.kinds.Add(FrameKind.Of(fact));
            }
            else
            {
                unusable.Add(frame, why);
            }
        }

        return sequence;
    }

    /// <summary>By frame path, the path of what ffmpeg decodes of it.</summary>
    internal Dictionary<string, string> Decoded() => Parts is { } cut ? new(cut.Paths, StringComparer.Ordinal) : facts.Keys.ToDictionary(path => path, Path.GetFullPath, StringComparer.Ordinal);

    /// <summary>Of frames that do not decode those to do without first: damage beside a crop is none any more as soon as the others can be cut.</summary>
    internal List<FrameFile> Worst(List<FrameFile> lacking)
    {
        var inside = parts is { Place: null } ? lacking.FindAll(frame => !parts.Fits(File.ReadAllBytes(frame.Path).AsSpan(0, facts[frame.Path].End), facts[frame.Path])) : [];
        return inside.Count > 0 ? inside : lacking;
    }

    /// <summary>Lays the frames out.</summary>
    internal async Task<Result<FrameInput>> LayOutAsync(MediaTools tools, Scratch scratch, IProgress<FfmpegProgress> progress, CancellationToken cancel)
    {
        var (paths, only) = (Decoded(), kinds.Count == 1 ? kinds.First() : null);
        var format = only is null ? "yuvj420p" : only.PixelFormat ?? "";
        if (Evens)
        {
            if (!(await FrameEvening.EvenAsync(tools, scratch, letter, size, facts, progress, cancel)).TryGet(out var evened, out var failure))
            {
                return failure;
            }

            format = evened.Format;
            foreach (var (path, even) in evened.Paths)
            {
                paths[path] = even;
            }
        }

        var (place, slate) = (Parts?.Place, letter + "slate.jpg");
        if (HasSlates && await FrameEvening.SlateAsync(tools, scratch, slate, place is { } shown ? new FrameSize(shown.Width, shown.Height) : size, format, cancel) is { } unmade)
        {
            return unmade;
        }

        for (var i = 0; i < frames.Count; i++)
        {
            File.CreateSymbolicLink(scratch.PathOf($"{letter}{i + 1:000000}.jpg"), frames[i] is { } frame ? paths[frame.Path] : scratch.PathOf(slate));
        }

        return new FrameInput(letter + "%06d.jpg", Evens || only is null ? "" : only.Into(size), format == "yuvj420p", place?.X ?? 0, place?.Y ?? 0);
    }

    /// <summary>What a frame's file says of itself; the failure names it.</summary>
    /// <param name="parts">Are cut out of it on the way; null: none are.</param>
    internal static async Task<Result<JpegFacts>> InspectAsync(FrameFile frame, FrameParts? parts = null)
    {
        if (!File.Exists(frame.Path))
        {
            return UnusableFrames.Gone(frame);
        }

        using var file = File.OpenHandle(frame.Path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > LargestFile)
        {
            return UnusableFrames.Damaged(frame, $"it is {length >> 20} MiB large.");
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
                return UnusableFrames.Damaged(frame, wrong.Message);
            }

            if ((facts.Width, facts.Height) != (frame.Width, frame.Height))
            {
                return UnusableFrames.Damaged(frame, $"it is {facts.Width}x{facts.Height}, but the index says {frame.Width}x{frame.Height}.");
            }

            // What is kept is kept under the sum that the index has (L2).
            if (!frame.Sha256.IsEmpty && !SHA256.HashData(buffer.AsSpan(0, count)).AsSpan().SequenceEqual(frame.Sha256.Span))
            {
                return UnusableFrames.Damaged(frame, "it is not what was archived, by its SHA-256; 'tidemark archive verify' mends it from the second copy, where there is one.");
            }

            parts?.Add(frame.Path, buffer.AsSpan(0, facts.End), facts);
            return facts;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
