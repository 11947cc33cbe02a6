using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Which frames a stretch shows.</summary>
public sealed class StretchFramesTests(StretchedNode stretched) : IClassFixture<StretchedNode>
{
    private static readonly DateTimeOffset Start = StretchedNode.Midnight;

    // The sun is up from about 7:24 to 17:18 UTC.
    private static readonly DaylightSettings Lisbon = new(38.7, -9.1);

    [Theory]
    [InlineData(TimelapsePace.Frames)]
    [InlineData(TimelapsePace.Even)]
    public async Task By_daylight_no_night_is_held(TimelapsePace pace)
    {
        var (well, source) = ($"lit-{pace}".ToLowerInvariant(), $"dark-{pace}".ToLowerInvariant());
        await stretched.SourceAsync(well);
        await stretched.SourceAsync(source);
        await stretched.PutAsync(well, Start.AddDays(1).AddHours(12), 3);
        await stretched.PutAsync(well, Start.AddDays(2).AddHours(12), 3);
        // By day, and then at two nights only, in the second of which it ends.
        await stretched.PutAsync(source, Start.AddHours(15), 2);
        await stretched.PutAsync(source, Start.AddHours(20), 24);
        await stretched.PutAsync(source, Start.AddDays(1).AddHours(4), 2);

        var request = new TimelapseRequest([well, source], Start, Start.AddDays(3), TimelapseLayout.Pair, 24, null, null) { Daylight = Lisbon, Pace = pace, Every = pace == TimelapsePace.Even ? 3600 : null };
        foreach (var day in (int[])[1, 2])
        {
            var plan = (await PlanAsync(request, day, new UnusableFrames()))!;
            Assert.All(plan.Cells[1], frame => Assert.Equal(Start.AddHours(15).AddMinutes(10), frame!.Time));
        }

        // Before its first day by daylight, that is shown.
        await stretched.PutAsync(source, Start.AddDays(2).AddHours(20), 1);
        var later = request with { From = Start.AddDays(1).AddHours(1), Sources = [source, well] };
        await stretched.PutAsync(source, Start.AddDays(3).AddHours(10), 1);
        var first = (await PlanAsync(later with { To = Start.AddDays(4) }, 1, new UnusableFrames()))!;
        Assert.All(first.Cells[0], frame => Assert.Equal(Start.AddDays(3).AddHours(10), frame!.Time));
    }

    [Fact]
    public async Task One_that_is_gone_has_all_looked_for()
    {
        var source = await stretched.SourceAsync("swept");
        await stretched.PutAsync(source, Start, 100);
        for (var number = 20; number < 80; number++)
        {
            File.Delete(stretched.Node.Data.FramePath(source, Start.AddMinutes(10 * number)));
        }

        var request = new TimelapseRequest([source], Start, Start.AddDays(1), TimelapseLayout.Single, 24, null, null) { Pace = TimelapsePace.Even, Every = 3600 };
        var unusable = new UnusableFrames();
        var first = (await PlanAsync(request, 0, unusable))!;
        Assert.Empty(unusable.Reasons);
        unusable.Add(first.Cells[0][5]!, UnusableFrames.Gone(first.Cells[0][5]!));

        var second = (await PlanAsync(request, 0, unusable))!;
        Assert.Equal(60, unusable.Reasons.Count);
        Assert.All(second.Cells[0], frame => Assert.True(File.Exists(frame!.Path)));
    }

    [Fact]
    public async Task Many_frames_that_cannot_be_used_are_passed_by_to_the_last_that_can()
    {
        var (well, source) = (await stretched.SourceAsync("here"), await stretched.SourceAsync("there"));
        await stretched.PutAsync(well, Start.AddDays(1), 2);
        await stretched.PutAsync(source, Start, 60);
        for (var number = 10; number < 60; number++)
        {
            await File.WriteAllTextAsync(stretched.Node.Data.FramePath(source, Start.AddMinutes(10 * number)), "<html>", TestContext.Current.CancellationToken);
        }

        var request = new TimelapseRequest([well, source], Start, Start.AddDays(2), TimelapseLayout.Pair, 24, null, null);
        var told = 0;
        var plan = (await PlanAsync(request, 1, new UnusableFrames(_ => told++)))!;
        Assert.Equal((2, 50), (plan.Frames, told));
        Assert.All(plan.Cells[1], frame => Assert.Equal(Start.AddMinutes(90), frame!.Time));
    }

    private async Task<TimelapsePlan?> PlanAsync(TimelapseRequest request, int day, UnusableFrames unusable)
    {
        var stretch = new Stretch(request.From > Start.AddDays(day) ? request.From : Start.AddDays(day), Start.AddDays(day + 1));
        return (await stretched.Node.Part<StretchFrames>().PlanAsync(
            request, request.Recipe(24), [.. request.Sources.Select(_ => new FrameSize(64, 48))], stretch, EvenInstants.Of(request, [stretch]), unusable, TestContext.Current.CancellationToken)).Value;
    }
}
