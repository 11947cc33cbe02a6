using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Claims, works, hands over, and finds out after a lost answer what became of it: as a correct worker must.</summary>
internal sealed class SimulatedWorker : Actor
{
    private const int Room = 4;
    private readonly Offer offer;
    private readonly Membership membership;
    private readonly List<Run> runs = [];
    private IReadOnlyList<Lane> lanes = [];
    private long claim;

    public SimulatedWorker(Simulation simulation, string name, int seed, bool able)
        : base(simulation, name, seed)
    {
        offer = new Offer { Cpu = able ? 8000 : Random.Next(1, 3) * 1000, Memory = 0, Disk = 0, Handlers = able ? GraphShapes.Handlers : [.. GraphShapes.Handlers.Where(_ => Chance(0.7))] };
        membership = new Membership(this, () => new NodeIntroduction($"/home/{Name}", Name, ["work"], "1", offer));
    }

    private IEnumerable<Run> Ended => runs.Where(run => !run.Unsure && run.Ending == "done");

    public override NodeSession? Session => membership.Session;

    public override async Task StepAsync()
    {
        try
        {
            await DoAsync(Random.NextDouble());
        }
        catch (LostCallException)
        {
            // What it must find out stands with its runs.
        }
    }

    public override async Task CalmBeatAsync()
    {
        if (membership.Session is null)
        {
            await RegisterAsync();
        }

        await KickAsync();
    }

    public override async Task CalmStepAsync()
    {
        await ResolveAsync();
        if (runs.Exists(run => run.Ending == "poison"))
        {
            Crash(Simulation.Step);
            return;
        }

        if (membership.Session is null)
        {
            return;
        }

        foreach (var run in runs.Where(run => !run.Unsure && run.Ending != "done").ToList())
        {
            await FailAsync(run);
        }

        await LanesAsync();
        await ExchangeAsync(runs.Count, int.MaxValue);
    }

    protected override void Forget()
    {
        membership.Forget();
        runs.Clear();
        lanes = [];
    }

    private Task DoAsync(double what)
    {
        if (membership.Session is null)
        {
            return RegisterAsync();
        }

        if (runs.Exists(run => run.Ending == "poison") && Chance(0.3))
        {
            Crash(Simulation.Step + Random.Next(1, 30));
            return Task.CompletedTask;
        }

        if (lanes.Count == 0 && Chance(0.5))
        {
            return LanesAsync();
        }

        var unsure = runs.Exists(run => run.Unsure);
        return what switch
        {
            < 0.01 => LeaveAsync(),
            < 0.18 => KickAsync(),
            < 0.24 => LanesAsync(),
            < 0.36 when unsure => ResolveAsync(),
            < 0.48 when Ended.Any() => CompleteAsync(Ended.First()),
            < 0.58 when runs.Find(run => !run.Unsure && run.Ending is not ("done" or "poison")) is { } failing => FailAsync(failing),
            < 0.60 when runs.Find(run => !run.Unsure) is { } back => ReturnAsync([back]),
            _ => ExchangeAsync(Random.Next(0, Room), Random.Next(0, 8)),
        };
    }

    private async Task RegisterAsync()
    {
        Forget();
        await membership.RegisterAsync();
    }

    private async Task KickAsync()
    {
        if (await membership.KickAsync([.. runs.Select(run => new RunningTask(run.Lease.Task.Job, run.Lease.Task.Number, null))]) is not { } answer)
        {
            Forget();
            return;
        }

        // What it runs and what is not named was taken away, unless its own call has ended it.
        var held = answer.Held.ToDictionary(held => (held.Task, held.Epoch));
        foreach (var run in runs.Where(run => !run.Unsure && !held.ContainsKey((run.Lease.Task, run.Lease.Fence.Epoch))).ToList())
        {
            Drop(run, "taken away");
        }

        // From a claim whose answer got lost: no claim of this worker is under way now.
        var unknown = answer.Held.Where(held => !runs.Exists(run => run.Lease.Task == held.Task && run.Lease.Fence.Epoch == held.Epoch)).OrderBy(held => held.Epoch).ToList();
        if (unknown.Count > 0)
        {
            Simulation.Report.Count("claims found by kick", unknown.Count);
            var node = membership.Session!.Value;
            await SendAsync("return unknown", () => Witness.ReturnAsync(this, node, unknown));
        }
    }

    private async Task LanesAsync() => lanes = await SendAsync("lanes", () => Calls.Store.LanesAsync(0, Simulation.Stop));

    private async Task ExchangeAsync(int handOver, int wanted)
    {
        var node = membership.Session!.Value;
        var completed = Ended.Take(handOver).ToList();
        var takes = lanes.Where(lane => offer.Lacks(lane) is null).OrderBy(_ => Random.Next()).Take(wanted)
            .Select(lane => new LaneClaim(lane.Id, LanePlace.Beginning, Random.Next(1, 3))).Where((_, index) => runs.Count - completed.Count + index < Room * 2).ToList();
        if (completed.Count + takes.Count == 0)
        {
            return;
        }

        var exchange = new Exchange(node, ++claim, [.. completed.Select(run => new Completion(run.Lease, run.Output))], takes);
        completed.ForEach(run => run.Unsure = true);
        var lanesThen = lanes;
        var answer = await SendAsync($"exchange {completed.Count} for {takes.Count} lanes", () => Witness.ExchangeAsync(this, exchange, lanesThen));
        completed.ForEach(run => runs.Remove(run));
        runs.AddRange(answer.Claimed.Select(lease => new Run(lease, Random.Next(2))));
    }

    private async Task CompleteAsync(Run run)
    {
        var node = membership.Session!.Value;
        var refuse = Chance(0.05);
        run.Unsure = true;
        try
        {
            await SendAsync($"complete with rows {Simulation.NameOf(run.Lease)}", () => Witness.CompleteAsync(this, node, new Completion(run.Lease, $"{run.Output} rows"), refuse));
            runs.Remove(run);
        }
        catch (RowsRefusedException)
        {
            run.Unsure = false;
        }
    }

    private async Task FailAsync(Run run)
    {
        var node = membership.Session!.Value;
        run.Unsure = true;
        await SendAsync($"fail {Simulation.NameOf(run.Lease)}", () => Witness.FailAsync(this, node, run.Lease, new TaskFailure(run.Ending, "simulated", "It was meant to fail.")));
        runs.Remove(run);
    }

    private async Task ReturnAsync(List<Run> back)
    {
        var node = membership.Session!.Value;
        back.ForEach(run => runs.Remove(run));
        var held = back.Select(run => new HeldLease(run.Lease.Task, run.Lease.Fence.Epoch, 0)).ToList();
        await SendAsync("return", () => Witness.ReturnAsync(this, node, held));
    }

    private async Task ResolveAsync()
    {
        var unsure = runs.Where(run => run.Unsure).ToList();
        if (unsure.Count == 0)
        {
            return;
        }

        var states = await SendAsync("resolve", () => Witness.ResolveAsync(this, [.. unsure.Select(run => run.Lease)]));
        for (var i = 0; i < states.Count; i++)
        {
            if (states[i] == LeaseState.Held)
            {
                unsure[i].Unsure = false;
            }
            else
            {
                Drop(unsure[i], $"resolved as {states[i]}");
            }
        }
    }

    private async Task LeaveAsync()
    {
        var node = membership.Session!.Value;
        Forget();
        await SendAsync("leave", () => Witness.LeaveAsync(this, node));
    }

    private void Drop(Run run, string why)
    {
        Simulation.Tell($"{Name}: drops {Simulation.NameOf(run.Lease)}, {why}");
        runs.Remove(run);
    }

    private sealed record Run(Lease Lease, int Luck)
    {
        public string Output => $"{Lease.Payload} {Lease.Fence.Incarnation}.{Lease.Fence.Epoch}";

        public string Ending => Lease.Payload.Split(' ')[1] is "mixed" ? Luck == 0 ? "done" : "infrastructure" : Lease.Payload.Split(' ')[1];

        /// <summary>A call that ends it is not answered: nothing more is done with it before its fence tells what happened.</summary>
        public bool Unsure { get; set; }
    }
}
