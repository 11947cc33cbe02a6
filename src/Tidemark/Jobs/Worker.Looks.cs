namespace Tidemark.Jobs;

// The poll behind the signals (J9): what lanes there are, and where something waits that nobody told of.
public sealed partial class Worker
{
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WholeAtMostEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<LaneFloor> unknown = [];
    private bool lookNow;

    // Another incarnation may have other lanes under the same ids.
    private bool otherLanes;
    private long lanesOf;
    private bool lookedSinceEmpty;
    private long pollAt;
    private long wholeAt;
    private long wholeAgainAt;
    private (DateTimeOffset Database, long Here) clocks;

    private enum Looks
    {
        /// <summary>At lanes that a signal named and that are not known.</summary>
        ForLanes,

        /// <summary>A little before where the last task was taken.</summary>
        FromFloors,

        /// <summary>From the beginning of time.</summary>
        AtAll,
    }

    private void OnReady(IReadOnlyList<LaneFloor> floors)
    {
        if (!works)
        {
            return;
        }

        lock (gate)
        {
            foreach (var floor in floors)
            {
                if (!book.Lower(floor))
                {
                    unknown.Add(floor);
                }
            }
        }

        exchangeBell.Ring();
    }

    private void OnResync()
    {
        lock (gate)
        {
            lookNow = true;
        }

        kickBell.Ring();
        exchangeBell.Ring();
    }

    // The database's clock, a little late: as long as its answer was under way.
    private DateTimeOffset Now() => clocks.Database + time.GetElapsedTime(clocks.Here);

    private Looks? Look()
    {
        lock (gate)
        {
            if (draining)
            {
                return null;
            }

            var now = time.GetTimestamp();
            var empty = now >= wholeAgainAt && book.SeemsEmpty(Now());
            return lookNow || now >= wholeAt || (empty && (!lookedSinceEmpty || now >= pollAt)) ? Looks.AtAll
                : now >= pollAt ? Looks.FromFloors
                : unknown.Count > 0 ? Looks.ForLanes
                : null;
        }
    }

    // By the exchange loop alone, between two of its steps.
    private void BeginBook()
    {
        lock (gate)
        {
            if (otherLanes)
            {
                (otherLanes, lookNow, wholeAt) = (false, true, 0);
                book = new LaneBook(offered);
                children.Clear();
                unknown.Clear();
            }
        }
    }

    private async Task LookAsync(Looks look)
    {
        var began = time.GetTimestamp();
        bool whole;
        int after;
        List<LaneFloor> told;
        lock (gate)
        {
            told = [.. unknown];
            unknown.Clear();
            whole = look == Looks.AtAll && began >= wholeAt;
            after = whole ? 0 : told.Count == 0 ? book.Last : Math.Min(book.Last, told.Min(floor => floor.Lane) - 1);
            lookNow &= look != Looks.AtAll;
        }

        try
        {
            var lanes = await store.LanesAsync(after, closing.Token);
            var now = look == Looks.ForLanes ? default : await store.NowAsync(closing.Token);
            List<LaneFloor> asked = [];
            lock (gate)
            {
                clocks = look == Looks.ForLanes ? clocks : (now, time.GetTimestamp());
                book.Add(lanes);
                told.ForEach(floor => book.Lower(floor));
                asked = look == Looks.ForLanes ? asked : book.ToAsk(Now(), look == Looks.AtAll, whole);
            }

            var heads = asked.Count == 0 ? [] : await store.HeadsAsync(asked, closing.Token);
            lock (gate)
            {
                book.Heard(asked, heads);
                Looked(look, began, whole);
            }

            exchangeFailures = 0;
        }
        catch (Exception)
        {
            lock (gate)
            {
                unknown.AddRange(told);
                lookNow |= look == Looks.AtAll;
                // One that takes longer than a statement may is not all that a worker does.
                wholeAt = whole ? After(time.GetTimestamp(), WholeEvery) : wholeAt;
            }

            throw;
        }
    }

    // Under the lock. Where looking costs much (a long open transaction keeps what is gone in the way) it is done less often.
    private void Looked(Looks look, long began, bool whole)
    {
        if (look == Looks.ForLanes)
        {
            return;
        }

        var now = time.GetTimestamp();
        pollAt = After(now, options.Poll * (0.75 + (0.5 * Random.Shared.NextDouble())));
        if (look == Looks.AtAll)
        {
            lookedSinceEmpty = true;
            var pause = time.GetElapsedTime(began, now) * 20;
            wholeAgainAt = After(now, pause < WholeAtMostEvery ? WholeAtMostEvery : pause < WholeEvery ? pause : WholeEvery);
            wholeAt = whole ? After(now, pause > WholeEvery ? pause : WholeEvery) : wholeAt;
        }
    }

    // Under the lock: the next instant at which there is something to do by itself.
    private void SetWake()
    {
        if (draining)
        {
            return;
        }

        var now = time.GetTimestamp();
        var next = Math.Min(pollAt, wholeAt);
        var clock = Now();
        next = !lookedSinceEmpty && book.SeemsEmpty(clock) ? Math.Min(next, wholeAgainAt) : next;
        var wait = next > now ? time.GetElapsedTime(now, next) : TimeSpan.Zero;
        if (book.NextDue(clock) is { } due && due - clock < wait)
        {
            wait = due - clock;
        }

        // A timer fires no earlier than it was asked to; what is less than its resolution would be asked for over and over.
        wake!.Change(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private long After(long from, TimeSpan wait) => from + (long)(wait.TotalSeconds * time.TimestampFrequency);
}
