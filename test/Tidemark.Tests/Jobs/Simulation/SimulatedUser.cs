using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Submits graphs of all shapes, cancels and retries, also at silly moments.</summary>
internal sealed class SimulatedUser(Simulation simulation, string name, int seed) : Actor(simulation, name, seed)
{
    // Asked for and not answered: asked for again, with the same id or key.
    private JobRequest? open;

    public override async Task StepAsync()
    {
        try
        {
            var what = Random.NextDouble();
            if (open is not null || what < 0.55 || Simulation.Ledger.Jobs.Count == 0)
            {
                await SubmitAsync();
            }
            else if (what < 0.7)
            {
                var job = Any();
                await SendAsync("cancel", () => Witness.CancelAsync(this, job));
            }
            else
            {
                var job = Any();
                var from = Chance(0.5) ? null : $"t{Random.Next(1, 6)}";
                await SendAsync("retry", () => Witness.RetryAsync(this, job, from));
            }
        }
        catch (LostCallException)
        {
            // It asks again, or does not care.
        }
    }

    protected override void Forget() => open = null;

    private async Task SubmitAsync()
    {
        var request = open ?? GraphShapes.Any(Random, Simulation.NewId(Random), Simulation.Now);
        open = request.Key is null ? null : request;
        await SendAsync("submit", () => Witness.SubmitAsync(this, request));
        open = null;
    }

    private Guid Any()
    {
        var jobs = Simulation.Ledger.Jobs;
        // Mostly a recent one.
        return jobs[Chance(0.6) ? Math.Max(0, jobs.Count - 1 - Random.Next(4)) : Random.Next(jobs.Count)];
    }
}
