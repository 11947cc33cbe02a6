using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

/// <summary>What a list's instants are held against.</summary>
public sealed class PresentFramesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Listed = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task One_old_time_in_a_list_brings_in_no_day_between()
    {
        var between = Listed.AddDays(-20);
        await PutAsync(between);
        await PutAsync(Listed);

        Assert.Equal([Listed], await PresentAsync(DateTimeOffset.UnixEpoch, new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), Listed, Listed.AddMinutes(1)));

        // A day that was read has its files taken in.
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.NotNull(await rig.Archive.Index.FindAsync("harbour", Listed, Cancellation));
        Assert.Null(await rig.Archive.Index.FindAsync("harbour", between, Cancellation));
        Assert.Equal([between, Listed], (await PresentAsync(between, Listed)).Order());
    }

    [Fact]
    public async Task Days_that_are_listed_are_found_however_they_lie()
    {
        DateTimeOffset[] days = [.. Enumerable.Range(0, 70).Select(day => Listed.AddDays(-day)).Where((_, day) => day % 7 != 3)];
        await rig.Archive.Index.AddAsync([.. days.Select(day => new Frame("harbour", day, null, 1000, 16, 16, new byte[32], day))], Cancellation);

        Assert.Equal(days.Order(), (await PresentAsync([.. Enumerable.Range(-1, 80).Select(day => Listed.AddDays(-day))])).Order());
    }

    [Fact]
    public async Task While_the_database_is_away_what_was_let_go_counts_as_had_and_is_not_fetched_again()
    {
        var day = new DayFolder(rig.Folder.Archive, "harbour", new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        Directory.CreateDirectory(day.Folder);
        await File.WriteAllTextAsync(day[DayFolder.Deleted], "{}", Cancellation);
        await File.WriteAllLinesAsync(day[DayFolder.Sums], ((string[])["20261122T075000.000Z.jpg", "20261122T080000.000Z.jpg", "20261122T080000.000Z.thumb.jpg", "manifest.1.json"]).Select(name => $"{new string('a', 64)}  {name}"), Cancellation);
        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table frame rename to away", Cancellation), Cancellation);
        using var client = rig.Clients.Of(rig.Source("harbour"));

        Assert.Equal((Outcome.Ok, 1), await rig.Feed.PollAsync(rig.Source("harbour"), client, Cancellation) is var poll ? (poll.Outcome, poll.Captured) : default);
        Assert.Equal(["20261122T081000.000Z.jpg"], rig.FilesOf("harbour").Select(Path.GetFileName).Where(name => name!.EndsWith(".jpg", StringComparison.Ordinal)));

        // It is asked again once it is back: then the index is what counts, and what it lacks is taken in.
        await rig.Database.WriteAsync(session => session.ExecuteAsync("alter table away rename to frame", Cancellation), Cancellation);
        await PutAsync(Listed.AddMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([Listed.AddMinutes(1)], await PresentAsync(Listed.AddMinutes(1)));
        Assert.Null(await rig.Shipper.ShipAsync(Cancellation));
        Assert.NotNull(await rig.Archive.Index.FindAsync("harbour", Listed.AddMinutes(1), Cancellation));
    }

    private Task<HashSet<DateTimeOffset>> PresentAsync(params DateTimeOffset[] listed) => rig.Intake.PresentAsync("harbour", listed, Cancellation);

    private async Task PutAsync(DateTimeOffset instant)
    {
        var path = rig.Folder.FramePath("harbour", instant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await Picture.WriteAsync(path);
    }
}
