using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

public sealed class PlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private static readonly TimelapseRecipe Quad = new() { Layout = TimelapseLayout.Quad };

    [Theory]
    [InlineData("640x480+0+120", true)]
    [InlineData("16x16+0+0", true)]
    [InlineData("15x16+0+0", false)]
    [InlineData("640x480", false)]
    [InlineData("640x480+-1+0", false)]
    [InlineData("640x480+0+0 ", false)]
    [InlineData("640x480+0+0\n", false)]
    [InlineData("99999x16+0+0", false)]
    [InlineData("640X480+0+0", false)]
    [InlineData("٦٤٠x480+0+0", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_crop_is_width_height_and_place(string? text, bool good)
    {
        Assert.Equal(good, Crop.TryParse(text, out var crop));
        if (good)
        {
            Assert.Equal(text, crop.ToString());
        }
    }

    [Fact]
    public void The_source_with_most_frames_leads_and_the_others_show_their_nearest()
    {
        var plan = TimelapsePlan.Make([Frames("a", 0, 100), Frames("b", 0, 10, 20, 30), Frames("c", 15), Frames("d", 4, 26)], Quad).Value;

        Assert.Equal(4, plan.Frames);
        Assert.Equal(["a0", "a0", "a0", "a0"], Names(plan, 0));
        Assert.Equal(["b0", "b10", "b20", "b30"], Names(plan, 1));
        Assert.Equal(["c15", "c15", "c15", "c15"], Names(plan, 2));
        Assert.Equal(["d4", "d4", "d26", "d26"], Names(plan, 3));
    }

    [Fact]
    public void Of_equals_the_first_named_leads_and_the_earlier_frame_is_shown()
    {
        var plan = TimelapsePlan.Make([Frames("a", 10, 20), Frames("b", 5, 15), Frames("c", 10, 20), Frames("d", 10, 20)], Quad).Value;

        Assert.Equal(["a10", "a20"], Names(plan, 0));
        Assert.Equal(["b5", "b15"], Names(plan, 1));
    }

    [Fact]
    public void No_source_ever_goes_back_in_time()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var sources = Enumerable.Range(0, 4).Select(s => Frames($"s{s}", [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(1000))])).ToList();
            var plan = TimelapsePlan.Make(sources, Quad).Value;

            Assert.All(plan.Cells, cell => Assert.Equal(cell.OrderBy(f => f!.Time), cell));
            var leader = plan.Cells.First(c => c.Count == sources.Max(s => s.Count) && c.DistinctBy(f => f!.Path + f.Time).Any());
            Assert.Equal(sources.Max(s => s.Count), leader.Count);
        }
    }

    [Fact]
    public void Every_source_shows_the_frame_that_a_full_search_finds()
    {
        var random = new Random(8);
        var leader = Frames("a", [.. Enumerable.Range(0, 200).Select(_ => random.Next(10_000)).Distinct()]);
        var other = Frames("b", [.. Enumerable.Range(0, 60).Select(_ => random.Next(10_000)).Distinct()]);
        var plan = TimelapsePlan.Make([leader, other, Frames("c", 1), Frames("d", 1)], Quad).Value;

        for (var i = 0; i < plan.Frames; i++)
        {
            var at = plan.Cells[0][i]!.Time;
            Assert.Equal(other.OrderBy(f => f.Time).MinBy(f => (f.Time - at).Duration())!.Path, plan.Cells[1][i]!.Path);
        }
    }

    [Fact]
    public void What_cannot_be_planned_says_why()
    {
        string? Code(IReadOnlyList<IReadOnlyList<FrameFile>> sources, TimelapseRecipe recipe) => TimelapsePlan.Make(sources, recipe).Failure?.Code;
        var one = Frames("a", 1);

        Assert.Equal("no_frames", Code([[]], new TimelapseRecipe()));
        Assert.Equal("no_frames", Code([one, one, [], one], Quad));
        Assert.Contains("3rd", TimelapsePlan.Make([one, one, [], one], Quad).Failure!.Message);
        Assert.Equal("sources_count", Code([one, one], new TimelapseRecipe()));
        Assert.Equal("sources_count", Code([one, one, one], Quad));
        Assert.Equal("fps_range", Code([one], new TimelapseRecipe { Fps = 0 }));
        Assert.Equal("fps_range", Code([one], new TimelapseRecipe { Fps = 121 }));
        Assert.Equal("crop_outside", Code([one], new TimelapseRecipe { Crops = [new Crop(640, 480, 1, 0)] }));
        Assert.Equal("frame_size", Code([[new FrameFile(Start, "a", 8, 8)]], new TimelapseRecipe()));
        Assert.Equal("frame_size", Code([[new FrameFile(Start, "a", 12000, 9000)]], new TimelapseRecipe()));
    }

    [Fact]
    public void A_source_without_frames_is_missing_everywhere_and_costs_the_others_nothing()
    {
        IReadOnlyList<FrameSize> sizes = [.. Enumerable.Repeat(new FrameSize(640, 480), 4)];
        var plan = TimelapsePlan.Make([Frames("a", 1, 2), [], Frames("c", 1, 2, 3), Frames("d", 2)], Quad, sizes).Value;
        Assert.Equal((3, 3), (plan.Frames, plan.Cells[2].OfType<FrameFile>().Count()));
        Assert.Equal([null, null, null], plan.Cells[1]);

        Assert.Equal(0, TimelapsePlan.Make([Frames("a", 1, 2), [], Frames("c", 1), Frames("d", 2)], Quad with { Missing = MissingFrames.Skip }, sizes).Value.Frames);
        Assert.Equal("no_frames", TimelapsePlan.Make([[], [], [], []], Quad, sizes).Failure?.Code);
    }

    [Fact]
    public void A_source_without_frames_is_missing_throughout_where_another_has_some()
    {
        var recipe = Quad with { Crops = [new Crop(320, 240, 10, 10), new Crop(64, 48, 1000, 900), new Crop(320, 240, 0, 0), new Crop(320, 240, 0, 0)] };
        var size = new FrameSize(640, 480);
        Assert.Equal([size, new FrameSize(1064, 948), size, size], TimelapsePlan.SizesOf([size, null, size, size], recipe));
        // Without a crop it is as large as another's picture.
        Assert.Equal([size, size], TimelapsePlan.SizesOf([null, size], new TimelapseRecipe { Layout = TimelapseLayout.Pair }));

        var sizes = TimelapsePlan.SizesOf([size, null, size, size], recipe);
        var plan = TimelapsePlan.Make([Frames("a", 1, 2), [], Frames("c", 1), Frames("d", 1)], recipe, sizes).Value;
        Assert.Equal((2, 320, 240), (plan.Frames, plan.CellWidth, plan.CellHeight));
        Assert.Equal([null, null], plan.Cells[1]);
        Assert.Equal(0, TimelapsePlan.Make([Frames("a", 1, 2), [], Frames("c", 1), Frames("d", 1)], recipe with { Missing = MissingFrames.Skip }, sizes).Value.Frames);
        Assert.Equal("no_frames", TimelapsePlan.Make([[], [], [], []], recipe, sizes).Failure?.Code);
    }

    [Fact]
    public void An_outline_of_the_release_before_which_did_not_tell_of_such_sources_is_read_still()
    {
        var outline = new Outline(new TimelapseRequest(["a"], Start, Start.AddDays(1), TimelapseLayout.Single, 24, null, null), [new Stretch(Start, Start.AddHours(1))], [new FrameSize(64, 48)], 24, "7", null, [3]);
        var before = System.Text.Json.Nodes.JsonNode.Parse(outline.ToJson())!.AsObject();
        Assert.True(before.Remove("leftOut"));
        Assert.Equal((3, null), (Outline.FromJson(before.ToJsonString()).Total, Outline.FromJson(before.ToJsonString()).LeftOut));
        Assert.Equal(["a is dead"], Outline.FromJson((outline with { LeftOut = ["a is dead"] }).ToJson()).LeftOut);
    }

    [Fact]
    public void A_cell_is_the_first_sources_first_frame_after_the_crop_and_even()
    {
        var plan = TimelapsePlan.Make([[new FrameFile(Start, "a", 641, 481)]], new TimelapseRecipe()).Value;
        Assert.Equal((640, 480), (plan.CellWidth, plan.CellHeight));

        plan = TimelapsePlan.Make([[new FrameFile(Start, "a", 641, 481)]], new TimelapseRecipe { Crops = [new Crop(101, 51, 3, 3)] }).Value;
        Assert.Equal((100, 50), (plan.CellWidth, plan.CellHeight));
    }

    private static List<FrameFile> Frames(string name, params int[] seconds) =>
        [.. seconds.Select(s => new FrameFile(Start.AddSeconds(s), $"{name}{s}", 640, 480))];

    private static IEnumerable<string> Names(TimelapsePlan plan, int source) => plan.Cells[source].Select(f => f!.Path);
}
