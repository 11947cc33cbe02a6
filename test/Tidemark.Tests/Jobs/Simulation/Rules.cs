namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>What must hold of the whole database at every moment. The track is the truth: everything else is held against what it says.</summary>
internal sealed class Rules(Simulation simulation, Snapshot now)
{
    public void Hold()
    {
        var events = now.Events.ToLookup(one => one.Job);
        var open = now.Open.ToDictionary(one => one.Job);
        var places = now.Places.ToLookup(place => place.Job);
        foreach (var job in now.Jobs.Values)
        {
            var track = new JobReplay(simulation, job.Job, [.. now.Tasks[job.Job]], [.. now.Edges[job.Job]]);
            Must(now.Tasks[job.Job].Count() == job.Tasks, "A job is written down whole", job.Job, $"{now.Tasks[job.Job].Count()} of {job.Tasks} tasks are there");
            foreach (var one in events[job.Job])
            {
                track.Apply(one);
                HoldResult(one);
            }

            HoldOpen(job, track, open.GetValueOrDefault(job.Job));
            HoldPlaces(job, track, [.. places[job.Job]]);
        }

        HoldNothingElse(open.Keys, places, events);
        HoldKeys(open);
        HoldFences();
        HoldLedger();
    }

    private void HoldOpen(JobRow job, JobReplay track, OpenRow? open)
    {
        Must(track.Ended is null == open is not null, "A job is open until the event that ends it", job.Job, $"ended: {track.Ended}; open: {open}");
        if (open is not null)
        {
            Must(open.Open == track.Unfinished, "A job counts its unfinished tasks", job.Job, $"{open.Open}, and {track.Unfinished} are");
            Must(open.Active == track.Active, "A job counts its tasks that are ready or leased", job.Job, $"{open.Active}, and {track.Active} are");
            Must(open.Failed == track.Failed, "A job counts its failed tasks", job.Job, $"{open.Failed}, and {track.Failed} are");
            Must(open.Events == track.Number && open.Round == track.Round, "A job's row is in step with its track", job.Job, $"{open}; track: {track.Number} events, round {track.Round}");
        }
    }

    private void HoldPlaces(JobRow job, JobReplay track, List<PlaceRow> places)
    {
        var byTask = places.ToLookup(place => place.Task);
        foreach (var task in now.Tasks[job.Job])
        {
            var rows = byTask[task.Task].ToList();
            var unfinished = track.Ended is null && track.IsOpen(task.Task);
            Must(rows.Count == (unfinished ? 1 : 0), unfinished ? "An unfinished task is in exactly one of waiting, ready and lease" : "What is not unfinished is in none of waiting, ready and lease", job.Job,
                $"t{task.Task}, {(unfinished ? "unfinished" : track.StateOf(task.Task))}, is in: {string.Join(", ", rows.Select(row => row.Place))}");
            foreach (var row in rows)
            {
                HoldPlace(job, track, task, row);
            }
        }

        Must(places.TrueForAll(place => now.Tasks[job.Job].Any(task => task.Task == place.Task)), "Only tasks of the job have places", job.Job, "one has another number");
    }

    private void HoldPlace(JobRow job, JobReplay track, TaskRow task, PlaceRow row)
    {
        var missing = track.ParentsNotDone(task.Task);
        Must(row.Place == "waiting" == missing > 0, "A task waits exactly while a parent is not done", job.Job, $"t{task.Task} is in {row.Place} with {missing} parents not done");
        Must(row.Place != "waiting" || row.Remaining == missing, "A waiting task counts its parents that are not done", job.Job, $"t{task.Task}: {row.Remaining}, and {missing} are not done");
        Must(row.Lane == task.Lane && row.Fan == task.Fan && now.Lanes.Contains(row.Lane), "A task stays in its lane", job.Job, $"{row}; {task}; lane known: {now.Lanes.Contains(row.Lane)}");
        Must(row.Attempt == track.Attempts(task.Task) + 1, "Attempts only grow, one by one", job.Job, $"t{task.Task} is in attempt {row.Attempt} after {track.Attempts(task.Task)}");
        // A job that has begun had its instant, whatever the clock says now.
        var begun = simulation.Options.ClockGoesBack && track.Number > 1;
        Must(row.Place != "ready" || begun || job.NotBefore is null || row.At >= job.NotBefore, "Nothing is due before its job", job.Job, $"{row}");
        Must(row.Place != "lease" || now.Nodes.Contains(row.Node), "A lease is of a node", job.Job, $"{row}");
    }

    private void HoldResult(EventRow one)
    {
        if (one.Kind != "done")
        {
            return;
        }

        var fence = (one.Job, one.Task!.Value, one.Incarnation!.Value, one.Epoch!.Value);
        var rows = now.Rows.GetValueOrDefault(fence);
        var wanted = one.Data?.EndsWith(" rows", StringComparison.Ordinal) == true ? 1 : 0;
        Must(rows == wanted, "A handler's rows are there exactly when its result is", one.Job, $"t{one.Task}: {rows} rows, {wanted} wanted");
        var known = simulation.Ledger.Results.TryGetValue((new(one.Job, one.Task.Value), new(one.Incarnation.Value, one.Epoch.Value)), out var result);
        Must(known && result!.Output == one.Data, "Every result in the track was registered for the worker that made it", one.Job, $"t{one.Task}: '{one.Data}'; registered: '{result?.Output}'");
    }

    private void HoldNothingElse(IEnumerable<Guid> open, ILookup<Guid, PlaceRow> places, ILookup<Guid, EventRow> events)
    {
        foreach (var job in open.Concat(places.Select(place => place.Key)).Concat(events.Select(one => one.Key)).Where(job => !now.Jobs.ContainsKey(job)))
        {
            Must(false, "Nothing is left of a job that is gone", job, "it has rows");
        }

        foreach (var job in simulation.Ledger.Jobs.Where(job => !now.Jobs.ContainsKey(job)))
        {
            Must(simulation.IsOld(job), "No job that was submitted is lost", job, "it is not there");
        }
    }

    private void HoldKeys(Dictionary<Guid, OpenRow> open)
    {
        foreach (var held in open.Values.Where(one => one.Key is not null))
        {
            var holder = now.Keys.Find(key => key.Key == held.Key);
            Must(holder?.Job == held.Job, "An open job holds its key, alone", held.Job, $"'{held.Key}' is held by {(holder is null ? "nobody" : simulation.NameOf(holder.Job))}");
        }

        foreach (var key in now.Keys.Where(key => key.HeldUntil is null))
        {
            Must(open.ContainsKey(key.Job), "A key is let go when its job ends", key.Job, $"'{key.Key}' is still held");
        }
    }

    private void HoldFences()
    {
        var fences = new Dictionary<(long, long), EventRow>();
        foreach (var one in now.Events.Where(one => one.Epoch is not null))
        {
            var other = fences.GetValueOrDefault((one.Incarnation!.Value, one.Epoch!.Value));
            Must(other is null || (one.Job == other.Job && one.Task == other.Task && other.Kind == "lost" && one.Kind == "failed"), "A lease ends once", one.Job, $"{one.Kind} and {other?.Kind} under fence {one.Incarnation}.{one.Epoch}");
            fences[(one.Incarnation.Value, one.Epoch.Value)] = one;
        }

        foreach (var lease in now.Places.Where(place => place.Place == "lease").GroupBy(place => place.Epoch).Where(group => group.Count() > 1))
        {
            Must(false, "No epoch is given twice", lease.First().Job, $"epoch {lease.Key}");
        }
    }

    private void HoldLedger()
    {
        var done = now.Events.Where(one => one.Kind == "done").Select(one => (one.Job, one.Task!.Value, one.Incarnation!.Value, one.Epoch!.Value)).ToHashSet();
        foreach (var (task, fence) in simulation.Ledger.Results.Keys.Where(result => now.Jobs.ContainsKey(result.Item1.Job)))
        {
            Must(done.Contains((task.Job, task.Number, fence.Incarnation, fence.Epoch)), "No registered result is lost", task.Job, $"t{task.Number} under {fence.Incarnation}.{fence.Epoch}");
        }

        foreach (var row in now.Rows.Keys.Where(row => now.Jobs.ContainsKey(row.Job)))
        {
            Must(done.Contains(row), "A handler's rows are there exactly when its result is", row.Job, $"t{row.Task} has rows and no result under {row.Incarnation}.{row.Epoch}");
        }
    }

    private void Must(bool holds, string rule, Guid? job, string what) => simulation.Must(holds, rule, job, what);
}
