using Tidemark.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static readonly SourceConfig Config = new("http://cam.example.org/index.json", 600, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), ["images.example.org"], PrivateNetwork: true);

    [Fact]
    public async Task A_source_comes_back_as_it_was_added()
    {
        var added = (await Sources.AddAsync("harbour", Config, Cancellation)).Value;
        var found = (await Sources.FindAsync("harbour", Cancellation)).Value;

        Assert.Equal((added.Id, added.Paused, added.CreatedAt), (found.Id, found.Paused, found.CreatedAt));
        Assert.Equal(Start, found.CreatedAt);
        Assert.Equal(Config.ToJson(), found.Config.ToJson());
    }

    [Fact]
    public async Task A_name_is_given_once_even_where_many_ask_for_it_together()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Sources.AddAsync("harbour", Config, Cancellation)));

        Assert.Single(added, one => one.Failure is null);
        Assert.All(added.Where(one => one.Failure is not null), one => Assert.Equal((FailureKind.Conflict, "source_exists"), (one.Failure!.Kind, one.Failure.Code)));
    }

    [Fact]
    public async Task Sources_are_listed_by_name_and_every_change_is_told_after_it_happened()
    {
        var told = new List<string>();
        Sources.Changed += (id, source) => told.Add($"{id}:{(source is null ? "gone" : source.Paused ? "paused" : "on")}");
        await Sources.AddAsync("pier", Config, Cancellation);
        await Sources.AddAsync("harbour", Config, Cancellation);
        await Sources.AddAsync("pier", Config, Cancellation);
        await Sources.SetPausedAsync("pier", true, Cancellation);
        await Sources.SetPausedAsync("pier", false, Cancellation);

        Assert.Equal(["harbour", "pier"], (await Sources.ListAsync(Cancellation)).Select(source => source.Id));
        Assert.Null(await Sources.RemoveAsync("pier", Cancellation));
        Assert.Equal(["pier:on", "harbour:on", "pier:paused", "pier:on", "pier:gone"], told);
        Assert.Equal(["harbour"], (await Sources.ListAsync(Cancellation)).Select(source => source.Id));
    }

    [Fact]
    public async Task What_is_asked_of_a_source_that_is_not_there_names_it()
    {
        var failures = new[]
        {
            (await Sources.FindAsync("nowhere", Cancellation)).Failure,
            (await Sources.SetPausedAsync("nowhere", true, Cancellation)).Failure,
            await Sources.RemoveAsync("nowhere", Cancellation),
        };

        Assert.All(failures, failure => Assert.Equal((FailureKind.NotFound, "source_not_found"), (failure!.Kind, failure.Code)));
        Assert.All(failures, failure => Assert.Contains("nowhere", failure!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_status_replaces_the_one_before_and_goes_with_its_source()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);
        await Sources.SetStatusAsync("harbour", new SourceStatus(Start, "failed", "It was away.", 3), Cancellation);
        await Sources.SetStatusAsync("harbour", new SourceStatus(Start.AddMinutes(1), "ok", null, 0), Cancellation);
        await Sources.SetStatusAsync("gone", new SourceStatus(Start, "ok", null, 0), Cancellation);

        Assert.Equal(new SourceStatus(Start.AddMinutes(1), "ok", null, 0), Assert.Single(await Sources.StatusesAsync(Cancellation)).Value);
        await Sources.RemoveAsync("harbour", Cancellation);
        Assert.Empty(await Sources.StatusesAsync(Cancellation));
    }

    [Fact]
    public async Task Every_change_of_a_source_is_a_revision_also_when_it_is_added_again()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);
        await Sources.SetPausedAsync("harbour", true, Cancellation);
        await Sources.SetPausedAsync("harbour", false, Cancellation);
        var changed = (await Sources.ChangeAsync("harbour", source => source with { Config = Config with { EverySeconds = 60, Zone = "Europe/Lisbon", Window = "06:00-20:00", Daylight = new DaylightSettings(38.7, -9.1, 30, "04:00-13:00") } }, Cancellation)).Value;
        await Sources.RemoveAsync("harbour", Cancellation);
        var again = (await Sources.AddAsync("harbour", Config, Cancellation)).Value;

        Assert.Equal((4, 6), (changed.Revision, again.Revision));
        Assert.Equal(6, (await Sources.FindAsync("harbour", Cancellation)).Value.Revision);
        var revisions = await Sources.RevisionsAsync("harbour", Cancellation);
        Assert.Equal(["1 600", "2 600 paused", "3 600", "4 60", "5 60 removed", "6 600"],
            revisions.Select(one => $"{one.Revision} {one.Config.EverySeconds}{(one.Paused ? " paused" : "")}{(one.Removed ? " removed" : "")}"));
        Assert.Equal(changed.Config.ToJson(), revisions[3].Config.ToJson());
    }

    [Fact]
    public async Task Changes_that_cross_are_each_a_revision()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Sources.SetPausedAsync("harbour", i % 2 == 0, Cancellation)));

        Assert.Equal(Enumerable.Range(1, 9), (await Sources.RevisionsAsync("harbour", Cancellation)).Select(one => one.Revision));
    }

    [Fact]
    public async Task A_change_that_is_refused_changes_nothing()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);

        var refused = await Sources.ChangeAsync("harbour", _ => new Failure(FailureKind.Conflict, "no", "No."), Cancellation);

        Assert.Equal("no", refused.Failure?.Code);
        Assert.Single(await Sources.RevisionsAsync("harbour", Cancellation));
    }

    [Fact]
    public async Task What_a_node_of_the_release_before_changed_is_made_up_for()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);
        await database.WriteAsync(session => session.ExecuteAsync("update source set paused = @yes where id = @id", Cancellation, ("yes", true), ("id", "harbour")), Cancellation);
        await database.WriteAsync(session => session.ExecuteAsync("insert into source (id, kind, config, paused, created_at) select 'pier', kind, config, paused, created_at from source where id = @id", Cancellation, ("id", "harbour")), Cancellation);

        await Sources.CatchUpAsync(Cancellation);
        await Sources.CatchUpAsync(Cancellation);

        Assert.Equal([false, true], (await Sources.RevisionsAsync("harbour", Cancellation)).Select(one => one.Paused));
        Assert.Equal([true], (await Sources.RevisionsAsync("pier", Cancellation)).Select(one => one.Paused));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_revision_begin_before_the_one_before()
    {
        await Sources.AddAsync("harbour", Config, Cancellation);
        await new SourceStore(database, new ManualTime(Start.AddHours(2))).SetPausedAsync("harbour", true, Cancellation);
        await new SourceStore(database, new ManualTime(Start.AddHours(1))).SetPausedAsync("harbour", false, Cancellation);

        Assert.Equal([Start, Start.AddHours(2), Start.AddHours(2)], (await Sources.RevisionsAsync("harbour", Cancellation)).Select(one => one.Since));
    }
}
