using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>
/// Workers, dispatchers and users with a store between them, a faulty wire, crashes, pauses, partitions, a clock that
/// jumps and a database that becomes an earlier copy of itself. One seed decides everything; rules are held against the
/// database and against what it promised. In the end the faults stop, and everything must come to its end.
/// </summary>
internal sealed partial class Simulation
{
    private readonly Dictionary<Guid, string> names = [];
    private readonly List<Actor> actors = [];
    private readonly Random random;
    private readonly Random chance;
    private readonly Lock gate = new();
    private readonly ManualTime time = new();
    private readonly int seed;
    private Dictionary<Guid, long> restoredBeats = [];
    private DateTimeOffset latest;
    private int jobs;
    private bool copied;
    private int held;

    private Simulation(int seed, SimulationOptions options, SimulatedDatabase world)
    {
        (this.seed, Options, World) = (seed, options, world);
        random = new Random(seed);
        chance = new Random(random.Next());
        Wire = new Wire(this);
        Witness = new Witness(this);
        for (var i = 1; i <= options.Workers; i++)
        {
            actors.Add(new SimulatedWorker(this, $"w{i}", random.Next(), able: i == 1));
        }

        for (var i = 1; i <= options.Dispatchers; i++)
        {
            actors.Add(new SimulatedDispatcher(this, $"d{i}", random.Next()));
        }

        actors.Add(new SimulatedUser(this, "u1", random.Next()));
    }

    public SimulationOptions Options { get; }

    public SimulatedDatabase World { get; }

    public SimulationReport Report { get; } = new();

    public Ledger Ledger { get; } = new();

    public Wire Wire { get; }

    public Witness Witness { get; }

    public int Step { get; private set; }

    public int Restores { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public CancellationToken Stop { get; } = TestContext.Current.CancellationToken;

    /// <summary>Runs one seed to its end.</summary>
    /// <exception cref="BrokenRuleException">A rule does not hold; the message has the whole history and the line that replays it.</exception>
    public static async Task<SimulationReport> RunAsync(int seed, SimulationOptions options, Func<Task<SimulatedDatabase>> open)
    {
        try
        {
            return await OnceAsync(seed, options, open);
        }
        catch (BrokenRuleException) when (!options.Concurrent && options.LookEvery > 1)
        {
            // Once more, with a look after each step: it says where it began.
            await OnceAsync(seed, options with { LookEvery = 1 }, open);
            throw;
        }
    }

    public void Must(bool holds, string rule, Guid? job, string what)
    {
        Interlocked.Increment(ref held);
        if (!holds)
        {
            throw new DoesNotHoldException(rule, job, what);
        }
    }

    public void Tell(string what)
    {
        lock (gate)
        {
            Report.Log.Add($"{Step,4} {Now:HH:mm:ss.fff} {what}");
        }
    }

    public StoreCalls NewCalls()
    {
        var store = JobStore.On(World.Database, time, JobClock.Provider);
        store.Chance = () =>
        {
            lock (chance)
            {
                return chance.NextDouble();
            }
        };
        return Options.Broken?.Invoke(store, World.Database) ?? new StoreCalls(store);
    }

    /// <summary>An id as a job's: by time, the rest by chance.</summary>
    public Guid NewId(Random from)
    {
        Span<byte> bytes = stackalloc byte[16];
        from.NextBytes(bytes);
        Guid.CreateVersion7(Now).TryWriteBytes(bytes[..16], bigEndian: true, out _);
        from.NextBytes(bytes[9..]);
        bytes[6] = 0x70;
        bytes[7] = (byte)from.Next(256);
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Its history may be gone by the rule.</summary>
    public bool IsOld(Guid job) => job.CompareTo(History.FirstId((Now > latest ? Now : latest) - SimulatedDispatcher.Keep)) < 0;

    /// <summary>Says that a node's name is its actor's, with a number.</summary>
    public void Introduce(Guid node, string actor)
    {
        lock (gate)
        {
            names[node] = $"{actor}.{names.Values.Count(name => name.StartsWith($"{actor}.", StringComparison.Ordinal)) + 1}";
        }
    }

    public void Introduce(Guid job)
    {
        lock (gate)
        {
            _ = names.TryGetValue(job, out _) || names.TryAdd(job, $"J{++jobs}");
        }
    }

    public string NameOf(Guid id)
    {
        lock (gate)
        {
            return names.GetValueOrDefault(id, "?");
        }
    }

    public string NameOf(TaskId task) => $"{NameOf(task.Job)}:t{task.Number}";

    public string NameOf(Lease lease) => $"{NameOf(lease.Task)}/{lease.Fence.Incarnation}.{lease.Fence.Epoch}#{lease.Attempt}";

    /// <summary>
    /// A node of which the restored copy knows the last beat: the copy was taken after it, so nothing tells the node that
    /// the database went back. Copies are older than a heartbeat; what simulates a younger one ends such processes.
    /// </summary>
    public bool IsBlindSpot(NodeSession node) => restoredBeats.TryGetValue(node.Id, out var beat) && beat >= node.Beat;

    private static async Task<SimulationReport> OnceAsync(int seed, SimulationOptions options, Func<Task<SimulatedDatabase>> open)
    {
        await using var world = await open();
        var simulation = new Simulation(seed, options, world);
        try
        {
            await simulation.RunAsync();
            simulation.Report.Count("rules held", simulation.held);
            return simulation.Report;
        }
        catch (DoesNotHoldException broken)
        {
            throw new BrokenRuleException(broken.Message, await simulation.DescribeAsync(broken.Message, broken.Job, broken.What));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new BrokenRuleException("No call ends with an error of its own", await simulation.DescribeAsync("No call ends with an error of its own", null, $"{error}"));
        }
    }

    private async Task RunAsync()
    {
        if (Options.Sabotage is { } sabotage)
        {
            await World.Database.WriteAsync(session => session.ExecuteAsync(sabotage, Stop), Stop);
        }

        while (++Step <= Options.Steps)
        {
            Stop.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(random.NextDouble() switch
            {
                < 0.955 => random.Next(200),
                < 0.995 => random.Next(5_000, 40_000),
                _ => random.Next(600_000, 7_200_000),
            }));
            await WeatherAsync();
            var happening = Wire.Arriving();
            var awake = actors.Where(actor => actor.DeadUntil <= Step && actor.PausedUntil <= Step).ToList();
            for (var i = Options.Concurrent ? random.Next(1, 5) : 1; i > 0 && awake.Count > 0; i--)
            {
                var actor = awake[random.Next(awake.Count)];
                awake.Remove(actor);
                happening.Add(actor.StepAsync);
            }

            await HappenAsync(happening);
            if (Step % Options.LookEvery == 0)
            {
                await LookAsync();
            }
        }

        await CalmAsync();
    }

    private async Task HappenAsync(List<Func<Task>> happening)
    {
        if (Options.Concurrent)
        {
            await Task.WhenAll(happening.Select(async (one, index) =>
            {
                await Task.Delay(TimeSpan.FromMicroseconds(chance.Next(3000) * Math.Min(index, 1)), TimeProvider.System, Stop);
                await one();
            }));
            return;
        }

        foreach (var one in happening)
        {
            await one();
        }
    }

    private async Task WeatherAsync()
    {
        var victim = actors[random.Next(actors.Count)];
        var until = Step + random.Next(5, 90);
        switch (random.NextDouble())
        {
            case < 0.010:
                victim.Crash(random.Next(8) == 0 ? int.MaxValue : until);
                break;
            case < 0.022:
                Tell($"{victim.Name}: pause until {until}");
                victim.PausedUntil = until;
                break;
            case < 0.034:
                Tell($"{victim.Name}: cut off until {until}");
                victim.CutUntil = until;
                break;
            case < 0.042 when Options.Restores:
                Tell("the database is copied");
                await World.CopyAsync();
                Ledger.Mark();
                copied = true;
                break;
            case < 0.046 when Options.Restores && copied:
                await RestoreAsync();
                break;
            case < 0.050 when Options.ClockGoesBack:
                GoBack();
                break;
        }
    }

    // Further than the calm lasts in the end: what waits for the old time to come again is stuck.
    private void GoBack()
    {
        Tell("the clock is set back");
        Report.Count("clock set back");
        latest = Now > latest ? Now : latest;
        time.Advance(-TimeSpan.FromHours(random.Next(24, 240)));
        Witness.ForgetOffice();
    }

    private async Task RestoreAsync()
    {
        Tell("the copy takes the place of the database");
        Report.Count("restore");
        Restores++;
        await World.RestoreAsync();
        Ledger.GoBack();
        Witness.ForgetOffice();
        restoredBeats = (await World.Database.ReadAsync(session => session.QueryAsync("select id, beat from node", row => (row.Id(0), row.Int(1)), Stop), Stop)).ToDictionary();
        foreach (var blind in actors.Where(actor => actor.Session is { } session && IsBlindSpot(session)))
        {
            blind.Crash(Step + 1);
        }
    }

    private async Task LookAsync() => new Rules(this, await Snapshot.ReadAsync(World.Database, Stop)).Hold();

    private async Task<string> DescribeAsync(string rule, Guid? job, string what)
    {
        var now = await Snapshot.ReadAsync(World.Database, Stop);
        var name = job is { } id ? NameOf(id) : "";
        var lines = new List<string>
        {
            $"{rule}: {name} {what}",
            $"seed {seed}, step {Step} of {Options.Steps}, {World.Database.Dialect}{(Options.Concurrent ? ", concurrent (not replayable exactly)" : "")}",
            $"Again: TIDEMARK_SEED={seed} ./tidemark test --filter {TestContext.Current.TestMethod?.MethodName}",
        };
        if (job is not null)
        {
            lines.AddRange(now.Tasks[job.Value].Select(task => $"  {task.Name} after {string.Join(' ', now.Edges[job.Value].Where(edge => edge.Child == task.Task).Select(edge => $"t{edge.Parent}"))}, lane {task.Lane}"));
            lines.AddRange(now.Open.Where(open => open.Job == job).Select(open => $"  {open}"));
            lines.AddRange(now.Places.Where(place => place.Job == job).Select(place => $"  t{place.Task} {place.Place} attempt {place.Attempt} remaining {place.Remaining} at {place.At:HH:mm:ss.fff} epoch {place.Epoch} node {NameOf(place.Node)} lane {place.Lane}"));
            lines.AddRange(now.Events.Where(one => one.Job == job).TakeLast(150).Select(one =>
                $"  event {one.Number} {one.At:HH:mm:ss.fff} {one.Kind} round {one.Round} t{one.Task} attempt {one.Attempt} fence {one.Incarnation}.{one.Epoch} {(one.Node is { } node ? NameOf(node) : "")} next {one.NextAt:HH:mm:ss.fff} ends '{one.JobState}' {one.Data}"));
        }

        var log = Report.Log;
        var said = job is null ? [] : log.Where(line => line.Contains($"{name}:", StringComparison.Ordinal) || line.Contains($" {name} ", StringComparison.Ordinal) || line.Contains("copy", StringComparison.Ordinal) || line.Contains("marks", StringComparison.Ordinal)).TakeLast(120).ToList();
        lines.Add("What was heard of it:");
        lines.AddRange(said);
        lines.Add("The last that happened:");
        lines.AddRange(log.TakeLast(40));
        return string.Join('\n', lines);
    }

    private sealed class DoesNotHoldException(string rule, Guid? job, string what) : Exception(rule)
    {
        public Guid? Job { get; } = job;

        public string What { get; } = what;
    }
}
