using Tidemark.Archive;
using Tidemark.Jobs;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static readonly Guid Sidebar = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    private static TimelapseRequest Request => new(["a", "b", "c", "d"], Start, Start.AddHours(1), TimelapseLayout.Quad, 24, "640x480+0+0", Sidebar);

    [Fact]
    public async Task A_timelapse_comes_back_as_it_was_asked_for_and_is_a_job()
    {
        var added = (await Timelapses.AddAsync(Request, Cancellation)).Value;
        var found = (await Timelapses.FindAsync(added.Id, Cancellation)).Value;

        Assert.Equal(Request.Sources, found.Request.Sources);
        Assert.Equal(Request with { Sources = found.Request.Sources }, found.Request);
        Assert.Equal(("queued", Start, null, null), (found.State, found.CreatedAt, found.StartedAt, found.EndedAt));
        Assert.Equal("timelapse_not_found", (await Timelapses.FindAsync(Guid.Empty, Cancellation)).Failure?.Code);
        var lanes = await Jobs.LanesAsync(0, Cancellation);
        Assert.Equal([(JoinTask.Handler, 500), (PlanTask.Handler, 500), (StretchTask.Handler, 1000)], lanes.Select(lane => (lane.Handler, lane.Needs.Cpu)).Order());
        Assert.All(lanes, lane => Assert.Equal(["mount:archive-here", "tool:ffmpeg"], lane.Needs.Tags));
    }

    [Fact]
    public async Task Even_pictures_end_now_or_with_the_newest_frame_where_a_cameras_clock_is_ahead()
    {
        var even = Request with { From = Start.AddDays(-1), To = Start.AddDays(7), Pace = TimelapsePace.Even, SecondsPerDay = 10 };
        await Frames.AddAsync(Of("a", Start.AddHours(-30)), Cancellation);
        Assert.Equal([new Stretch(Start.AddDays(-1), Midnight), new Stretch(Midnight, Start)], await PlannedAsync(even));
        await Frames.AddAsync(Of("b", Start.AddHours(20)), Cancellation);
        Assert.Equal([new Stretch(Start.AddDays(-1), Midnight), new Stretch(Midnight, Midnight.AddDays(1)), new Stretch(Midnight.AddDays(1), Start.AddHours(20).AddMicroseconds(1))], await PlannedAsync(even));
        Assert.Equal(new Stretch(Midnight, Start.AddHours(-1)), (await PlannedAsync(even with { To = Start.AddHours(-1) }))[^1]);
        // Frames may come until the job begins.
        Assert.Contains(new Stretch(Midnight, Midnight.AddDays(1)), await PlannedAsync(Request with { To = Start.AddDays(7), From = Midnight }));
    }

    [Fact]
    public async Task A_stretch_asks_for_the_memory_that_its_whole_picture_takes()
    {
        await Frames.AddAsync([.. Request.Sources.Select(source => Of(source, Start))], Cancellation);
        Assert.Equal(256L << 20, await MemoryAsync(Request));
        Assert.Equal(1L << 30, await MemoryAsync(Request with { Size = "1920x1080" }));
        Assert.Equal(4L << 30, await MemoryAsync(Request with { Sources = ["a"], Layout = TimelapseLayout.Single, Size = "7680x4320" }));
        // Frames are decoded in their own size.
        await Frames.AddAsync(Of("a", Start.AddHours(1)) with { Width = 7680, Height = 4320 }, Cancellation);
        Assert.Equal(4L << 30, await MemoryAsync(Request with { Sources = ["a"], Layout = TimelapseLayout.Single, Size = "640x480" }));
    }

    [Fact]
    public async Task The_newest_is_listed_first_and_one_that_is_called_off_stays_so()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, (await Timelapses.AddAsync(Request, Cancellation)).Value.Id);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(ids, (await Timelapses.ListAsync(10, Cancellation)).Select(run => run.Id));
        Assert.Equal(ids[..1], (await Timelapses.ListAsync(1, Cancellation)).Select(run => run.Id));
        Assert.Equal("cancelled", (await Timelapses.CancelAsync(ids[1], Cancellation)).Value.State);
        Assert.Equal("cancelled", (await Timelapses.CancelAsync(ids[1], Cancellation)).Value.State);
        Assert.Equal("timelapse_not_found", (await Timelapses.CancelAsync(Guid.Empty, Cancellation)).Failure?.Code);
        Assert.Equal(["queued", "cancelled", "queued"], (await Timelapses.ListAsync(10, Cancellation)).Select(run => run.State));
    }

    [Fact]
    public async Task A_timelapse_runs_with_progress_and_ends_with_its_video_in_one_transaction()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Value.Id;
        var stretch = new Stretch(Start, Start.AddHours(1));
        var (node, plan) = await TakeAsync();
        var planning = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal((TimelapseStore.Plan, "running", null), (plan.Name, planning.State, planning.Progress));
        await Jobs.CompleteAsync(node, new Completion(plan, new Outline(Request, [stretch], [new(64, 48)], 24, "5", null, [60]).ToJson()), (_, _) => Task.CompletedTask, Cancellation);

        var encode = await NextAsync(node, 2);
        Assert.Equal((stretch.Name, stretch), (encode.Name, Stretch.FromJson(encode.Payload)));
        Clock.Advance(TimeSpan.FromSeconds(2));
        await Jobs.KickAsync(new Kick(node, 2, [new RunningTask(id, encode.Task.Number, new TaskProgress(0.5, new TimelapseProgress(TimelapseStage.Encoding, 40, 60, 0.5, 3.2).Note, 3.2))], false), Cancellation);
        var running = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(("running", new TimelapseProgress(TimelapseStage.Encoding, 40, 60, 0.475, 2)), (running.State, running.Progress));
        await Jobs.CompleteAsync(node, new Completion(encode, new MadeStretch("a.b.mp4", 60, false).ToJson()), (_, _) => Task.CompletedTask, Cancellation);
        var between = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(("running", 60), (between.State, between.Progress?.Frames));

        var lease = await NextAsync(node, 3);
        Assert.Equal((TimelapseStore.Join, TimelapseStore.JoinNumber), (lease.Name, lease.Task.Number));
        Assert.Equal(TimelapseStage.Verifying, (await Timelapses.FindAsync(id, Cancellation)).Value.Progress?.Stage);
        var (registered, _) = await Jobs.CompleteAsync(node, new Completion(lease, null), (session, token) => TimelapseStore.MadeAsync(session, id, token), Cancellation);
        Assert.True(registered);
        var done = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(("done", id, null), (done.State, done.Asset, done.Progress));
    }

    [Fact]
    public async Task A_timelapse_that_fails_says_why()
    {
        var id = (await Timelapses.AddAsync(Request, Cancellation)).Value.Id;
        var (node, lease) = await TakeAsync();
        await Jobs.FailAsync(node, lease, TaskFailure.From(new Failure(FailureKind.BadInput, "no_frames", "There are none.", "Capture some.")), Cancellation);

        var failed = (await Timelapses.FindAsync(id, Cancellation)).Value;
        Assert.Equal(("failed", new TaskFailure("badInput", "no_frames", "There are none.", "Capture some."), Start), (failed.State, failed.Failure, failed.EndedAt));
    }

    [Fact]
    public async Task What_the_release_before_left_unfinished_becomes_a_job_once_and_what_it_ended_stays_listed()
    {
        var (done, queued, running) = (OldId(1), OldId(2), OldId(3));
        await database.WriteAsync(async session =>
        {
            foreach (var (id, state, asset) in new[] { (done, "done", (Guid?)done), (queued, "queued", null), (running, "running", null) })
            {
                await session.ExecuteAsync("insert into timelapse (id, recipe, state, attempts, created_at, asset) values (@id, @recipe, @state, 1, @at, @asset)", Cancellation,
                    ("id", id), ("recipe", Request.ToJson()), ("state", state), ("at", Start), ("asset", asset));
            }
        }, Cancellation);
        Assert.Equal(["running", "queued", "done"], (await Timelapses.ListAsync(10, Cancellation)).Select(run => run.State));

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Timelapses.AdoptAsync(Cancellation)));
        await Timelapses.AdoptAsync(Cancellation);

        Assert.Equal([(running, "queued"), (queued, "queued"), (done, "done")], (await Timelapses.ListAsync(10, Cancellation)).Select(run => (run.Id, run.State)));
        var node = await Jobs.RegisterAsync(new NodeIntroduction("here", "here", ["work"], "1", null), Cancellation);
        var lane = (await Jobs.LanesAsync(0, Cancellation)).Single(one => one.Handler == PlanTask.Handler);
        var claimed = (await Jobs.ExchangeAsync(new Exchange(node, 1, [], [new LaneClaim(lane.Id, LanePlace.Beginning, 10)]), Cancellation)).Claimed;
        Assert.Equal([queued, running], claimed.Select(lease => lease.Task.Job).Order());
    }

    [Fact]
    public async Task A_sweep_takes_what_was_not_registered_keeps_what_was_and_leaves_what_may_be_yet()
    {
        var outputs = new TimelapseOutputs(folder, Assets, new JobQueries(database, Clock, JobClock.Provider));
        var (kept, lost) = ((await Timelapses.AddAsync(Request, Cancellation)).Value.Id, (await Timelapses.AddAsync(Request, Cancellation)).Value.Id);
        var (node, plan) = await TakeAsync(kept);
        await Jobs.CompleteAsync(node, new Completion(plan, "{}"), (_, _) => Task.CompletedTask, Cancellation);
        await Jobs.CompleteAsync(node, new Completion(await NextAsync(node, 2), "{}"), (_, _) => Task.CompletedTask, Cancellation);
        var lease = await NextAsync(node, 3);
        var name = $"{lease.Task.Job:D}.1-{lease.Fence.Epoch}.mp4";
        Make(outputs, name);
        await outputs.SweepAsync(Cancellation);
        Assert.True(File.Exists(Assets.PathOf(name)), "It is leased still.");

        await File.WriteAllTextAsync(Assets.PathOf("another-node.mp4"), "x", Cancellation);
        var asset = await Assets.MeasureAsync(new Asset(kept, "a.mp4", "video/mp4", 0, default, 1, 1, 1, 1, Start, name), null, Cancellation);
        await Jobs.CompleteAsync(node, new Completion(lease, null), (session, token) => AssetStore.AddAsync(session, asset, token), Cancellation);
        var unregistered = $"{lost:D}.1-999.mp4";
        Make(outputs, unregistered);
        await outputs.SweepAsync(Cancellation);

        Assert.Equal(new[] { "another-node.mp4", name }.Order(), Directory.GetFiles(folder.Assets).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFiles(folder.Unregistered));
        Assert.Empty(Directory.GetFiles(folder.Incoming));
        Assert.Equal(name, (await Assets.FindAsync(kept, Cancellation)).Value.File);

        // Made again: the file before goes when the new one is registered, not earlier.
        var again = $"{kept:D}.1-1000.mp4";
        Make(outputs, again, replaced: name);
        Assert.True(File.Exists(Assets.PathOf(name)));
        await Assets.AddAsync(asset with { File = again }, Cancellation);
        await outputs.SweepAsync(Cancellation);
        Assert.Equal((false, true), (File.Exists(Assets.PathOf(name)), File.Exists(Assets.PathOf(again))));
    }

    private static Frame Of(string source, DateTimeOffset time) => new(source, time, null, 10, 640, 480, new byte[32], time);

    private async Task<IReadOnlyList<Stretch>> PlannedAsync(TimelapseRequest request)
    {
        var (_, plan) = await TakeAsync((await Timelapses.AddAsync(request, Cancellation)).Value.Id);
        return PlanWork.FromJson(plan.Payload).Stretches;
    }

    private async Task<long> MemoryAsync(TimelapseRequest request)
    {
        var asked = await Timelapses.JobOfAsync(new TimelapseSchedule("any", ScheduleEvery.Day, null, "UTC", null, false, request, Start), Start.AddDays(1), Cancellation);
        return asked.Value.Request.Tasks.First(task => task.Handler == StretchTask.Handler).Needs.Memory;
    }

    private static Guid OldId(int hours) => Guid.CreateVersion7(Start.AddDays(-1).AddHours(hours));

    private static void Make(TimelapseOutputs outputs, string name, string? replaced = null)
    {
        File.WriteAllText(outputs.Making(name), "video");
        outputs.Publish(name, replaced);
    }

    private async Task<(NodeSession Node, Lease Lease)> TakeAsync(Guid? job = null)
    {
        var node = await Jobs.RegisterAsync(new NodeIntroduction("here", "here", ["work"], "1", null), Cancellation);
        var claims = (await Jobs.LanesAsync(0, Cancellation)).Select(lane => new LaneClaim(lane.Id, LanePlace.Beginning, 10)).ToList();
        var claimed = (await Jobs.ExchangeAsync(new Exchange(node, 1, [], claims), Cancellation)).Claimed;
        return (node, claimed.First(lease => job is null || lease.Task.Job == job));
    }

    private async Task<Lease> NextAsync(NodeSession node, long claim)
    {
        var claims = (await Jobs.LanesAsync(0, Cancellation)).Select(lane => new LaneClaim(lane.Id, LanePlace.Beginning, 10)).ToList();
        return Assert.Single((await Jobs.ExchangeAsync(new Exchange(node, claim, [], claims), Cancellation)).Claimed);
    }
}
