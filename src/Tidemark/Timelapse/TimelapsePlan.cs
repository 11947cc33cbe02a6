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

    private TimelapsePlan(TimelapseRecipe recipe, IReadOnlyList<DateTimeOffset> instants, IReadOnlyList<IReadOnlyList<FrameFile?>> cells, IReadOnlyList<FrameSize> sizes)
    {
        Recipe = recipe;
        Instants = instants;
        Cells = cells;
        Sizes = sizes;
        (CellWidth, CellHeight) = CellOf(sizes, recipe);
    }

    public TimelapseRecipe Recipe { get; }

    /// <summary>What each picture is of, in order.</summary>
    public IReadOnlyList<DateTimeOffset> Instants { get; }

    /// <summary>By source as named, then by picture; all of the same length. Null: a slate.</summary>
    public IReadOnlyList<IReadOnlyList<FrameFile?>> Cells { get; }

    /// <summary>By source: the size that all of its frames are brought to before anything is cut out of them.</summary>
    public IReadOnlyList<FrameSize> Sizes { get; }

    /// <summary>Pictures of the timelapse before the first of these.</summary>
    public long First { get; private init; }

    /// <summary>How long those are shown.</summary>
    internal TimeSpan Passed => TimeSpan.FromSeconds(First / Recipe.Fps.PerSecond);

    /// <summary>Pictures.</summary>
    public int Frames => Instants.Count;

    /// <summary>Width of a cell in pixels: the first source's after the crop, rounded down to even (4:2:0 needs it).</summary>
    public int CellWidth { get; }

    /// <summary>Height of a cell, likewise.</summary>
    public int CellHeight { get; }

    /// <summary>
    /// Pairs the sources' frames by time. Without instants the source with most frames leads (the first named of equals): every
    /// picture is one of its instants. Every source shows its frame nearest in time (the earlier of equals), so never goes back.
    /// One whose nearest frame is further away than its frames usually are from each other is missing there; see <see cref="MissingFrames"/>.
    /// One without any is missing throughout, where its size is given and another has some.
    /// BadInput: <c>fps_range</c>, <c>sources_count</c>, <c>no_frames</c>, <c>crop_outside</c>, <c>frame_size</c>.
    /// </summary>
    /// <param name="sources">Their frames. One without any is missing at every instant, even where frames are held; its size must be said.</param>
    /// <param name="sizes">By source; null: its first frame's.</param>
    /// <param name="instants">What pictures are of, in order; null: the leader's. With them there may be no pictures at all.</param>
    public static Result<TimelapsePlan> Make(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe, IReadOnlyList<FrameSize>? sizes = null, IReadOnlyList<DateTimeOffset>? instants = null)
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
            if (sources[i].Count == 0 && (sizes is null || sources.All(source => source.Count == 0)))
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

        var even = instants is not null;
        var leader = ordered.MaxBy(s => s.Count)!;
        instants ??= [.. leader.Select(frame => frame.Time)];
        var usual = even ? Usual(instants) / 2 : Usual([.. leader.Select(frame => frame.Time)]);
        var cells = ordered.Select(source => FramePairing.Shown(source, instants, recipe.Missing, even, Longer(usual, Usual([.. source.Select(frame => frame.Time)])))).ToList();
        if (recipe.Missing != MissingFrames.Skip)
        {
            return new TimelapsePlan(recipe, instants, cells, sizes);
        }

        var whole = Enumerable.Range(0, instants.Count).Where(at => cells.All(cell => cell[at] is not null)).ToList();
        return new TimelapsePlan(recipe, [.. whole.Select(at => instants[at])], [.. cells.Select(cell => (IReadOnlyList<FrameFile?>)[.. whole.Select(at => cell[at])])], sizes);
    }

    // The median of what lies between neighbours.
    private static TimeSpan Usual(IReadOnlyList<DateTimeOffset> times)
    {
        var between = times.Skip(1).Zip(times, (later, earlier) => later - earlier).Order().ToList();
        return between.Count == 0 ? TimeSpan.Zero : between[between.Count / 2];
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The same behind so many pictures.</summary>
    internal TimelapsePlan After(long pictures) => new(Recipe, Instants, Cells, Sizes) { First = pictures };

    /// <summary>What of a source's frames is shown: after the crop, even.</summary>
    internal static (int Width, int Height) Shown(FrameSize frame, Crop? crop) =>
        ((crop?.Width ?? frame.Width) & ~1, (crop?.Height ?? frame.Height) & ~1);

    internal static (int Width, int Height) CellOf(IReadOnlyList<FrameSize> sizes, TimelapseRecipe recipe) =>
        recipe.Size is { } size ? (size.Width & ~1, size.Height & ~1) : Shown(sizes[0], recipe.CropOf(0));

    /// <summary>By source, the size that all of its frames are brought to: one that has none is as large as its crop needs it, or as another one's picture.</summary>
    /// <param name="seen">Of its first frame, as it is to be seen; null for those without, but not for all.</param>
    internal static IReadOnlyList<FrameSize> SizesOf(IReadOnlyList<FrameSize?> seen, TimelapseRecipe recipe)
    {
        var (at, size) = seen.Index().First(source => source.Item is not null);
        var (width, height) = Shown(size!.Value, recipe.CropOf(at));
        return [.. seen.Select((own, source) => own ?? (recipe.CropOf(source) is { } crop ? new FrameSize(crop.X + crop.Width, crop.Y + crop.Height) : new FrameSize(width, height)))];
    }

    /// <summary>What is wrong with sources of these sizes; null where nothing is.</summary>
    internal static Failure? Check(IReadOnlyList<FrameSize> sizes, TimelapseRecipe recipe)
    {
        for (var i = 0; i < sizes.Count; i++)
        {
            if (recipe.CropOf(i) is { } crop && (crop.X + crop.Width > sizes[i].Width || crop.Y + crop.Height > sizes[i].Height))
            {
                return Bad("crop_outside", $"The crop {crop} does not lie in the {Ordinal(i)} source's frames, which are {sizes[i]}.", "Choose one that does; several with commas give each source its own.");
            }

            var (width, height) = Shown(sizes[i], recipe.CropOf(i));
            if (width < ShortestSide || height < ShortestSide)
            {
                return Bad("frame_size", $"The {Ordinal(i)} source's frames are shown at {width}x{height}; no video can be made of less than {ShortestSide}x{ShortestSide}.", null);
            }
        }

        var (columns, rows) = recipe.Layout.Cells();
        var (cellWidth, cellHeight) = CellOf(sizes, recipe);
        return TooLarge(cellWidth * columns, cellHeight * rows);
    }

    internal static Failure? TooLarge(int width, int height) =>
        width > LongestSide || height > LongestSide || (long)width * height > MostPixels
            ? Bad("frame_size", $"The timelapse would be {width}x{height}; H.264 ends at {LongestSide} a side and {MostPixels / 1_000_000} megapixels.", "Give a smaller crop or size.")
            : null;

    /// <summary>There are frames, but none by daylight, or each picture would be skipped.</summary>
    internal static Failure NothingLeft() => new(FailureKind.BadInput, "no_frames",
        "The timelapse would have no pictures: in its range nothing is left of what was asked for.", "Choose another range, or show what is missing with 'hold' or 'slate'.");

    internal static Failure NoFrames(int source, int sources) =>
        Bad("no_frames", sources == 1 ? "The source has no frames in this range." : $"The {Ordinal(source)} source has no frames in this range.", "Choose a range in which every source has frames.");

    private static Failure? Miscounted(int sources, TimelapseLayout layout)
    {
        var wanted = layout.Sources();
        return sources == wanted ? null
            : Bad("sources_count", $"A {layout.Word()} timelapse shows {Layouts.Number(wanted)}; {sources} were named.", "Name as many sources as the layout shows.");
    }

    private static string Ordinal(int index) => index switch { 0 => "1st", 1 => "2nd", 2 => "3rd", _ => $"{index + 1}th" };

    private static Failure Bad(string code, string message, string? mend) => new(FailureKind.BadInput, code, message, mend);
}
