namespace Tidemark.Jobs;

// What is taken next.
internal sealed partial class LaneBook
{
    private readonly List<Entry> candidates = [];

    /// <summary>What to take: all of it together fits into what is free.</summary>
    /// <param name="free">What the worker has left.</param>
    /// <param name="most">How many tasks at most.</param>
    /// <param name="only">Take from this lane alone, while it may hold something; null: from all.</param>
    public List<LaneClaim> Plan(Capacity free, int most, DateTimeOffset now, int? only)
    {
        only = only is { } reserved && entries.TryGetValue(reserved, out var lane) && IsDue(lane, now) ? only : null;
        candidates.Clear();
        foreach (var entry in filled)
        {
            if (IsDue(entry, now) && (only is null || entry.Lane.Id == only) && free.Fits(entry.Lane.Needs) > 0)
            {
                (entry.Planned, entry.ToldWhenPlanned, entry.Early, entry.Tenant.Planned) = (0, entry.Told, entry.Head > now, entry.Tenant.Time);
                candidates.Add(entry);
            }
        }

        candidates.Sort(static (one, other) => one.Lane.Priority != other.Lane.Priority ? one.Lane.Priority - other.Lane.Priority : one.Head != other.Head ? one.Head.CompareTo(other.Head) : one.Lane.Id - other.Lane.Id);
        for (var from = 0; from < candidates.Count && most > 0;)
        {
            var to = from + 1;
            while (to < candidates.Count && candidates[to].Lane.Priority == candidates[from].Lane.Priority)
            {
                to++;
            }

            PlanAlike(from, to, ref free, ref most);
            from = to;
        }

        var claims = new List<LaneClaim>();
        foreach (var entry in candidates)
        {
            if (entry.Planned > 0)
            {
                claims.Add(new LaneClaim(entry.Lane.Id, entry.Floor, entry.Planned));
            }
        }

        return claims;
    }

    // One task at a time for the tenant who had least; his lanes in turn, the oldest head first: how long they are is not known.
    private void PlanAlike(int from, int to, ref Capacity free, ref int most)
    {
        while (most > 0)
        {
            Entry? next = null;
            for (var at = from; at < to; at++)
            {
                var entry = candidates[at];
                if ((next is null || entry.Tenant.Planned < next.Tenant.Planned || (entry.Tenant == next.Tenant && entry.Planned < next.Planned)) && free.Fits(entry.Lane.Needs) > 0)
                {
                    next = entry;
                }
            }

            if (next is null)
            {
                return;
            }

            next.Planned++;
            next.Tenant.Planned += Cost(next.Lane);
            free.Take(next.Lane.Needs);
            most--;
        }
    }
}
