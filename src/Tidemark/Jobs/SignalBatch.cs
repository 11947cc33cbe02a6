using System.Globalization;
using System.Text;

namespace Tidemark.Jobs;

/// <summary>
/// Signals that travel together, as text: the sender, then parts behind semicolons: <c>r</c> lanes with the microsecond
/// since 1970 from which on to look, <c>c</c> jobs that changed, <c>k</c> kick. <c>*</c> stands for more than fit.
/// </summary>
internal sealed class SignalBatch
{
    /// <summary>PostgreSQL takes less than 8,000 bytes; this many of each stay below 7,500.</summary>
    private const int MostLanes = 100;
    private const int MostJobs = 100;

    private readonly Dictionary<int, DateTimeOffset> lanes = [];
    private readonly HashSet<Guid> jobs = [];
    private bool allLanes;
    private bool allJobs;
    private bool kick;

    public bool IsEmpty => lanes.Count == 0 && jobs.Count == 0 && !kick && !allLanes && !allJobs;

    public void Ready(IReadOnlyList<LaneFloor> floors)
    {
        foreach (var (lane, at) in floors)
        {
            if (!lanes.TryGetValue(lane, out var earlier) || at < earlier)
            {
                lanes[lane] = at;
            }
        }

        allLanes |= lanes.Count > MostLanes;
    }

    public void Changed(Guid? job)
    {
        allJobs |= job is null || (jobs.Count == MostJobs && !jobs.Contains(job.Value));
        if (!allJobs)
        {
            jobs.Add(job!.Value);
        }
    }

    public void Kick() => kick = true;

    /// <summary>Takes along what another was to say.</summary>
    public void Add(SignalBatch other)
    {
        Ready([.. other.lanes.Select(lane => new LaneFloor(lane.Key, lane.Value))]);
        foreach (var job in other.jobs)
        {
            Changed(job);
        }

        allLanes |= other.allLanes;
        allJobs |= other.allJobs;
        kick |= other.kick;
    }

    public string Write(string sender)
    {
        var text = new StringBuilder(sender);
        if (allLanes)
        {
            text.Append(";r*");
        }
        else if (lanes.Count > 0)
        {
            text.Append(";r").AppendJoin(',', lanes.Select(lane => string.Create(CultureInfo.InvariantCulture, $"{lane.Key}:{(lane.Value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}")));
        }

        if (allJobs)
        {
            text.Append(";c*");
        }
        else if (jobs.Count > 0)
        {
            text.Append(";c").AppendJoin(',', jobs.Select(job => job.ToString("N")));
        }

        return text.Append(kick ? ";k" : "").ToString();
    }

    /// <summary>Reads what <see cref="Write"/> wrote. False for anything else: anybody who may connect may notify.</summary>
    public static bool TryRead(string payload, out string sender, out SignalBatch batch)
    {
        batch = new SignalBatch();
        var parts = payload.Split(';');
        sender = parts[0];
        if (payload.Length > 8000 || !Guid.TryParseExact(sender, "N", out _) || parts.Length is < 2 or > 4)
        {
            return false;
        }

        foreach (var part in parts.AsSpan(1))
        {
            var read = part switch
            {
                "k" => batch.kick = true,
                "r*" => batch.allLanes = true,
                "c*" => batch.allJobs = true,
                ['r', .. var told] => batch.ReadLanes(told),
                ['c', .. var told] => batch.ReadJobs(told),
                _ => false,
            };
            if (!read)
            {
                return false;
            }
        }

        return true;
    }

    public void Raise(Action<IReadOnlyList<LaneFloor>>? ready, Action<Guid?>? changed, Action? kicked, Action? resynced)
    {
        if (allLanes)
        {
            resynced?.Invoke();
        }
        else if (lanes.Count > 0)
        {
            ready?.Invoke([.. lanes.Select(lane => new LaneFloor(lane.Key, lane.Value))]);
        }

        if (kick)
        {
            kicked?.Invoke();
        }

        if (allJobs)
        {
            changed?.Invoke(null);
        }

        foreach (var job in allJobs ? [] : jobs)
        {
            changed?.Invoke(job);
        }
    }

    private bool ReadLanes(string text)
    {
        foreach (var one in text.Split(','))
        {
            var colon = one.IndexOf(':', StringComparison.Ordinal);
            // Year 9999 at most: what comes from outside must not overflow here.
            if (colon < 1 || !int.TryParse(one.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var lane)
                || !long.TryParse(one.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at > 253_402_300_799_000_000)
            {
                return false;
            }

            lanes[lane] = DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond);
        }

        return true;
    }

    private bool ReadJobs(string text)
    {
        foreach (var one in text.Split(','))
        {
            if (!Guid.TryParseExact(one, "N", out var job))
            {
                return false;
            }

            jobs.Add(job);
        }

        return true;
    }
}
