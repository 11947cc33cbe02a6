using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public sealed class LaneBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly Offer Four = new() { Cpu = 4000, Memory = 4096, Disk = 1000, Gpu = 1, Tags = ["tool:ffmpeg"], Handlers = ["step"] };
    private readonly LaneBook book = new(Four);
    private long epochs;

    [Fact]
    public void Only_lanes_that_the_worker_can_serve_are_asked_for_and_taken_from()
    {
        book.Add([Lane(1), Lane(2) with { Handler = "other" }, Lane(3, needs: new Needs { Tags = ["mount:archive"] }), Lane(4, needs: new Needs { Cpu = 5000 }), Lane(5, needs: new Needs { Tags = ["tool:ffmpeg"], Gpu = 1 })]);
        for (var lane = 1; lane <= 5; lane++)
        {
            Assert.True(book.Lower(new LaneFloor(lane, Now)));
        }

        Assert.Equal([1, 5], Plan().Select(claim => claim.Lane).Order());
        Assert.Equal([1, 5], book.ToAsk(Now - TimeSpan.FromHours(1), false).Select(floor => floor.Lane).Order());
    }

    [Fact]
    public void A_signal_of_a_lane_that_is_not_known_is_said_to_be_so() => Assert.False(book.Lower(new LaneFloor(7, Now)));

    [Fact]
    public void What_is_planned_together_fits_into_what_is_free()
    {
        book.Add([Lane(1, needs: new Needs { Cpu = 3000, Memory = 1024 }), Lane(2, "b", needs: new Needs { Cpu = 1000, Memory = 3072 }), Lane(3, "c", needs: new Needs { Cpu = 0, Memory = 1 })]);
        Fill(1, 2, 3);

        var claims = Plan(tasks: 10);

        Assert.Equal(1, claims.Single(claim => claim.Lane == 1).Most);
        Assert.Equal(1, claims.Single(claim => claim.Lane == 2).Most);
        // Memory is full with the two.
        Assert.DoesNotContain(claims, claim => claim.Lane == 3);
    }

    [Fact]
    public void No_more_is_planned_than_may_be_taken_at_once()
    {
        book.Add([Lane(1, needs: new Needs { Cpu = 0 })]);
        Fill(1);

        Assert.Equal(100, Assert.Single(Plan(tasks: 1000, most: 100)).Most);
        Assert.Equal(30, Assert.Single(Plan(tasks: 30, most: 100)).Most);
    }

    [Fact]
    public void The_more_urgent_goes_first_whoever_has_had_what()
    {
        book.Add([Lane(1, priority: 3), Lane(2, priority: 1)]);
        Fill(1, 2);

        Assert.Equal([(2, 4)], Plan().Select(claim => (claim.Lane, claim.Most)));
    }

    [Fact]
    public void A_task_too_big_for_what_is_free_does_not_keep_others_from_it()
    {
        book.Add([Lane(1, priority: 1, needs: new Needs { Cpu = 4000 }), Lane(2, priority: 2)]);
        Fill(1, 2);
        var free = new Capacity(Four, 8);
        free.Take(new Needs { Cpu = 1000 });

        Assert.Equal([(2, 3)], book.Plan(free, 100, Now, null).Select(claim => (claim.Lane, claim.Most)));
    }

    [Fact]
    public void Tenants_alternate_whatever_the_length_of_their_queues()
    {
        book.Add([Lane(1, "many"), Lane(2, "few"), Lane(3, "many")]);
        Fill(1, 2, 3);

        var claims = Plan();

        Assert.Equal(2, claims.Single(claim => claim.Lane == 2).Most);
        Assert.Equal(2, claims.Where(claim => claim.Lane != 2).Sum(claim => claim.Most));
    }

    [Fact]
    public void A_tenant_is_charged_what_its_tasks_take()
    {
        book.Add([Lane(1, "big", needs: new Needs { Cpu = 3000 }), Lane(2, "small", needs: new Needs { Cpu = 1000 })]);
        Fill(1, 2);
        var taken = new List<int>();
        for (var turn = 0; turn < 40; turn++)
        {
            var claims = book.Plan(new Capacity(Four, 1), 1, Now, null);
            taken.Add(claims[0].Lane);
            book.Took(claims, [Lease(claims[0].Lane)]);
        }

        Assert.Equal(10, taken.Count(lane => lane == 1));
    }

    [Fact]
    public void Who_was_idle_has_saved_nothing_up()
    {
        book.Add([Lane(1, "busy"), Lane(2, "idle")]);
        Fill(1);
        for (var turn = 0; turn < 100; turn++)
        {
            Take(1);
        }

        Fill(2);

        Assert.Equal([1, 1], Plan(tasks: 2).Select(claim => claim.Most));
    }

    [Fact]
    public void Who_went_away_in_debt_comes_back_in_debt()
    {
        book.Add([Lane(1, "greedy", needs: new Needs { Cpu = 1000 }), Lane(2, "modest", needs: new Needs { Cpu = 1000 })]);
        Fill(1, 2);
        // All of this worker goes to one of them, as the other's queue looks empty for a moment.
        book.Heard(book.ToAsk(Now.AddHours(-1), false).FindAll(floor => floor.Lane == 2), []);
        Fill(2);
        for (var turn = 0; turn < 10; turn++)
        {
            Take(1, only: 1);
        }

        book.Took([new LaneClaim(1, new LanePlace(Now), 1)], []);
        Assert.Equal(2, Assert.Single(Plan()).Lane);
        Fill(1);

        Assert.Equal([(2, 4)], Plan().Select(claim => (claim.Lane, claim.Most)));
    }

    [Fact]
    public void A_lane_that_gave_less_than_asked_counts_as_empty_until_told_otherwise()
    {
        book.Add([Lane(1)]);
        Fill(1);
        var claims = Plan();
        book.Took(claims, [Lease(1), Lease(1)]);

        Assert.Empty(Plan());
        Assert.True(book.SeemsEmpty(Now));
        book.Lower(new LaneFloor(1, Now.AddSeconds(-1)));
        Assert.Equal(new LanePlace(Now.AddSeconds(-1)), Assert.Single(Plan()).Floor);
    }

    [Fact]
    public void A_signal_that_comes_while_the_claim_is_under_way_is_not_forgotten()
    {
        book.Add([Lane(1)]);
        Fill(1);
        var claims = Plan();
        Fill(1);
        book.Took(claims, []);

        Assert.Single(Plan());

        var asked = book.ToAsk(Now.AddSeconds(-1), false);
        Fill(1);
        book.Heard(asked, []);
        Assert.Single(Plan());
    }

    [Fact]
    public void A_floor_follows_what_was_taken_and_looks_go_back_a_little_or_to_the_beginning()
    {
        book.Add([Lane(1)]);
        Fill(1);
        var taken = Take(1, at: Now.AddSeconds(10));

        Assert.Equal(new LanePlace(Now.AddSeconds(10), taken.Task), Assert.Single(book.Plan(new Capacity(Four, 8), 1, Now.AddSeconds(20), null)).Floor);
        Assert.Equal(Now.AddSeconds(8), Assert.Single(book.ToAsk(Now, fromTheBeginning: false)).At);
        Assert.Equal(DateTimeOffset.UnixEpoch, Assert.Single(book.ToAsk(Now, fromTheBeginning: true)).At);
    }

    [Fact]
    public void What_becomes_ready_at_the_instant_of_the_floor_is_looked_for_from_the_beginning_of_that_instant()
    {
        book.Add([Lane(1)]);
        Fill(1);
        var taken = Take(1);
        book.Lower(new LaneFloor(1, Now.AddSeconds(1)));
        Assert.Equal(new LanePlace(Now, taken.Task), Assert.Single(Plan()).Floor);

        book.Lower(new LaneFloor(1, Now));

        Assert.Equal(new LanePlace(Now), Assert.Single(Plan()).Floor);
    }

    [Fact]
    public void A_lane_that_is_never_empty_is_looked_at_from_its_beginning_too_and_eaten_from_there()
    {
        book.Add([Lane(1)]);
        Fill(1);
        Take(1, at: Now.AddSeconds(10));
        Assert.Empty(book.ToAsk(Now.AddSeconds(20), fromTheBeginning: true));

        var asked = book.ToAsk(Now.AddSeconds(20), fromTheBeginning: true, dueToo: true);
        Assert.Equal([new LaneFloor(1, DateTimeOffset.UnixEpoch)], asked);
        book.Heard(asked, [new LaneFloor(1, Now.AddSeconds(3))]);

        Assert.Equal(new LanePlace(Now.AddSeconds(3)), Assert.Single(book.Plan(new Capacity(Four, 8), 1, Now.AddSeconds(20), null)).Floor);
    }

    [Fact]
    public void What_is_due_later_is_waited_for_and_taken_then()
    {
        book.Add([Lane(1), Lane(2)]);
        book.Heard(book.ToAsk(Now, true), [new LaneFloor(1, Now.AddSeconds(5)), new LaneFloor(2, Now.AddSeconds(9))]);

        Assert.Empty(Plan());
        Assert.True(book.SeemsEmpty(Now));
        Assert.Equal(Now.AddSeconds(5), book.NextDue(Now));
        Assert.Equal([1], book.Plan(new Capacity(Four, 8), 8, Now.AddSeconds(5), null).Select(claim => claim.Lane));
        Assert.Equal(Now.AddSeconds(9), book.NextDue(Now.AddSeconds(5)));
    }

    [Fact]
    public void A_worker_that_is_kept_for_a_lane_takes_only_from_it_while_there_is_something_in_it()
    {
        book.Add([Lane(1, priority: 1), Lane(2, priority: 4, needs: new Needs { Cpu = 4000 })]);
        Fill(1, 2);

        Assert.Equal(2, Assert.Single(book.Plan(new Capacity(Four, 8), 8, Now, only: 2)).Lane);
        var busy = new Capacity(Four, 8);
        busy.Take(new Needs { Cpu = 1000 });
        Assert.Empty(book.Plan(busy, 8, Now, only: 2));
        book.Heard(book.ToAsk(Now.AddSeconds(-1), false).FindAll(floor => floor.Lane == 2), []);
        Assert.Equal(1, Assert.Single(book.Plan(busy, 8, Now, only: 2)).Lane);
    }

    [Fact]
    public void A_tenant_with_a_tenth_of_the_load_waits_at_most_half_as_long_again_as_alone()
    {
        var alone = FairnessRun.MeanSojourn(withOther: false);
        var shared = FairnessRun.MeanSojourn(withOther: true);

        Assert.InRange(shared / alone, 1.0, 1.5);
    }

    private static Lane Lane(int id, string tenant = "a", int priority = 2, Needs? needs = null) => new(id, tenant, priority, "step", needs ?? new Needs());

    private void Fill(params int[] lanes)
    {
        foreach (var lane in lanes)
        {
            book.Lower(new LaneFloor(lane, Now));
        }
    }

    private List<LaneClaim> Plan(int tasks = 8, int most = 100) => book.Plan(new Capacity(Four, tasks), most, Now, null);

    private Lease Take(int lane, int? only = null, DateTimeOffset? at = null)
    {
        var claims = book.Plan(new Capacity(Four, 1), 1, Now, only);
        Assert.Equal(lane, claims[0].Lane);
        var lease = Lease(lane, at);
        book.Took(claims, [lease]);
        return lease;
    }

    private Lease Lease(int lane, DateTimeOffset? at = null) => FairnessRun.Lease(lane, ++epochs, at ?? Now);
}
