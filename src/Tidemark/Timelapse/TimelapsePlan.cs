namespace Tidemark.Timelapse;

/// <summary>One archived still: when, where on disk, how big as the index says.</summary>
public sealed record FrameFile(DateTimeOffset Time, string Path, int Width, int Height);

/// <summary>Which file every source shows in every output frame.</summary>
public sealed class TimelapsePlan
{
    private TimelapsePlan()
    {
    }

    public required TimelapseRecipe Recipe { get; init; }

    /// <summary>By source as named, then by output frame; all of the same length.</summary>
    public required IReadOnlyList<IReadOnlyList<FrameFile>> Cells { get; init; }

    /// <summary>Output frames.</summary>
    public int Frames => Cells[0].Count;

    /// <summary>Width of one source's cell: even, in pixels.</summary>
    public required int CellWidth { get; init; }

    /// <summary>Height of one source's cell.</summary>
    public required int CellHeight { get; init; }

    /// <summary>
    /// Pairs the sources' frames by time. BadInput: <c>no_frames</c>, <c>sources_count</c>, <c>fps_range</c>, <c>crop_outside</c>, <c>frame_size</c>.
    /// </summary>
    public static Result<TimelapsePlan> Make(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe) => throw new NotSupportedException();
}
