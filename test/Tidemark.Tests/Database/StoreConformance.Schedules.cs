using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static TimelapseSchedule Weekly => new("pier-week", ScheduleEvery.Day, 7, "UTC", "/srv/videos", false, Request, Start);

    [Fact]
    public async Task A_schedule_comes_back_as_it_was_put_keeps_its_age_and_goes_once()
    {
        var (first, made) = await Schedules.PutAsync(Weekly, Cancellation);
        Clock.Advance(TimeSpan.FromHours(1));
        var (changed, again) = await Schedules.PutAsync(Weekly with { Every = ScheduleEvery.Month, Days = null, Folder = null, Paused = true }, Cancellation);

        var found = (await Schedules.FindAsync("pier-week", Cancellation)).Value;
        Assert.Equal((true, false, Start, Start), (made, again, first.CreatedAt, changed.CreatedAt));
        Assert.Equal(changed with { Request = found.Request }, found);
        Assert.Equal(Request with { Sources = found.Request.Sources }, found.Request);
        Assert.Equal(["pier-week"], (await Schedules.ListAsync(Cancellation)).Select(one => one.Name));
        Assert.Null(await Schedules.RemoveAsync("pier-week", Cancellation));
        Assert.Equal("schedule_not_found", (await Schedules.RemoveAsync("pier-week", Cancellation))?.Code);
        Assert.Equal("schedule_not_found", (await Schedules.RunAsync("pier-week", Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task A_schedule_is_made_once_for_each_instant_and_not_for_those_before_it_was_there()
    {
        await Schedules.PutAsync(Weekly, Cancellation);
        var look = TimeSpan.FromSeconds(30);
        await using (var one = new PeriodicJobs(Jobs, signals, Schedules.PeriodicAsync, Clock, NullLogger<PeriodicJobs>.Instance))
        {
            one.Start();
            await Clock.DueAtAsync(Start + look);
            Clock.Step(new DateTimeOffset(2026, 11, 23, 0, 14, 15, TimeSpan.Zero) - Start);
            Clock.Advance(look);
            await Clock.DueAtAsync(new DateTimeOffset(2026, 11, 23, 0, 15, 0, TimeSpan.Zero));
            Assert.Empty(await Timelapses.ListAsync(10, Cancellation));
            Clock.Advance(TimeSpan.FromSeconds(15));
            await Clock.DueAtAsync(Clock.GetUtcNow() + look);
            Assert.Single(await Timelapses.ListAsync(10, Cancellation));
            Clock.Step(TimeSpan.FromDays(1));
            Clock.Advance(look);
            await Clock.DueAtAsync(Clock.GetUtcNow() + look);
        }

        await using (var another = new PeriodicJobs(Jobs, signals, Schedules.PeriodicAsync, Clock, NullLogger<PeriodicJobs>.Instance))
        {
            another.Start();
            await Clock.DueAtAsync(Clock.GetUtcNow() + look);
        }

        var runs = await Timelapses.ListAsync(10, Cancellation);
        Assert.Equal([new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero)], runs.Select(run => run.Request.To));
        Assert.All(runs, run => Assert.Equal(run.Request.To.AddDays(-7), run.Request.From));
        Assert.Equal(runs[0].Id, (await Timelapses.LastOfSchedulesAsync(Cancellation))["pier-week"].Id);
    }

    [Fact]
    public async Task Of_what_is_kept_current_the_newest_stays_and_links_lead_to_it()
    {
        await Schedules.PutAsync(Weekly, Cancellation);
        var videos = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            var id = (await Schedules.RunAsync("pier-week", Cancellation)).Value.Id;
            await VideoAsync(id);
            videos.Add(id);
            Clock.Advance(TimeSpan.FromDays(1));
        }

        // The last one before stays until the next is asked for.
        Assert.Equal("asset_not_found", (await Assets.FindAsync(videos[0], Cancellation)).Failure?.Code);
        var link = await Links.CreateAsync(videos[1], TimeSpan.FromDays(7), Cancellation);
        await Schedules.RunAsync("pier-week", Cancellation);

        var gone = await Task.WhenAll(videos.Select(async id => (await Assets.FindAsync(id, Cancellation)).Failed(out _)));
        Assert.Equal([true, true, false], gone);
        Assert.Equal([$"{videos[2]:D}.mp4"], Directory.GetFiles(folder.Assets).Select(Path.GetFileName));
        Assert.Equal(videos[2], (await Links.FindAsync(link.Secret!, Cancellation))?.Asset);
        Assert.True(await Timelapses.IsSupersededAsync("pier-week", videos[1], Cancellation));
        Assert.False(await Timelapses.IsSupersededAsync("pier-week", videos[2], Cancellation));

        // Cut off between the file and its row, it is finished the next time.
        var fourth = (await Timelapses.ListAsync(1, Cancellation))[0].Id;
        await VideoAsync(fourth);
        File.Delete(Assets.PathOf((await Assets.FindAsync(videos[2], Cancellation)).Value));
        await Schedules.RunAsync("pier-week", Cancellation);
        Assert.Equal("asset_not_found", (await Assets.FindAsync(videos[2], Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task What_is_made_for_each_period_stays()
    {
        await Schedules.PutAsync(Weekly with { Days = null }, Cancellation);
        var first = (await Schedules.RunAsync("pier-week", Cancellation)).Value.Id;
        await VideoAsync(first);
        Clock.Advance(TimeSpan.FromDays(1));
        await VideoAsync((await Schedules.RunAsync("pier-week", Cancellation)).Value.Id);
        await Schedules.RunAsync("pier-week", Cancellation);

        Assert.True((await Assets.FindAsync(first, Cancellation)).TryGet(out _, out _));
    }

    [Fact]
    public async Task A_link_opens_one_asset_until_it_ends_or_is_taken_back()
    {
        var (one, other) = (Guid.CreateVersion7(Start), Guid.CreateVersion7(Start.AddSeconds(1)));
        var link = await Links.CreateAsync(one, TimeSpan.FromMinutes(1), Cancellation);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        var longer = await Links.CreateAsync(one, TimeSpan.FromDays(1), Cancellation);
        Assert.Matches("^[A-Za-z0-9_-]{43}$", link.Secret);
        Assert.NotEqual(link.Secret, longer.Secret);
        Assert.Equal(link with { Secret = null }, await Links.FindAsync(link.Secret!, Cancellation));
        Assert.Null(await Links.FindAsync(link.Secret![..^1], Cancellation));
        Assert.Null(await Links.FindAsync("' or 1=1 --", Cancellation));
        Assert.Equal([link.Id, longer.Id], (await Links.ListAsync(one, Cancellation)).Select(it => it.Id));
        Assert.Empty(await Links.ListAsync(other, Cancellation));

        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Links.FindAsync(link.Secret!, Cancellation));
        Assert.Equal([longer.Id], (await Links.ListAsync(one, Cancellation)).Select(it => it.Id));
        Assert.Null(await Links.RevokeAsync(longer.Id, Cancellation));
        Assert.Null(await Links.FindAsync(longer.Secret!, Cancellation));
        Assert.Equal("link_not_found", (await Links.RevokeAsync(longer.Id, Cancellation))?.Code);
    }

    private async Task VideoAsync(Guid id)
    {
        var asset = new Asset(id, "a.mp4", "video/mp4", 0, default, 1, 1, 1, 1, Start);
        await File.WriteAllTextAsync(Assets.PathOf(asset), "video", Cancellation);
        await Assets.AddAsync(asset, Cancellation);
        await database.WriteAsync(session => TimelapseStore.MadeAsync(session, id, Cancellation), Cancellation);
    }
}
