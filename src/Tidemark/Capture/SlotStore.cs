using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>How slots ended, by source, hour and revision, in the database. The only place with SQL about slots.</summary>
public sealed class SlotStore(SqlDatabase database, SourceStore sources)
{
    /// <summary>The most slots that a report is made of.</summary>
    public const int MostSlots = 3_000_000;

    /// <summary>Adds outcomes to their hours, in a transaction of the caller's. What was said of a slot first stays, so adding again is harmless.</summary>
    /// <param name="now">Days that are over by then may be sealed already.</param>
    public static async Task AddAsync(Session session, IReadOnlyCollection<SlotRecord> records, DateTimeOffset now, CancellationToken cancellation)
    {
        var changedDays = new HashSet<(string Source, DateTimeOffset Day)>();
        var hours = records.SelectMany(record => record.Slots.Select(slot => (Record: record, Slot: slot)))
            .GroupBy(one => (one.Record.Source, Hour: SlotHour.Of(one.Slot), one.Record.Revision))
            .OrderBy(hour => hour.Key.Source, StringComparer.Ordinal).ThenBy(hour => hour.Key.Hour).ThenBy(hour => hour.Key.Revision);
        foreach (var group in hours)
        {
            var (source, at, revision) = group.Key;
            var found = await FindAsync(session, source, at, revision, cancellation);
            var (hour, changed) = (found ?? new SlotHour(), false);
            foreach (var (record, slot) in group)
            {
                changed |= OutcomeText.TryParse(record.Outcome, out var outcome)
                    && hour.Set(SlotHour.PlaceOf(slot, TimeSpan.FromSeconds(record.Every)), new SlotEnd(outcome, record.Code, record.Frames));
            }

            if (changed)
            {
                await session.ExecuteAsync(
                    """
                    insert into slot_hour (source, hour, revision, runs) values (@source, @hour, @revision, @runs)
                    on conflict (source, hour, revision) do update set runs = excluded.runs
                    """, cancellation, ("source", source), ("hour", at), ("revision", revision), ("runs", hour.ToText()));
                var day = TimeRange.Day(at);
                // While a day lasts, that it has slots is all there is to know: a note an hour, not a minute.
                if ((found is null || day.End <= now) && changedDays.Add((source, day.Start)))
                {
                    await DayStore.SlotsChangedAsync(session, source, day.Start, cancellation);
                }
            }
        }
    }

    /// <summary>Of each source the slot whose interval an instant lies in, where it is in force and has no outcome.</summary>
    public Task<Dictionary<string, DateTimeOffset>> OpenAsync(IEnumerable<Source> asked, DateTimeOffset now, CancellationToken cancellation) => database.ReadAsync(async session =>
    {
        var open = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var source in asked)
        {
            if (source.Config.Schedule(source.Id).Current(now) is not { } slot)
            {
                continue;
            }

            var since = await session.FirstAsync("select since from source_revision where source = @source and revision = @revision", row => (DateTimeOffset?)row.Time(0), cancellation,
                ("source", source.Id), ("revision", source.Revision));
            var hour = await FindAsync(session, source.Id, SlotHour.Of(slot), source.Revision, cancellation);
            if (!(since > slot) && hour?[SlotHour.PlaceOf(slot, source.Config.Every)] is null)
            {
                open[source.Id] = slot;
            }
        }

        return open;
    }, cancellation);

    /// <summary>Every slot of a range by the revisions that were in force, and how each ended; <c>paused</c> and <c>missed</c> are worked out.</summary>
    /// <param name="range">Not beyond now.</param>
    /// <param name="known">Until when all outcomes are in the database: a slot that was over by then and has none was missed; a later one is open. No later than the slot whose poll is under way.</param>
    /// <returns>NotFound where there never was such a source; BadInput <c>too_many_slots</c>.</returns>
    public async Task<Result<SlotReport>> ReadAsync(string source, TimeRange range, DateTimeOffset known, CancellationToken cancellation)
    {
        var revisions = await sources.RevisionsAsync(source, cancellation);
        if (revisions.Count == 0)
        {
            return new Failure(FailureKind.NotFound, "source_not_found", $"There never was a source named '{source}'.", "See the names with: tidemark source list");
        }

        var inForce = InForce(revisions, range, removed: false).ToList();
        if (inForce.Sum(one => one.Range.Length / one.Revision.Config.Every) is > MostSlots and var many)
        {
            return new Failure(FailureKind.BadInput, "too_many_slots", $"There are about {many:#,0} slots in that range; {MostSlots:#,0} are shown at most.", "Ask for a shorter range.");
        }

        var hours = await database.ReadAsync(session => session.QueryAsync(
            "select hour, revision, runs from slot_hour where source = @source and hour >= @start and hour < @end",
            row => (Hour: row.Time(0), Revision: (int)row.Int(1), Runs: row.Text(2)), cancellation, ("source", source), ("start", SlotHour.Of(range.Start)), ("end", range.End)), cancellation);
        return new SlotReading(range, known, hours.ToDictionary(hour => (hour.Hour, hour.Revision), hour => SlotHour.Parse(hour.Runs))).Read(source, inForce);
    }

    /// <summary>Which revisions were in force in a range, and when in it.</summary>
    /// <param name="removed">Also those by which the source was removed: no slots are theirs.</param>
    internal static IEnumerable<(SourceRevision Revision, TimeRange Range)> InForce(List<SourceRevision> revisions, TimeRange range, bool removed)
    {
        for (var i = 0; i < revisions.Count; i++)
        {
            var start = revisions[i].Since > range.Start ? revisions[i].Since : range.Start;
            var end = i + 1 < revisions.Count && revisions[i + 1].Since < range.End ? revisions[i + 1].Since : range.End;
            if (start < end && (removed || !revisions[i].Removed))
            {
                yield return (revisions[i], new TimeRange(start, end));
            }
        }
    }

    private static async Task<SlotHour?> FindAsync(Session session, string source, DateTimeOffset hour, int revision, CancellationToken cancellation) =>
        await session.FirstAsync("select runs from slot_hour where source = @source and hour = @hour and revision = @revision", row => row.Text(0), cancellation,
            ("source", source), ("hour", hour), ("revision", revision)) is { } runs ? SlotHour.Parse(runs) : null;

    /// <summary>Slots put beside what is known of them.</summary>
    private sealed class SlotReading(TimeRange range, DateTimeOffset known, Dictionary<(DateTimeOffset Hour, int Revision), SlotHour> hours)
    {
        private readonly List<SlotRun> runs = [];
        private int open;

        public SlotReport Read(string source, IEnumerable<(SourceRevision Revision, TimeRange Range)> inForce)
        {
            foreach (var (revision, part) in inForce)
            {
                foreach (var slot in revision.Config.Schedule(source).Slots(part))
                {
                    Add(slot, revision);
                }
            }

            return new SlotReport(range, runs, open);
        }

        private void Add(DateTimeOffset slot, SourceRevision revision)
        {
            var end = revision.Paused
                ? new SlotEnd(Outcome.Paused, null, 0)
                : hours.GetValueOrDefault((SlotHour.Of(slot), revision.Revision))?[SlotHour.PlaceOf(slot, revision.Config.Every)];
            if (end is null && slot + revision.Config.Every > known)
            {
                open++;
                return;
            }

            end ??= new SlotEnd(Outcome.Missed, null, 0);
            if (runs is [.., var last] && last.Revision == revision.Revision && last.Outcome == end.Outcome && last.Code == end.Code
                && last.To + revision.Config.Every == slot && last.To.UtcDateTime.Date == slot.UtcDateTime.Date)
            {
                runs[^1] = last with { To = slot, Slots = last.Slots + 1, Frames = last.Frames + end.Frames };
                return;
            }

            runs.Add(new SlotRun(slot, slot, 1, revision.Config.EverySeconds, revision.Revision, end.Outcome, end.Code, end.Frames));
        }
    }
}
