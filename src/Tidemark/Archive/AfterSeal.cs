using Microsoft.Extensions.Logging;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>
/// The operator's own command, run once for each revision of a sealed day, after its copy: with the folder as its last
/// argument, and TIDEMARK_SOURCE and TIDEMARK_DAY. No shell reads it. One that fails is run again, later and later.
/// </summary>
/// <param name="command">Program and arguments.</param>
/// <param name="within">How long one run may take.</param>
public sealed class AfterSeal(IReadOnlyList<string> command, TimeSpan within, MediaTools tools, DataFolder folder, DayStore days, TimeProvider time, ILogger<AfterSeal> logger)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Latest = TimeSpan.FromHours(6);

    private readonly Dictionary<(string, DateTimeOffset), (DateTimeOffset Next, TimeSpan Wait, Failure Failure)> failed = [];

    /// <summary>What the last runs of the command failed with, for days that it is tried on again.</summary>
    public IReadOnlyList<(string Source, DateTimeOffset Day, Failure Failure, DateTimeOffset Next)> Failed
    {
        get
        {
            lock (failed)
            {
                return [.. failed.Select(one => (one.Key.Item1, one.Key.Item2, one.Value.Failure, one.Value.Next))];
            }
        }
    }

    /// <summary>Runs the command on the days that are due.</summary>
    /// <param name="place">Only after the copy there was verified; null: no copy is made.</param>
    public async Task RoundAsync(string? place, CancellationToken cancellation)
    {
        foreach (var day in await days.UntoldAsync(place, 1000, cancellation))
        {
            if (Waits(day))
            {
                continue;
            }

            if (await RunAsync(day, cancellation) is { } failure)
            {
                if (failure.Kind == FailureKind.Cancelled)
                {
                    return;
                }

                Note(day, failure);
                Log.DayFailed(logger, "The command after sealing", day.Source, Rfc3339.Day(day.Day), failure.ToString());
                continue;
            }

            await days.ToldAsync(day, time.GetUtcNow(), cancellation);
            Log.Told(logger, day.Source, Rfc3339.Day(day.Day), day.Revision);
            lock (failed)
            {
                failed.Remove((day.Source, day.Day));
            }
        }
    }

    private async Task<Failure?> RunAsync(SealedDay day, CancellationToken cancellation)
    {
        var place = new DayFolder(folder.Archive, day.Source, day.Day);
        using var scratch = Scratch.Create(tools);
        var run = await Tool.RunAsync(
            new ToolCommand(command[0], [.. command.Skip(1), place.Folder], scratch.Folder)
            {
                Limits = new ToolLimits { WallTime = within, Stall = within, FileBytes = 16L << 40, AddressSpaceBytes = 64L << 30, CpuTime = within },
                Environment = new Dictionary<string, string> { ["TIDEMARK_SOURCE"] = day.Source, ["TIDEMARK_DAY"] = Rfc3339.Day(day.Day) },
            },
            time, _ => true, cancellation);
        return run.TryGet(out var ended, out var failure)
            ? ended.Status == 0 ? null : new Failure(FailureKind.ToolCrash, "after_seal", $"{command[0]} ended with {ended.Status} on {place.Folder}: {LastLine(ended.StandardError)}", "See 'archive.afterSeal'; it is run again.")
            : failure;
    }

    private bool Waits(SealedDay day)
    {
        lock (failed)
        {
            return failed.TryGetValue((day.Source, day.Day), out var last) && last.Next > time.GetUtcNow();
        }
    }

    private void Note(SealedDay day, Failure failure)
    {
        lock (failed)
        {
            var wait = failed.TryGetValue((day.Source, day.Day), out var last) ? last.Wait * 2 : Soonest;
            wait = wait > Latest ? Latest : wait;
            failed[(day.Source, day.Day)] = (time.GetUtcNow() + wait, wait, failure);
        }
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
