using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

public sealed class StretchKeyTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimelapseRequest Request = new(["a"], Start, Start.AddDays(1), TimelapseLayout.Single, 24, null, null);
    private static readonly Outline Shared = new(Request, [new(Start, Start.AddDays(1))], [new(640, 480)], 24, "5.1", null, [3]);
    private static readonly TimelapseRecipe Recipe = new() { Fps = 24 };

    [Fact]
    public void Whatever_changes_the_picture_changes_the_key()
    {
        var plan = Plan(Recipe, 1, 2, 3);
        var keys = new[]
        {
            StretchKey.Of(plan, Shared),
            StretchKey.Of(Plan(Recipe, 1, 3, 2), Shared),
            StretchKey.Of(Plan(Recipe, 1, 2), Shared),
            StretchKey.Of(Plan(Recipe, 1, 2, 4), Shared),
            StretchKey.Of(Plan(Recipe with { Fps = 25 }, 1, 2, 3), Shared),
            StretchKey.Of(Plan(Recipe with { Crops = [new Crop(320, 240, 0, 0)] }, 1, 2, 3), Shared),
            StretchKey.Of(Plan(Recipe with { Crops = [new Crop(320, 240, 2, 0)] }, 1, 2, 3), Shared),
            StretchKey.Of(TimelapsePlan.Make([Frames(1, 2, 3)], Recipe, [new(320, 240)]).Value, Shared),
            StretchKey.Of(plan, Shared with { Ffmpeg = "5.2" }),
            StretchKey.Of(plan, Shared with { Sidebar = "00" }),
            StretchKey.Of(plan.After(1), Shared with { Sidebar = "00" }),
        };

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void What_does_not_change_the_picture_does_not_change_the_key()
    {
        var plan = Plan(Recipe, 1, 2, 3);
        var elsewhere = TimelapsePlan.Make([[.. Frames(1, 2, 3).Select(frame => frame with { Path = "/other" + frame.Path, Time = frame.Time.AddSeconds(1) })]], Recipe).Value;

        Assert.Equal(StretchKey.Of(plan, Shared), StretchKey.Of(elsewhere, Shared));
        Assert.Equal(StretchKey.Of(plan, Shared), StretchKey.Of(plan.After(7), Shared));
        Assert.Equal(StretchKey.Of(plan, Shared), StretchKey.Of(plan, Shared with { Request = Request with { To = Start.AddDays(9) } }));
    }

    private static TimelapsePlan Plan(TimelapseRecipe recipe, params byte[] sums) => TimelapsePlan.Make([Frames(sums)], recipe).Value;

    private static List<FrameFile> Frames(params byte[] sums) =>
        [.. sums.Select((sum, at) => new FrameFile(Start.AddMinutes(at), $"/{sum}.jpg", 640, 480) { Sha256 = Enumerable.Repeat(sum, 32).ToArray() })];
}
