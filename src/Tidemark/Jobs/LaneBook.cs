namespace Tidemark.Jobs;

/// <summary>
/// What one worker knows of the lanes, and what it takes next: by priority, then by its tenants' virtual time, then by age.
/// Fairness needs no row in the database: every worker shares itself fairly among the tenants that wait (start-time fair
/// queueing: Goyal, Vin and Cheng, 1996), and so the workers together do. Not for several threads.
/// </summary>
/// <remarks>
/// A lane's head is a guess that errs on the early side: it costs a claim in vain, never a task forgotten. It comes from
/// signals, from looking (<see cref="ToAsk"/>, <see cref="Heard"/>) and from what was taken. All instants are the database's.
/// </remarks>
internal sealed partial class LaneBook(Offer offer)
{
    /// <summary>A head that lies this little ahead is tried at once: two clocks are read less exactly than that.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(2);

    /// <summary>A transaction that was slower than this to commit is found by looking from the beginning only.</summary>
    private static readonly TimeSpan SlowestCommit = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, Entry> entries = [];
    private readonly Dictionary<string, Tenant> tenants = new(StringComparer.Ordinal);

    // The lanes that may hold something, now or later.
    private readonly List<Entry> filled = [];
    private long virtualTime;

    /// <summary>The highest lane id seen.</summary>
    public int Last { get; private set; }

    /// <summary>Takes lanes in; those known already stay as they are. Those that this worker can never serve are kept out of everything else.</summary>
    public void Add(IReadOnlyList<Lane> lanes)
    {
        foreach (var lane in lanes)
        {
            Last = Math.Max(Last, lane.Id);
            if (entries.ContainsKey(lane.Id))
            {
                continue;
            }

            if (!tenants.TryGetValue(lane.Tenant, out var tenant))
            {
                tenants.Add(lane.Tenant, tenant = new Tenant());
            }

            entries.Add(lane.Id, new Entry(lane, tenant, offer.Lacks(lane) is null));
        }
    }

    /// <summary>The lane; null where it is not known.</summary>
    public Lane? Find(int lane) => entries.GetValueOrDefault(lane)?.Lane;

    /// <summary>Told that a task became ready there, at that instant or from then on. False: the lane is not known.</summary>
    public bool Lower(LaneFloor told)
    {
        if (!entries.TryGetValue(told.Lane, out var entry))
        {
            return false;
        }

        entry.Told++;
        if (entry.Servable)
        {
            entry.Floor = Earlier(entry.Floor, told.At);
            Fill(entry, entry.Index < 0 ? told.At : Earlier(entry.Head, told.At));
        }

        return true;
    }

    /// <summary>The lanes to look at, with the instants from which on: all that this worker can serve but those that are known to hold something due.</summary>
    /// <param name="now">By which that is known.</param>
    /// <param name="fromTheBeginning">And not from a little before the floors.</param>
    /// <param name="dueToo">Those as well: one that is never empty may hold something before its floor, and nobody would ever look there.</param>
    public List<LaneFloor> ToAsk(DateTimeOffset now, bool fromTheBeginning, bool dueToo = false)
    {
        var asked = new List<LaneFloor>();
        foreach (var entry in entries.Values)
        {
            if (entry.Servable && (dueToo || !(entry.Index >= 0 && entry.Head <= now)))
            {
                entry.ToldWhenAsked = entry.Told;
                asked.Add(new LaneFloor(entry.Lane.Id, fromTheBeginning || entry.Floor.At - DateTimeOffset.MinValue < SlowestCommit ? DateTimeOffset.UnixEpoch : entry.Floor.At - SlowestCommit));
            }
        }

        return asked;
    }

    /// <summary>The heads of the lanes that were asked for; those without one are empty, unless a signal came meanwhile.</summary>
    public void Heard(IReadOnlyList<LaneFloor> asked, IReadOnlyList<LaneFloor> heads)
    {
        foreach (var (lane, at) in heads)
        {
            var entry = entries[lane];
            entry.Floor = entry.Told == entry.ToldWhenAsked ? new LanePlace(at) : Earlier(entry.Floor, at);
            Fill(entry, entry.Told == entry.ToldWhenAsked || entry.Index < 0 ? at : Earlier(entry.Head, at));
            entry.Seen = true;
        }

        foreach (var (lane, _) in asked)
        {
            var entry = entries[lane];
            if (!entry.Seen && entry.Told == entry.ToldWhenAsked)
            {
                Empty(entry);
            }

            entry.Seen = false;
        }
    }

    /// <summary>What a plan brought. A lane that gave fewer than asked counts as empty, unless a signal came meanwhile.</summary>
    public void Took(IReadOnlyList<LaneClaim> wanted, IReadOnlyList<Lease> leases)
    {
        foreach (var lease in leases)
        {
            var entry = entries[lease.Lane];
            entry.Planned--;
            entry.Tenant.Time += Cost(entry.Lane);
            if (entry.Told == entry.ToldWhenPlanned)
            {
                (entry.Floor, entry.Head) = (new LanePlace(lease.ReadyAt, lease.Task), lease.ReadyAt);
            }
        }

        // Where the virtual time stands is seen from those who wait, so before those are gone who no longer do.
        Advance();
        foreach (var claim in wanted)
        {
            var entry = entries[claim.Lane];
            if (entry.Planned > 0 && entry.Told == entry.ToldWhenPlanned && !entry.Early)
            {
                Empty(entry);
            }
        }
    }

    /// <summary>Whether a lane gave less than the last plan asked of it.</summary>
    public bool GaveLess(LaneClaim claim) => entries[claim.Lane].Planned > 0;

    /// <summary>Supposes that a lane holds something: a claim that is made anyway may ask it, too.</summary>
    public void Suppose(int lane, DateTimeOffset now)
    {
        if (entries.TryGetValue(lane, out var entry) && entry.Servable && entry.Index < 0)
        {
            Fill(entry, now);
        }
    }

    /// <summary>True: nothing that this worker could take is due.</summary>
    public bool SeemsEmpty(DateTimeOffset now)
    {
        foreach (var entry in filled)
        {
            if (IsDue(entry, now))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>When something is due next that is not due yet.</summary>
    public DateTimeOffset? NextDue(DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var entry in filled)
        {
            if (entry.Head > now && (next is null || entry.Head < next))
            {
                next = entry.Head;
            }
        }

        return next;
    }

    private static long Cost(Lane lane) => Math.Max(1, lane.Needs.Cpu);

    private static bool IsDue(Entry entry, DateTimeOffset now) => entry.Index >= 0 && entry.Head <= now + Near;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static LanePlace Earlier(LanePlace one, DateTimeOffset other) => one.At < other ? one : new LanePlace(other);

    private void Fill(Entry entry, DateTimeOffset head)
    {
        entry.Head = head;
        if (entry.Index >= 0)
        {
            return;
        }

        entry.Index = filled.Count;
        filled.Add(entry);
        if (entry.Tenant.Filled++ == 0)
        {
            // Who was idle begins where the others are: idleness saves nothing up, and debts stay.
            entry.Tenant.Time = Math.Max(entry.Tenant.Time, virtualTime);
        }
    }

    private void Empty(Entry entry)
    {
        if (entry.Index < 0)
        {
            return;
        }

        var last = filled[^1];
        (filled[entry.Index], last.Index) = (last, entry.Index);
        filled.RemoveAt(filled.Count - 1);
        entry.Index = -1;
        entry.Tenant.Filled--;
    }

    private void Advance()
    {
        var least = long.MaxValue;
        foreach (var entry in filled)
        {
            least = Math.Min(least, entry.Tenant.Time);
        }

        virtualTime = least == long.MaxValue ? virtualTime : Math.Max(virtualTime, least);
    }
}
