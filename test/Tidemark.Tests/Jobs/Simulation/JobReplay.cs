namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>What a job's track says of its tasks, worked out by its own rules and from nothing else.</summary>
internal sealed class JobReplay
{
    private readonly Simulation simulation;
    private readonly Guid job;
    private readonly Dictionary<int, State> states;
    private readonly Dictionary<int, long> attempts = [];
    private readonly ILookup<int, int> parents;
    private DateTimeOffset at;

    public JobReplay(Simulation simulation, Guid job, List<TaskRow> tasks, List<(int Parent, int Child)> edges)
    {
        (this.simulation, this.job) = (simulation, job);
        states = tasks.ToDictionary(task => task.Task, _ => State.Open);
        parents = edges.ToLookup(edge => edge.Child, edge => edge.Parent);
    }

    private enum State
    {
        Open,
        Done,
        Failed,
        Skipped,
        Cancelled,
    }

    public long Number { get; private set; }

    public long Round { get; private set; } = 1;

    /// <summary>Null while it is open.</summary>
    public string? Ended { get; private set; }

    public int Unfinished => states.Values.Count(state => state == State.Open);

    /// <summary>Those that something can be done about: ready or leased.</summary>
    public int Active => states.Count(state => state.Value == State.Open && ParentsNotDone(state.Key) == 0);

    public int Failed => states.Values.Count(state => state == State.Failed);

    public bool IsOpen(int task) => states[task] == State.Open;

    public string StateOf(int task) => states[task].ToString();

    public int ParentsNotDone(int task) => parents[task].Count(parent => states[parent] != State.Done);

    public long Attempts(int task) => attempts.GetValueOrDefault(task);

    public void Apply(EventRow one)
    {
        Must(one.Number == ++Number, "The track has no gaps", $"event {one.Number} in the place of {Number}");
        Must(one.At >= at || simulation.Options.ClockGoesBack, "The track goes with time", $"event {one.Number}");
        at = one.At;
        var reopens = one.Kind == "retried" && one.Task is null;
        Must(Ended is null != reopens, "After its end a job has nothing but a retry, and that only then", $"event {one.Number}, {one.Kind}");
        Round += reopens ? 1 : 0;
        Must(one.Round == Round, "Events stand in their round", $"event {one.Number} says round {one.Round}, it is {Round}");
        if (one.Task is { } task)
        {
            Must(states.ContainsKey(task), "Events are of the job's tasks", $"t{task}");
        }

        Move(one);
        var ends = Active == 0 && one.Kind != "retried";
        var state = one.Kind == "cancelled" ? "cancelled" : Failed > 0 ? "failed" : "done";
        Must(one.JobState == (ends ? state : null), "A job ends with its last task, and as its tasks did", $"event {one.Number} says '{one.JobState}' where {Active} tasks are active and {Failed} failed");
        Ended = one.JobState;
        if (Ended is not null)
        {
            Reset(State.Open, State.Skipped);
        }
    }

    private void Move(EventRow one)
    {
        switch (one.Kind)
        {
            case "submitted":
                Must(one.Number == 1, "A job is submitted once", $"event {one.Number}");
                break;
            case "done":
                Leased(one);
                states[one.Task!.Value] = State.Done;
                break;
            case "failed":
                Leased(one);
                if (one.NextAt is null)
                {
                    states[one.Task!.Value] = State.Failed;
                }

                break;
            case "lost" or "returned" or "stopped":
                Leased(one);
                break;
            case "cancelled":
                Reset(State.Open, State.Cancelled);
                break;
            case "retried" when one.Task is { } again:
                Must(states[again] == State.Done, "Only what is done is done again", $"t{again} was {states[again]}");
                states[again] = State.Open;
                break;
            case "retried":
                Ended = null;
                Reset(State.Failed, State.Open);
                Reset(State.Skipped, State.Open);
                Reset(State.Cancelled, State.Open);
                break;
            default:
                Must(false, "Events are of kinds that there are", one.Kind);
                break;
        }
    }

    // An attempt's end.
    private void Leased(EventRow one)
    {
        var task = one.Task!.Value;
        Must(states[task] == State.Open, one.Kind == "done" ? "A result is registered once a round" : "Only what is unfinished is tried", $"event {one.Number}, {one.Kind}, of t{task}, which is {states[task]}");
        Must(ParentsNotDone(task) == 0, "No child starts before its parents are done", $"event {one.Number}, {one.Kind}, of t{task}, which has {ParentsNotDone(task)} parents not done");
        Must(one.StartedAt <= one.At || simulation.Options.ClockGoesBack, "An attempt begins before it ends", $"event {one.Number}");
        // A quarantine follows the loss that caused it.
        var same = one.Kind == "failed" && one.Data?.Contains("quarantined", StringComparison.Ordinal) == true;
        Must(one.Attempt == Attempts(task) + (same ? 0 : 1), "Attempts only grow, one by one", $"event {one.Number}, {one.Kind}, of t{task}: attempt {one.Attempt} after {Attempts(task)}");
        attempts[task] = one.Attempt!.Value;
    }

    private void Reset(State from, State to)
    {
        foreach (var task in states.Where(state => state.Value == from).Select(state => state.Key).ToList())
        {
            states[task] = to;
        }
    }

    private void Must(bool holds, string rule, string what) => simulation.Must(holds, rule, job, what);
}
