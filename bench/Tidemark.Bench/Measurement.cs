using System.Diagnostics;

namespace Tidemark.Bench;

/// <summary>Runs the rounds: every case once a round, each time another one first, so that a drift of the machine falls on all alike.</summary>
internal sealed class Measurement(IBenchmark benchmark, Room room, Progress progress)
{
    // The promise is 50 s for everything; what is left over is for tidying up and a round that takes longer than the ones before.
    private static readonly TimeSpan QuickBudget = TimeSpan.FromSeconds(40);

    public async Task<Results> RunAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var budget = room.Quick ? QuickBudget : benchmark.Budget;
        var sides = await benchmark.PrepareAsync(room, cancellation);
        sides = sides with { Cases = [.. sides.Cases.Where(side => room.Wants(side.Name))] };
        var rounds = Math.Min(room.MostRounds, room.Quick ? Math.Min(benchmark.Rounds, 5) : benchmark.Rounds);
        var results = new Results(benchmark.Name, sides, room.Notes);
        var longest = TimeSpan.Zero;
        for (var round = benchmark.WarmsUp ? 0 : 1; round <= rounds; round++)
        {
            var elapsed = Stopwatch.GetElapsedTime(began);
            if (round > 1 && elapsed + longest > budget)
            {
                room.Notes.Add($"{round - 1} of {rounds} rounds: more would have taken longer than {budget.TotalSeconds:0} s.");
                break;
            }

            var start = Stopwatch.GetTimestamp();
            var left = Math.Min((rounds - round + 1) * longest.TotalSeconds, (budget - elapsed).TotalSeconds);
            await RoundAsync(sides, round, rounds, longest > TimeSpan.Zero ? left : null, results, () => Stopwatch.GetElapsedTime(began) > budget, cancellation);
            var took = Stopwatch.GetElapsedTime(start);
            longest = round == 0 || took > longest ? took : longest;
        }

        return results;
    }

    private async Task RoundAsync(Sides sides, int round, int rounds, double? secondsLeft, Results results, Func<bool> isOver, CancellationToken cancellation)
    {
        var left = new List<string>();
        for (var i = 0; i < sides.Cases.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var side = sides.Cases[(i + round) % sides.Cases.Count];
            if (round > side.Rounds)
            {
                continue;
            }

            if (isOver())
            {
                left.Add(side.Name);
                continue;
            }

            progress.Show(benchmark.Name, round == 0 ? "warming up" : $"round {round} of {rounds}", side.Name, secondsLeft);
            GC.Collect();
            var measures = await side.RunAsync(cancellation);
            if (round > 0)
            {
                results.Add(side, measures);
            }
        }

        if (left.Count > 0)
        {
            room.Notes.Add($"The machine was too slow for round {round}: there was no time left for {string.Join("; ", left)}.");
        }
    }
}
