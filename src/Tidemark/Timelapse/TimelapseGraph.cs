using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// The one filter graph. Colours: JPEG is full range BT.601 by definition (JFIF 1.02), while players take untagged or HD H.264 for
/// limited range BT.709, and not all of them heed tags; so the picture is converted to what all of them assume, and tagged as that too.
/// The text is ours and numbers; no path is ever in it.
/// </summary>
internal sealed class TimelapseGraph
{
    // The scaler's accurate_rnd, full_chroma_int and bitexact take it off its vector code: six times the processor time, for
    // differences nobody sees. The matrix is changed by "colorspace", which stays in YUV; "scale" would go through RGB at 4:2:0.
    private const string FromJpeg = "flags=bicubic:in_range=pc:out_range=tv,format=yuv420p,"
        + "colorspace=ispace=smpte170m:iprimaries=bt709:itrc=bt709:irange=tv:all=bt709:range=tv";

    private TimelapseGraph(string text, int width, int height)
    {
        Text = text;
        Width = width;
        Height = height;
    }

    /// <summary>For <c>-filter_complex</c>; its result is labelled <c>[v]</c>.</summary>
    internal string Text { get; }

    internal int Width { get; }

    internal int Height { get; }

    /// <summary>Inputs 0… are the plan's cells, the one after them the sidebar.</summary>
    /// <param name="upright">By cell: filters that its frames need first.</param>
    internal static TimelapseGraph Draw(TimelapsePlan plan, IReadOnlyList<string> upright, VideoFacts? sidebar)
    {
        var parts = new List<string>();
        for (var i = 0; i < plan.Cells.Count; i++)
        {
            parts.Add(Cell(i, upright[i], plan));
        }

        var (width, height, last) = (plan.CellWidth, plan.CellHeight, "c0");
        if (plan.Recipe.Layout == TimelapseLayout.Quad)
        {
            parts.Add("[c0][c2]vstack[left]");
            parts.Add("[c1][c3]vstack[right]");
            parts.Add("[left][right]hstack[quad]");
            (width, height, last) = (width * 2, height * 2, "quad");
        }

        if (sidebar is not null)
        {
            var side = SidebarWidth(sidebar, height);
            parts.Add(Sidebar(plan, sidebar, side, height));
            parts.Add($"[{last}][side]hstack=shortest=1[wide]");
            (width, last) = (width + side, "wide");
        }

        parts.Add($"[{last}]setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[v]");
        return new TimelapseGraph(string.Join(';', parts), width, height);
    }

    /// <summary>What the whole picture measures.</summary>
    internal static FrameSize Size(TimelapseRecipe recipe, IReadOnlyList<FrameSize> sizes, VideoFacts? sidebar)
    {
        var (width, height) = TimelapsePlan.Shown(sizes[0], recipe.Crop);
        var (columns, rows) = recipe.Layout == TimelapseLayout.Quad ? (2, 2) : (1, 1);
        return new((width * columns) + (sidebar is null ? 0 : SidebarWidth(sidebar, height * rows)), height * rows);
    }

    private static string Cell(int index, string upright, TimelapsePlan plan)
    {
        var crop = plan.Recipe.Crop;
        var (width, height) = TimelapsePlan.Shown(plan.Sizes[index], crop);
        var fit = Fit.Into(width, height, plan.CellWidth, plan.CellHeight, even: true);
        return $"[{index}:v]{upright}crop={width}:{height}:{(crop?.X ?? 0) & ~1}:{(crop?.Y ?? 0) & ~1},"
            + $"scale={fit.Width}:{fit.Height}:{FromJpeg},"
            + $"pad={plan.CellWidth}:{plan.CellHeight}:{fit.X}:{fit.Y}:black,setsar=1[c{index}]";
    }

    // The last frame is repeated without end, and the stack ends with the frames: so the sidebar is held, or cut. It goes on where the stretch before ends.
    private static string Sidebar(TimelapsePlan plan, VideoFacts facts, int width, int height) =>
        $"[{plan.Cells.Count}:v:0]setpts=PTS-STARTPTS,fps={plan.Recipe.Fps},tpad=stop_mode=clone:stop=-1,trim=start_frame={plan.First},setpts=PTS-STARTPTS,"
        + $"scale={width}:{height}:flags=bicubic{Colours(facts)}:out_range=tv:out_color_matrix=bt709,format=yuv420p,setsar=1[side]";

    private static int SidebarWidth(VideoFacts facts, int height) =>
        Math.Max(2, (int)Math.Min(TimelapsePlan.LongestSide, Math.Round((double)facts.DisplayWidth * height / facts.DisplayHeight)) & ~1);

    // Untagged video is taken as players take it: HD is BT.709, smaller is BT.601.
    private static string Colours(VideoFacts facts)
    {
        var matrix = facts.ColorSpace switch
        {
            "bt709" => "bt709",
            "bt470bg" or "smpte170m" => "bt601",
            "smpte240m" => "smpte240m",
            "fcc" => "fcc",
            "bt2020nc" or "bt2020c" => "bt2020",
            null => facts.Height >= 720 ? "bt709" : "bt601",
            _ => "auto",
        };
        return $":in_range={(facts.ColorRange is "pc" or "tv" ? facts.ColorRange : "auto")}:in_color_matrix={matrix}";
    }
}
