using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>A process that uses the store. It does what a correct one may do, at any moment.</summary>
internal abstract class Actor(Simulation simulation, string name, int seed)
{
    private StoreCalls? calls;
    private int generation = -1;

    public string Name { get; } = name;

    public Random Random { get; } = new(seed);

    /// <summary>It stands still until then, and goes on with what it believes (SIGSTOP).</summary>
    public int PausedUntil { get; set; }

    /// <summary>Its calls fail until then.</summary>
    public int CutUntil { get; set; }

    /// <summary>It is no more until then.</summary>
    public int DeadUntil { get; private set; }

    /// <summary>Its own; gone with the process.</summary>
    public StoreCalls Calls
    {
        get
        {
            if (calls is null || generation != Simulation.World.Generation)
            {
                (calls, generation) = (Simulation.NewCalls(), Simulation.World.Generation);
            }

            return calls;
        }
    }

    /// <summary>Under which it is registered, as it believes; null: it is not, or needs none.</summary>
    public virtual NodeSession? Session => null;

    protected Simulation Simulation { get; } = simulation;

    protected Witness Witness => Simulation.Witness;

    /// <summary>One thing of its own choice.</summary>
    public abstract Task StepAsync();

    /// <summary>Registers or beats, where no fault disturbs it.</summary>
    public virtual Task CalmBeatAsync() => Task.CompletedTask;

    /// <summary>Everything else that it has to do, once, where no fault disturbs it.</summary>
    public virtual Task CalmStepAsync() => Task.CompletedTask;

    /// <summary>It forgets everything.</summary>
    public void Crash(int until)
    {
        Simulation.Tell($"{Name}: crash{(until == int.MaxValue ? " for ever" : "")}");
        Simulation.Report.Count("crash");
        (DeadUntil, PausedUntil, CutUntil, calls) = (until, 0, 0, null);
        Forget();
    }

    protected abstract void Forget();

    protected Task<T> SendAsync<T>(string what, Func<Task<T>> call) => Simulation.Wire.SendAsync(this, what, call);

    protected bool Chance(double part) => Random.NextDouble() < part;

    /// <summary>A process that is registered and beats.</summary>
    protected sealed class Membership(Actor actor, Func<NodeIntroduction> introduce)
    {
        private long beat;

        public NodeSession? Session { get; private set; }

        public async Task RegisterAsync()
        {
            var node = introduce();
            Session = await actor.SendAsync("register", () => actor.Witness.RegisterAsync(actor, node));
            beat = 1;
        }

        /// <summary>Null: it does not count any more, and has forgotten its registration.</summary>
        public async Task<KickAnswer?> KickAsync(IReadOnlyList<RunningTask> running)
        {
            var node = Session!.Value;
            var kick = new Kick(node, ++beat, running, false);
            var answer = await actor.SendAsync($"kick {kick.Beat}", () => actor.Witness.KickAsync(actor, kick));
            if (answer.State != KickState.Live)
            {
                Session = null;
                return null;
            }

            Session = node with { Beat = kick.Beat };
            return answer;
        }

        public void Forget() => Session = null;
    }
}
