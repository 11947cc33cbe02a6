using System.Net;
using System.Text.Json;

namespace Tidemark.Tests.Timelapse;

/// <summary>What is encoded anew, and what is not.</summary>
public sealed class StretchTests(StretchedNode stretched) : IClassFixture<StretchedNode>
{
    private static readonly DateTimeOffset Start = StretchedNode.Midnight;

    [Fact]
    public async Task Extending_a_range_costs_its_new_frames()
    {
        var source = await ThreeDaysAsync("extended");
        var before = stretched.Kept();
        Assert.Equal(12, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(2))));
        var two = stretched.Kept();
        Assert.Equal(2, two.Except(before).Count());

        var three = await stretched.MakeAsync(source, Start, Start.AddDays(3));

        Assert.Equal(18, StretchedNode.Frames(three));
        Assert.Single(stretched.Kept().Except(two));
        // The same as made at once.
        Forget();
        Assert.Equal(StretchedNode.Sum(three), await stretched.MadeAsync([source], Start, Start.AddDays(3)));
    }

    [Fact]
    public async Task A_late_frame_costs_its_stretch_only()
    {
        var source = await ThreeDaysAsync("late");
        await stretched.MadeAsync([source], Start, Start.AddDays(3));
        var before = stretched.Kept();
        await stretched.PutAsync(source, Start.AddDays(1).AddHours(20), 1);

        Assert.Equal(19, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(3))));

        Assert.Single(stretched.Kept().Except(before));
    }

    [Fact]
    public async Task By_daylight_only_nothing_is_shown_of_the_night()
    {
        // In Lisbon on that day the sun is up from 7:24 to 17:18 UTC.
        var source = await stretched.SourceAsync("daylight", ",\"daylight\":{\"latitude\":38.7,\"longitude\":-9.1}");
        await stretched.PutAsync(source, Start.AddHours(2), 2);
        await stretched.PutAsync(source, Start.AddHours(12), 3);
        await stretched.PutAsync(source, Start.AddHours(20), 2);

        Assert.Equal(7, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(1))));
        Assert.Equal(3, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(1), ",\"daylight\":true")));
    }

    [Fact]
    public async Task All_stretches_may_be_deleted_at_any_time()
    {
        var source = await ThreeDaysAsync("deleted");
        var first = await stretched.MadeAsync([source], Start, Start.AddDays(3));
        var kept = stretched.Kept();
        Forget();

        Assert.Equal(first, await stretched.MadeAsync([source], Start, Start.AddDays(3)));
        Assert.Equal(kept.Intersect(stretched.Kept()).Count(), stretched.Kept().Count);
    }

    [Fact]
    public async Task A_kept_stretch_that_was_damaged_is_made_anew()
    {
        var source = await ThreeDaysAsync("damaged");
        var before = stretched.Kept();
        var first = await stretched.MadeAsync([source], Start, Start.AddDays(3));
        foreach (var name in stretched.Kept().Except(before))
        {
            await using var file = File.OpenWrite(Path.Combine(stretched.Node.Data.Stretches, name));
            file.Seek(-9, SeekOrigin.End);
            file.WriteByte(0x55);
        }

        Assert.Equal(first, await stretched.MadeAsync([source], Start, Start.AddDays(3)));
    }

    [Fact]
    public async Task The_same_stretches_serve_whoever_asks_for_a_part_of_the_range()
    {
        var source = await ThreeDaysAsync("part");
        await stretched.MadeAsync([source], Start, Start.AddDays(3));
        var before = stretched.Kept();

        Assert.Equal(6, StretchedNode.Frames(await stretched.MakeAsync(source, Start.AddDays(1), Start.AddDays(2))));
        // Half a day has other frames.
        Assert.Equal(9, StretchedNode.Frames(await stretched.MakeAsync(source, Start.AddDays(1), Start.AddDays(2).AddMinutes(30))));
        Assert.Single(stretched.Kept().Except(before));
    }

    [Fact]
    public async Task A_source_without_frames_on_a_day_shows_the_last_one_before()
    {
        var (whole, holed) = (await ThreeDaysAsync("whole"), await stretched.SourceAsync("holed"));
        await stretched.PutAsync(holed, Start, 6);
        await stretched.PutAsync(holed, Start.AddDays(2), 6);

        var made = await stretched.MakeAsync([whole, holed, whole, whole], Start, Start.AddDays(3), ",\"layout\":\"quad\"");

        Assert.Equal(18, StretchedNode.Frames(made));
    }

    [Fact]
    public async Task The_graph_is_plan_days_and_join_and_no_day_without_frames_costs_anything()
    {
        var source = await stretched.SourceAsync("graph");
        await stretched.PutAsync(source, Start, 3);
        await stretched.PutAsync(source, Start.AddDays(40), 3);
        var made = await stretched.MakeAsync(source, Start.AddYears(-20), Start.AddYears(20));

        Assert.Equal(6, StretchedNode.Frames(made));
        var names = (await stretched.Node.GetAsync($"/api/v1/jobs/{made.GetProperty("id").GetGuid()}")).GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("name").GetString()!).ToList();
        Assert.Superset(new HashSet<string> { "join", "plan", "day-2026-11-20", "day-2026-12-30" }, names.ToHashSet());
        // Today may bring frames yet.
        Assert.InRange(names.Count, 4, 5);
    }

    [Fact]
    public async Task A_timelapse_whose_stretch_is_gone_before_it_is_joined_says_how_to_go_on()
    {
        var source = await ThreeDaysAsync("gone");
        var made = await stretched.MakeAsync(source, Start, Start.AddDays(3));
        var id = made.GetProperty("id").GetGuid();
        Forget();

        await stretched.Node.PostAsync($"/api/v1/jobs/{id}/retry", """{"from":"join"}""");
        var failed = await stretched.Node.EndedAsync(id);
        Assert.Equal("stretch_gone", failed.GetProperty("failure").GetProperty("code").GetString());
        Assert.Contains("--from plan", failed.GetProperty("failure").GetProperty("mend").GetString(), StringComparison.Ordinal);

        await stretched.Node.PostAsync($"/api/v1/jobs/{id}/retry", """{"from":"plan"}""");
        Assert.Equal(StretchedNode.Sum(made), StretchedNode.Sum(await stretched.Node.EndedAsync(id)));
    }

    private void Forget()
    {
        foreach (var name in stretched.Kept())
        {
            File.Delete(Path.Combine(stretched.Node.Data.Stretches, name));
        }
    }

    private async Task<string> ThreeDaysAsync(string id)
    {
        await stretched.SourceAsync(id);
        for (var day = 0; day < 3; day++)
        {
            await stretched.PutAsync(id, Start.AddDays(day), 6);
        }

        return id;
    }
}
