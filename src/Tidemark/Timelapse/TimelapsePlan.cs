namespace Tidemark.Timelapse;

/// <summary>One archived still: when, where on disk, how big as the index says.</summary>
public sealed record FrameFile(DateTimeOffset Time, string Path, int Width, int Height)
{
    /// <summary>SHA-256 of the whole file, as the index has it; empty where nobody asks for a key.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; init; }
}

/// <summary>In pixels, as it is to be seen.</summary>
public readonly record struct FrameSize(int Width, int Height)
{
    public override string ToString() => $"{Width}x{Height}";
}

/// <summary>Which file every source shows in every picture of a stretch.</summary>
public sealed class TimelapsePlan
{
    // What x264 takes, and the largest picture of the highest level (6.2) of H.264, 139264 macroblocks: beyond it nothing plays it.
    internal const int LongestSide = 16384;
    internal const long MostPixels = 139_264L * 256;

    private const int ShortestSide = 16;

    private TimelapsePlan(TimelapseRecipe recipe, IReadOnlyList<IReadOnlyList<FrameFile>> cells, IReadOnlyList<FrameSize> sizes)
    {
        Recipe = recipe;
        Cells = cells;
        Sizes = sizes;
        (CellWidth, CellHeight) = Shown(sizes[0], recipe.Crop);
    }

    public TimelapseRecipe Recipe { get; }

    /// <summary>By source as named, then by picture; all of the same length.</summary>
    public IReadOnlyList<IReadOnlyList<FrameFile>> Cells { get; }

    /// <summary>By source: the size that all of its frames are brought to before anything is cut out of them.</summary>
    public IReadOnlyList<FrameSize> Sizes { get; }

    /// <summary>Pictures of the timelapse before the first of these.</summary>
    public long First { get; private init; }

    /// <summary>Pictures.</summary>
    public int Frames => Cells[0].Count;

    /// <summary>Width of a cell in pixels: the first source's after the crop, rounded down to even (4:2:0 needs it).</summary>
    public int CellWidth { get; }

    /// <summary>Height of a cell, likewise.</summary>
    public int CellHeight { get; }

    /// <summary>
    /// Pairs the sources' frames by time: the source with most frames leads (the first named of equals), every picture is one
    /// of its instants, and every other source shows there the frame nearest in time (the earlier of equals), so never goes back.
    /// BadInput: <c>fps_range</c>, <c>sources_count</c>, <c>no_frames</c>, <c>crop_outside</c>, <c>frame_size</c>.
    /// </summary>
    /// <param name="sizes">By source; null: its first frame's.</param>
    public static Result<TimelapsePlan> Make(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe, IReadOnlyList<FrameSize>? sizes = null)
    {
        if (recipe.Fps.PerSecond is < 1 or > 120)
        {
            return Bad("fps_range", $"{recipe.Fps.PerSecond:0.##} frames a second cannot be made.", "Give 1 to 120.");
        }

        if (Miscounted(sources.Count, recipe.Layout) is { } miscounted)
        {
            return miscounted;
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Count == 0)
            {
                return NoFrames(i, sources.Count);
            }
        }

        var ordered = sources.Select(s => s.OrderBy(f => f.Time).ToList()).ToList();
        sizes ??= [.. ordered.Select(source => new FrameSize(source[0].Width, source[0].Height))];
        if (Check(sizes, recipe) is { } wrong)
        {
            return wrong;
        }

        var leader = ordered.MaxBy(s => s.Count)!;
        return new TimelapsePlan(recipe, [.. ordered.Select(s => ReferenceEquals(s, leader) ? s : Nearest(s, leader))], sizes);
    }

    /// <summary>The same behind so many pictures.</summary>
    internal TimelapsePlan After(long pictures) => new(Recipe, Cells, Sizes) { First = pictures };

    /// <summary>What of a source's frames is shown: after the crop, even.</summary>
    internal static (int Width, int Height) Shown(FrameSize frame, Crop? crop) =>
        ((crop?.Width ?? frame.Width) & ~1, (crop?.Height ?? frame.Height) & ~1);

    /// <summary>What is wrong with sources of these sizes; null where nothing is.</summary>
    internal static Failure? Check(IReadOnlyList<FrameSize> sizes, TimelapseRecipe recipe)
    {
        for (var i = 0; i < sizes.Count; i++)
        {
            if (recipe.Crop is { } crop && (crop.X + crop.Width > sizes[i].Width || crop.Y + crop.Height > sizes[i].Height))
            {
                return Bad("crop_outside", $"The crop {crop} does not lie in the {Ordinal(i)} source's frames, which are {sizes[i]}.", "Choose a crop that lies in the frames of every source.");
            }

            var (width, height) = Shown(sizes[i], recipe.Crop);
            if (width < ShortestSide || height < ShortestSide)
            {
                return Bad("frame_size", $"The {Ordinal(i)} source's frames are shown at {width}x{height}; no video can be made of less than {ShortestSide}x{ShortestSide}.", null);
            }
        }

        var halves = recipe.Layout == TimelapseLayout.Quad ? 2 : 1;
        var (cellWidth, cellHeight) = Shown(sizes[0], recipe.Crop);
        return TooLarge(cellWidth * halves, cellHeight * halves);
    }

    internal static Failure? TooLarge(int width, int height) =>
        width > LongestSide || height > LongestSide || (long)width * height > MostPixels
            ? Bad("frame_size", $"The timelapse would be {width}x{height}; H.264 ends at {LongestSide} a side and {MostPixels / 1_000_000} megapixels.", "Give a smaller crop.")
            : null;

    internal static Failure NoFrames(int source, int sources) =>
        Bad("no_frames", sources == 1 ? "The source has no frames in this range." : $"The {Ordinal(source)} source has no frames in this range.", "Choose a range in which every source has frames.");

    private static Failure? Miscounted(int sources, TimelapseLayout layout)
    {
        var wanted = layout == TimelapseLayout.Quad ? 4 : 1;
        return sources == wanted ? null
            : Bad("sources_count", $"A {(wanted == 4 ? "quad" : "single")} timelapse shows {(wanted == 4 ? "exactly four sources" : "exactly one source")}; {sources} were named.", "Name as many sources as the layout shows.");
    }

    private static List<FrameFile> Nearest(List<FrameFile> frames, List<FrameFile> instants)
    {
        var shown = new List<FrameFile>(instants.Count);
        var at = 0;
        foreach (var instant in instants)
        {
            while (at + 1 < frames.Count && (frames[at + 1].Time - instant.Time).Duration() < (frames[at].Time - instant.Time).Duration())
            {
                at++;
            }

            shown.Add(frames[at]);
        }

        return shown;
    }

    private static string Ordinal(int index) => index switch { 0 => "1st", 1 => "2nd", 2 => "3rd", _ => $"{index + 1}th" };

    private static Failure Bad(string code, string message, string? mend) => new(FailureKind.BadInput, code, message, mend);
}
