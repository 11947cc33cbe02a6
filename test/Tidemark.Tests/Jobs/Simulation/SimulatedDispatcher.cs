using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Stands for election, marks who is silent, releases what is lost, sweeps.</summary>
internal sealed class SimulatedDispatcher : Actor
{
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan Keep = TimeSpan.FromMinutes(30);
    private readonly Membership membership;
    private DispatcherTerm? term;

    public SimulatedDispatcher(Simulation simulation, string name, int seed)
        : base(simulation, name, seed) =>
        membership = new Membership(this, () => new NodeIntroduction($"/home/{Name}", Name, ["dispatch"], "1", null));

    public override NodeSession? Session => membership.Session;

    public override async Task StepAsync()
    {
        try
        {
            await DoAsync(Random.NextDouble());
        }
        catch (LostCallException)
        {
            // It does it again some time.
        }
    }

    public override async Task CalmBeatAsync()
    {
        if (membership.Session is null || await membership.KickAsync([]) is null)
        {
            await membership.RegisterAsync();
        }
    }

    public override async Task CalmStepAsync()
    {
        await ElectAsync();
        await MarkAsync();
        await SendAsync("release", () => Witness.ReleaseLostAsync(this));
    }

    protected override void Forget()
    {
        membership.Forget();
        term = null;
    }

    private Task DoAsync(double what) => what switch
    {
        _ when membership.Session is null => membership.RegisterAsync(),
        < 0.3 => membership.KickAsync([]),
        < 0.55 => ElectAsync(),
        < 0.75 => MarkAsync(),
        // Whoever does it.
        < 0.92 => SendAsync("release", () => Witness.ReleaseLostAsync(this)),
        < 0.95 => LookAsync(),
        < 0.97 => ResignAsync(),
        _ => SendAsync("sweep", () => Witness.SweepAsync(this, Keep)),
    };

    private async Task ElectAsync()
    {
        var node = membership.Session!.Value;
        term = await SendAsync("elect", () => Witness.ElectAsync(this, node, Term));
    }

    // With whatever it believes of its term: the database knows better.
    private async Task MarkAsync()
    {
        if (term is { } mine)
        {
            await SendAsync("mark silent", () => Witness.MarkSilentAsync(this, mine, Silence));
        }
    }

    private async Task ResignAsync()
    {
        if (term is { } mine)
        {
            term = null;
            await SendAsync("resign", () => Witness.ResignAsync(this, mine));
        }
    }

    private Task<bool> LookAsync() => SendAsync("look", async () =>
    {
        var store = Calls.Store;
        foreach (var queue in await store.QueuesAsync(Simulation.Stop))
        {
            await store.IsOvertakenAsync(queue, [membership.Session?.Id ?? default], Simulation.Stop);
            await store.SetTroubleAsync(term ?? new DispatcherTerm(default, 0, default), queue.Lane.Id, queue.Trouble is null ? "Nobody takes it." : null, Simulation.Stop);
        }

        await store.NodesAsync(Simulation.Stop);
        return true;
    });
}
