namespace Tidemark.Timelapse;

/// <summary>One archived still: when, where on disk, how big as the index says.</summary>
public sealed record FrameFile(DateTimeOffset Time, string Path, int Width, int Height);

/// <summary>Which file every source shows in every output frame.</summary>
public sealed class TimelapsePlan
{
    // What x264 takes, and the largest picture of the highest level (6.2) of H.264, 139264 macroblocks: beyond it nothing plays it.
    internal const int LongestSide = 16384;
    internal const long MostPixels = 139_264L * 256;

    private const int ShortestSide = 16;

    private TimelapsePlan(TimelapseRecipe recipe, IReadOnlyList<IReadOnlyList<FrameFile>> cells)
    {
        Recipe = recipe;
        Cells = cells;
        (CellWidth, CellHeight) = Shown(cells[0][0], recipe.Crop);
    }

    public TimelapseRecipe Recipe { get; }

    /// <summary>By source as named, then by output frame; all of the same length.</summary>
    public IReadOnlyList<IReadOnlyList<FrameFile>> Cells { get; }

    /// <summary>Output frames.</summary>
    public int Frames => Cells[0].Count;

    /// <summary>Width of a cell in pixels: the first source's first frame's after the crop, rounded down to even (4:2:0 needs it).</summary>
    public int CellWidth { get; }

    /// <summary>Height of a cell, likewise.</summary>
    public int CellHeight { get; }

    /// <summary>
    /// Pairs the sources' frames by time: the source with most frames leads (the first named of equals), every output frame is one
    /// of its instants, and every other source shows there the frame nearest in time (the earlier of equals), so never goes back.
    /// BadInput: <c>fps_range</c>, <c>sources_count</c>, <c>no_frames</c>, <c>crop_outside</c>, <c>frame_size</c>.
    /// </summary>
    public static Result<TimelapsePlan> Make(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe)
    {
        if (recipe.Fps is < 1 or > 120)
        {
            return Bad("fps_range", $"{recipe.Fps} frames a second cannot be made.", "Give 1 to 120.");
        }

        var wanted = recipe.Layout == TimelapseLayout.Quad ? 4 : 1;
        if (sources.Count != wanted)
        {
            return Bad("sources_count", $"A {(wanted == 4 ? "quad" : "single")} timelapse shows {(wanted == 4 ? "exactly four sources" : "exactly one source")}; {sources.Count} were named.", "Name as many sources as the layout shows.");
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Count == 0)
            {
                return Bad("no_frames", sources.Count == 1 ? "The source has no frames in this range." : $"The {Ordinal(i)} source has no frames in this range.", "Choose a range in which every source has frames.");
            }
        }

        var ordered = sources.Select(s => s.OrderBy(f => f.Time).ToList()).ToList();
        var leader = ordered.MaxBy(s => s.Count)!;
        var cells = ordered.Select(s => ReferenceEquals(s, leader) ? s : Nearest(s, leader)).ToList();
        return Check(cells, recipe) is { } wrong ? wrong : new TimelapsePlan(recipe, cells);
    }

    /// <summary>What of a source's frames is shown: after the crop, even.</summary>
    internal static (int Width, int Height) Shown(FrameFile frame, Crop? crop) =>
        ((crop?.Width ?? frame.Width) & ~1, (crop?.Height ?? frame.Height) & ~1);

    private static Failure? Check(List<List<FrameFile>> cells, TimelapseRecipe recipe)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            var first = cells[i][0];
            if (recipe.Crop is { } crop && (crop.X + crop.Width > first.Width || crop.Y + crop.Height > first.Height))
            {
                return Bad("crop_outside", $"The crop {crop} does not lie in the {Ordinal(i)} source's frames, which are {first.Width}x{first.Height}.", "Choose a crop that lies in the frames of every source.");
            }

            var (width, height) = Shown(first, recipe.Crop);
            if (width < ShortestSide || height < ShortestSide)
            {
                return Bad("frame_size", $"The {Ordinal(i)} source's frames are shown at {width}x{height}; no video can be made of less than {ShortestSide}x{ShortestSide}.", null);
            }
        }

        var halves = recipe.Layout == TimelapseLayout.Quad ? 2 : 1;
        var (cellWidth, cellHeight) = Shown(cells[0][0], recipe.Crop);
        return TooLarge(cellWidth * halves, cellHeight * halves);
    }

    internal static Failure? TooLarge(int width, int height) =>
        width > LongestSide || height > LongestSide || (long)width * height > MostPixels
            ? Bad("frame_size", $"The timelapse would be {width}x{height}; H.264 ends at {LongestSide} a side and {MostPixels / 1_000_000} megapixels.", "Give a smaller crop.")
            : null;

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
