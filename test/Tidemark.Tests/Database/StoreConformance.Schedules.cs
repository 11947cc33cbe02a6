using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Database;
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
    public async Task What_was_made_for_each_period_stays_when_its_schedule_is_kept_current_afterwards()
    {
        await Schedules.PutAsync(Weekly with { Days = null }, Cancellation);
        var (first, second) = (await TurnAsync(), await TurnAsync());
        var link = await Links.CreateAsync(first, TimeSpan.FromDays(30), Cancellation);
        await Schedules.PutAsync(Weekly, Cancellation);
        var (third, fourth) = (await TurnAsync(), await TurnAsync());
        await Schedules.RunAsync("pier-week", Cancellation);

        Assert.Equal([first, second, fourth], await StayedAsync(first, second, third, fourth));
        Assert.Equal(first, (await Links.FindAsync(link.Secret!, Cancellation))?.Asset);
        // And what was kept current is no file of the others.
        Assert.True(await Timelapses.IsSupersededAsync("pier-week", third, Cancellation));
        await Schedules.PutAsync(Weekly with { Days = null }, Cancellation);
        await TurnAsync();
        Assert.False(await Timelapses.IsSupersededAsync("pier-week", fourth, Cancellation));
    }

    [Fact]
    public async Task What_was_made_stays_when_another_schedule_gets_the_name()
    {
        await Schedules.PutAsync(Weekly, Cancellation);
        var (first, second) = (await TurnAsync(), await TurnAsync());
        await Schedules.RemoveAsync("pier-week", Cancellation);
        await Schedules.PutAsync(Weekly, Cancellation);
        var (third, fourth) = (await TurnAsync(), await TurnAsync());
        await Schedules.RunAsync("pier-week", Cancellation);

        Assert.Equal([first, second, fourth], await StayedAsync(first, second, third, fourth));
        // They have one file all the same: an older video is not put over a newer one.
        Assert.True(await Timelapses.IsSupersededAsync("pier-week", second, Cancellation));
    }

    [Fact]
    public async Task Another_node_at_the_same_turn_leaves_the_video_before()
    {
        await Schedules.PutAsync(Weekly, Cancellation);
        var (first, second) = (await TurnAsync(), await TurnAsync());
        var turn = (await Timelapses.FindAsync(second, Cancellation)).Value.Request.To + TimelapseSchedule.Settles;
        var periodic = (await Schedules.PeriodicAsync(Cancellation)).Single();

        Assert.Null((await periodic.Request(turn, Cancellation)).Failure);
        Assert.Equal([first, second], await StayedAsync(first, second));
        Assert.Null((await periodic.Request(turn.AddDays(1), Cancellation)).Failure);
        Assert.Equal([second], await StayedAsync(first, second));
    }

    [Fact]
    public async Task Videos_of_the_release_before_which_did_not_note_what_they_were_stay()
    {
        await database.DisposeAsync();
        Use(await OpenFreshAsync(last: 6));
        Guid[] old = [OldId(1), OldId(2), OldId(3)];
        await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("insert into timelapse_schedule (name, settings) values ('pier-week', @settings)", Cancellation, ("settings", Weekly.ToJson()));
            foreach (var (at, id) in old.Index())
            {
                await session.ExecuteAsync("insert into timelapse_job (id, recipe, created_at, asset, schedule, due) values (@id, @recipe, @at, null, 'pier-week', @due)", Cancellation,
                    ("id", id), ("recipe", Request.ToJson()), ("at", Start.AddDays(-1)), ("due", Start.AddDays(at - 4)));
            }
        }, Cancellation);
        await Migrations.ApplyAsync(database, Clock, Cancellation);
        foreach (var id in old)
        {
            await VideoAsync(id);
        }

        var (first, second) = (await TurnAsync(), await TurnAsync());
        await Schedules.RunAsync("pier-week", Cancellation);

        Assert.Equal([.. old, second], await StayedAsync([.. old, first, second]));
        Assert.True(await Timelapses.IsSupersededAsync("pier-week", old[2], Cancellation));
        Assert.Equal([.. old.Reverse()], (await Timelapses.ListAsync(10, Cancellation)).Where(run => old.Contains(run.Id)).Select(run => run.Id));
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

    // Made, and a day later.
    private async Task<Guid> TurnAsync()
    {
        var id = (await Schedules.RunAsync("pier-week", Cancellation)).Value.Id;
        await VideoAsync(id);
        Clock.Advance(TimeSpan.FromDays(1));
        return id;
    }

    private async Task<List<Guid>> StayedAsync(params Guid[] videos)
    {
        var stayed = new List<Guid>();
        foreach (var video in videos)
        {
            if ((await Assets.FindAsync(video, Cancellation)).TryGet(out var asset, out _) && File.Exists(Assets.PathOf(asset)))
            {
                stayed.Add(video);
            }
        }

        return stayed;
    }

    private async Task VideoAsync(Guid id)
    {
        var asset = new Asset(id, "a.mp4", "video/mp4", 0, default, 1, 1, 1, 1, Start);
        await File.WriteAllTextAsync(Assets.PathOf(asset), "video", Cancellation);
        await Assets.AddAsync(asset, Cancellation);
        await database.WriteAsync(session => TimelapseStore.MadeAsync(session, id, Cancellation), Cancellation);
    }
}
