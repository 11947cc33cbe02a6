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

    // What is not scaled, and has 4:2:0 already, needs no scaler: a quarter of all that is done beside decoding and encoding.
    private const string Unscaled = "colorspace=ispace=smpte170m:iprimaries=bt709:itrc=bt709:irange=pc:all=bt709:range=tv:format=yuv420p";

    // One in so many.
    private const int PassedOf = 25;

    private TimelapseGraph(string text, int width, int height, bool passes)
    {
        Text = text;
        Passes = passes;
        Width = width;
        Height = height;
    }

    /// <summary>For <c>-filter_complex</c>; its result is labelled <c>[v]</c>.</summary>
    internal string Text { get; }

    /// <summary>Whether there is a second result, <c>[passed]</c>: something of the pictures of a sidebar that come before those that are shown.</summary>
    internal bool Passes { get; }

    internal int Width { get; }

    internal int Height { get; }

    /// <summary>Inputs 0… are the plan's cells, the one after them the sidebar.</summary>
    /// <param name="beginning">When the sidebar begins, in its own unit of time, where it is decoded from later on; null: it is decoded from there.</param>
    internal static TimelapseGraph Draw(TimelapsePlan plan, IReadOnlyList<FrameInput> inputs, VideoFacts? sidebar, string texts, long? beginning = null)
    {
        var parts = new List<string>();
        for (var i = 0; i < plan.Cells.Count; i++)
        {
            parts.Add(Cell(i, inputs[i], plan));
        }

        var last = "c0";
        if (plan.Recipe.Layout == TimelapseLayout.Quad)
        {
            parts.Add("[c0][c1][c2][c3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0[all]");
            last = "all";
        }
        else if (plan.Recipe.Layout == TimelapseLayout.Pair)
        {
            parts.Add("[c0][c1]hstack[all]");
            last = "all";
        }

        var size = Size(plan.Recipe, plan.Sizes, sidebar);
        if (sidebar is not null)
        {
            parts.Add(Sidebar(plan, sidebar, beginning, SidebarWidth(sidebar, size.Height), size.Height));
            parts.Add($"[{last}][side]hstack=shortest=1[wide]");
            last = "wide";
        }

        parts.Add($"[{last}]setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709{texts}[v]");
        return new TimelapseGraph(string.Join(';', parts), size.Width, size.Height, sidebar is not null && plan.First > 0);
    }

    /// <summary>What the whole picture measures.</summary>
    internal static FrameSize Size(TimelapseRecipe recipe, IReadOnlyList<FrameSize> sizes, VideoFacts? sidebar)
    {
        var (width, height) = TimelapsePlan.CellOf(sizes, recipe);
        var (columns, rows) = recipe.Layout.Cells();
        return new((width * columns) + (sidebar is null ? 0 : SidebarWidth(sidebar, height * rows)), height * rows);
    }

    private static string Cell(int index, FrameInput input, TimelapsePlan plan)
    {
        var recipe = plan.Recipe;
        var crop = recipe.CropOf(index);
        var (width, height) = TimelapsePlan.Shown(plan.Sizes[index], crop);
        return $"[{index}:v]{input.Filter}crop={width}:{height}:{((crop?.X ?? 0) & ~1) - input.X}:{((crop?.Y ?? 0) & ~1) - input.Y},"
            + $"{(input is { Halved: true, Filter: "" } && (width, height) == (plan.CellWidth, plan.CellHeight) ? Unscaled : Fitted(width, height, plan))},setsar=1{(recipe.Deflicker ? ",deflicker=size=10:mode=pm" : "")}[c{index}]";
    }

    private static string Fitted(int width, int height, TimelapsePlan plan)
    {
        var (cellWidth, cellHeight) = (plan.CellWidth, plan.CellHeight);
        if (plan.Recipe.Fit == TimelapseFit.Stretch)
        {
            return $"scale={cellWidth}:{cellHeight}:{FromJpeg}";
        }

        if (plan.Recipe.Fit == TimelapseFit.Fill)
        {
            // The whole cell, out of the middle of the largest part that has its shape.
            var part = Timelapse.Fit.Into(cellWidth, cellHeight, width, height, even: true);
            return $"crop={part.Width}:{part.Height}:{part.X}:{part.Y},scale={cellWidth}:{cellHeight}:{FromJpeg}";
        }

        var fit = Timelapse.Fit.Into(width, height, cellWidth, cellHeight, even: true);
        return $"scale={fit.Width}:{fit.Height}:{FromJpeg},pad={cellWidth}:{cellHeight}:{fit.X}:{fit.Y}:black";
    }

    // The last frame is repeated without end, and the stack ends with the frames: so the sidebar is held, or cut. It goes on where the stretch before ends,
    // and which picture that is goes by its time, wherever decoding began. What was decoded before is passed by, of which ffmpeg says nothing; so a little of
    // it is put out as it passes: as much as colours are coarse (4:1:0).
    private static string Sidebar(TimelapsePlan plan, VideoFacts facts, long? beginning, int width, int height) =>
        $"[{plan.Cells.Count}:v:0]setpts=PTS-{(beginning is { } ticks ? $"({ticks})" : "STARTPTS")},fps={plan.Recipe.Fps},tpad=stop_mode=clone:stop=-1,"
        + (plan.First > 0 ? $"split[past][on];[past]trim=end_pts={plan.First},framestep={PassedOf},crop=4:4:0:0[passed];[on]" : "")
        + $"trim=start_pts={plan.First},setpts=PTS-STARTPTS,"
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
