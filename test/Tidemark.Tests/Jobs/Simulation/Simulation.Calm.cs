using Tidemark.Database;

namespace Tidemark.Tests.Jobs.Simulation;

// How a simulation ends.
internal sealed partial class Simulation
{
    private const int CalmRounds = 400;

    // The faults stop; whoever is left, and one more of each, brings everything to its end.
    private async Task CalmAsync()
    {
        Tell("calm");
        Wire.Whole = true;
        foreach (var late in Wire.Arriving(all: true))
        {
            await late();
        }

        actors.RemoveAll(actor => actor.DeadUntil == int.MaxValue);
        actors.Add(new SimulatedWorker(this, "last worker", random.Next(), able: true));
        actors.Add(new SimulatedDispatcher(this, "last dispatcher", random.Next()));
        for (var round = 0; round < CalmRounds; round++)
        {
            Step++;
            foreach (var actor in actors)
            {
                await actor.CalmBeatAsync();
            }

            foreach (var actor in actors)
            {
                await actor.CalmStepAsync();
            }

            if (await World.Database.ReadAsync(session => session.FirstAsync("select count(*) from open_job", row => row.Int(0), Stop), Stop) == 0)
            {
                await LookAsync();
                Report.Count("calm rounds", round + 1);
                return;
            }

            time.Advance(TimeSpan.FromSeconds(random.Next(1, 60)));
            if (round == CalmRounds / 2 && latest > Now)
            {
                await WaitForInstantsAsync();
            }
        }

        var stuck = await World.Database.ReadAsync(session => session.FirstAsync("select job from open_job order by job", row => row.Id(0), Stop), Stop);
        Must(false, "No task is stuck", stuck, $"{NameOf(stuck)} has not ended {CalmRounds} rounds after the last fault");
    }

    // What was asked for at an instant before the clock was set back waits for that instant, and nothing else does.
    private async Task WaitForInstantsAsync()
    {
        var stuck = await World.Database.ReadAsync(session => session.QueryAsync(
            "select o.job from open_job o join job j on j.job = o.job where j.not_before is null or j.not_before <= @now", row => row.Id(0), Stop, ("now", Now)), Stop);
        Must(stuck.Count == 0, "Nothing waits for a time that the clock has taken back", stuck.FirstOrDefault(), $"{stuck.Count} jobs are unfinished");
        time.Advance(latest + TimeSpan.FromHours(1) - Now);
    }
}
