using Microsoft.Extensions.Logging;
using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>
/// Lets days go by rule, and by rule only (invariant A3): recorded first, in the day's row and in a file beside its manifest;
/// then the files of its frames are removed, and nothing else. What a crash cut off is ended by the next run.
/// </summary>
public sealed class Retention(SqlDatabase database, DataFolder folder, Holds holds, Duty duty, TimeProvider time, ILogger<Retention> logger)
{
    private const string DutyName = "retention";

    private readonly RetentionDays days = new(database, holds, time);
    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>What a run would do now. Nothing is changed.</summary>
    public async Task<RetentionPlan> PlanAsync(RetentionRules rules, CancellationToken cancellation) =>
        await RetentionPlanner.PlanAsync(days, rules, await days.FactsAsync(DiskSpace.Of(folder.Archive).Free, cancellation), cancellation);

    /// <summary>Ends what an earlier run began, and lets go what the rules want gone now.</summary>
    /// <returns>What went and what did not; <c>busy</c> where another node is at it.</returns>
    public async Task<Result<RetentionPlan>> RunAsync(RetentionRules rules, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            return await duty.DoAsync(DutyName, token => RunOnDutyAsync(rules, token), cancellation) is { } done
                ? done
                : new Failure(FailureKind.Conflict, "busy", "Another node is letting days go right now.", "Try again in a minute.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, folder.Archive);
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<RetentionPlan> RunOnDutyAsync(RetentionRules rules, CancellationToken cancellation)
    {
        await holds.SweepAsync(cancellation);
        await RemoveAsync(cancellation);
        var plan = await PlanAsync(rules, cancellation);
        var (goes, kept) = (new List<RetentionDay>(), new List<RetentionDay>(plan.Kept));
        foreach (var day in plan.Goes)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await days.RecordAsync(day, rules.Copies, cancellation) is { } after)
            {
                kept.Add(after);
                continue;
            }

            goes.Add(day);
            Log.DayLetGo(logger, day.Source, Time.Rfc3339.Day(day.Day), day.Frames, day.Bytes, day.Rule);
            await RemoveAsync(cancellation);
        }

        foreach (var shortfall in plan.Short)
        {
            Log.RetentionShort(logger, $"{shortfall.Rule}{(shortfall.Source is null ? "" : $" of {shortfall.Source}")} wants {shortfall.Bytes} bytes more gone, and nothing else may go.");
        }

        return new RetentionPlan(goes, kept, plan.Short);
    }

    // Everything that is recorded as let go and not yet removed.
    private async Task RemoveAsync(CancellationToken cancellation)
    {
        while (await days.RemovingAsync(cancellation) is { Count: > 0 } removing)
        {
            foreach (var day in removing)
            {
                cancellation.ThrowIfCancellationRequested();
                DayRemoval.Remove(folder, day);
                await days.RemovedAsync(day, cancellation);
            }
        }
    }
}
