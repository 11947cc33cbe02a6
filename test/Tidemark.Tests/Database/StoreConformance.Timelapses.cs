using System.Collections.Concurrent;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static readonly Guid Sidebar = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    private static TimelapseRequest Request => new(["a", "b", "c", "d"], Start, Start.AddHours(1), TimelapseLayout.Quad, 24, "640x480+0+0", Sidebar);

    [Fact]
    public async Task A_timelapse_comes_back_as_it_was_asked_for()
    {
        var added = await Timelapses.AddAsync(Request, Cancellation);
        var found = (await Timelapses.FindAsync(added.Id, Cancellation)).Value;

        Assert.Equal(Request.Sources, found.Request.Sources);
        Assert.Equal(Request with { Sources = found.Request.Sources }, found.Request);
        Assert.Equal(("queued", 0, Start, null, null), (found.State, found.Attempts, found.CreatedAt, found.StartedAt, found.EndedAt));
        Assert.Equal("timelapse_not_found", (await Timelapses.FindAsync(Guid.Empty, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task The_oldest_begins_first_and_the_newest_is_listed_first()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await Timelapses.AddAsync(Request, Cancellation)).Id);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(ids.AsEnumerable().Reverse(), (await Timelapses.ListAsync(10, Cancellation)).Select(run => run.Id));
        Assert.Equal([ids[2]], (await Timelapses.ListAsync(1, Cancellation)).Select(run => run.Id));
        foreach (var id in ids)
        {
            var begun = await Timelapses.BeginNextAsync(Cancellation);
            Assert.Equal((id, "running", 1, Clock.GetUtcNow()), (begun!.Id, begun.State, begun.Attempts, begun.StartedAt));
        }

        Assert.Null(await Timelapses.BeginNextAsync(Cancellation));
    }

    [Fact]
    public async Task Many_who_begin_together_take_each_once()
    {
        var asked = new HashSet<Guid>();
        for (var i = 0; i < 24; i++)
        {
            asked.Add((await Timelapses.AddAsync(Request, Cancellation)).Id);
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var begun = new ConcurrentBag<Guid>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            // One that loses the race for a row may be told that nothing waits; it asks again, as the runner does.
            while (begun.Count < asked.Count)
            {
                if (await Timelapses.BeginNextAsync(Cancellation) is { } run)
                {
                    begun.Add(run.Id);
                }
            }
        }));

        Assert.Equal(asked.Order(), begun.Order());
    }

    [Fact]
    public async Task What_a_killed_node_left_running_is_begun_again_and_the_third_interruption_fails_it()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Id;
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var begun = await Timelapses.BeginNextAsync(Cancellation);
            Assert.Equal((id, attempt), (begun!.Id, begun.Attempts));
            await Timelapses.RecoverAsync(Cancellation);
        }

        Assert.Null(await Timelapses.BeginNextAsync(Cancellation));
        var run = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(("failed", "interrupted", FailureKind.ToolCrash, Start), (run.State, run.Failure!.Code, run.Failure.Kind, run.EndedAt));
        Assert.NotNull(run.Failure.Mend);
    }

    [Fact]
    public async Task What_is_handed_back_waits_again_in_its_place_and_costs_no_attempt()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Id;
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Timelapses.AddAsync(Request, Cancellation);
        for (var stop = 0; stop < 5; stop++)
        {
            Assert.Equal((id, 1), (await Timelapses.BeginNextAsync(Cancellation)) is { } begun ? (begun.Id, begun.Attempts) : default);
            await Timelapses.HandBackAsync(id, Cancellation);
            var waiting = (await Timelapses.FindAsync(id, Cancellation)).Value;
            Assert.Equal(("queued", 0, null, null), (waiting.State, waiting.Attempts, waiting.StartedAt, waiting.Failure));
        }

        await Timelapses.RecoverAsync(Cancellation);
        Assert.Equal("queued", (await StateAsync(id)).State);
    }

    [Fact]
    public async Task Handing_back_what_does_not_run_changes_nothing()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Id;
        await Timelapses.HandBackAsync(id, Cancellation);
        Assert.Equal(0, (await Timelapses.FindAsync(id, Cancellation)).Value.Attempts);

        await Timelapses.BeginNextAsync(Cancellation);
        await Timelapses.EndAsync(id, "cancelled", null, null, Cancellation);
        await Timelapses.HandBackAsync(id, Cancellation);
        await Timelapses.HandBackAsync(Guid.Empty, Cancellation);
        Assert.Equal(("cancelled", null, Start), await StateAsync(id));
        Assert.Null(await Timelapses.BeginNextAsync(Cancellation));
    }

    [Fact]
    public async Task Recovery_leaves_alone_what_waits_and_what_has_ended()
    {
        var ended = (await Timelapses.AddAsync(Request, Cancellation)).Id;
        await Timelapses.BeginNextAsync(Cancellation);
        await Timelapses.EndAsync(ended, "done", Guid.Empty, null, Cancellation);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var waits = (await Timelapses.AddAsync(Request, Cancellation)).Id;

        await Timelapses.RecoverAsync(Cancellation);

        Assert.Equal(("done", Guid.Empty, Start), await StateAsync(ended));
        Assert.Equal(("queued", null, null), await StateAsync(waits));
    }

    [Fact]
    public async Task It_ends_once_and_the_first_end_stays()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Id;
        await Timelapses.BeginNextAsync(Cancellation);
        var failure = new Failure(FailureKind.BadInput, "no_frames", "There are none.", "Capture some.");

        var ends = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => i % 2 == 0
            ? Timelapses.EndAsync(id, "cancelled", null, null, Cancellation)
            : Timelapses.EndAsync(id, "failed", null, failure, Cancellation)));

        Assert.Single(ends, ended => ended);
        var run = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(run.State == "failed" ? failure : null, run.Failure);
        Assert.False(await Timelapses.EndAsync(id, "done", Guid.Empty, null, Cancellation));
        Assert.Equal(run.State, (await StateAsync(id)).State);
        Assert.False(await Timelapses.EndAsync(Guid.Empty, "done", null, null, Cancellation));
    }

    private async Task<(string State, Guid? Asset, DateTimeOffset? EndedAt)> StateAsync(Guid id)
    {
        var run = (await Timelapses.FindAsync(id, Cancellation)).Value;
        return (run.State, run.Asset, run.EndedAt);
    }
}
