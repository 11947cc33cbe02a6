using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>Runs retention once an hour, and when the disk runs low.</summary>
public sealed class RetentionRounds : IAsyncDisposable
{
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    // A disk that is low stays so where nothing may go: then it is looked at so often, and no more.
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMinutes(1);

    private readonly Retention retention;
    private readonly Func<CancellationToken, Task<RetentionRules>> rules;
    private readonly DiskWatch disk;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private string? failed;

    /// <param name="rules">As they are now: sources come and change.</param>
    public RetentionRounds(Retention retention, Func<CancellationToken, Task<RetentionRules>> rules, DiskWatch disk, TimeProvider time, ILogger<RetentionRounds> logger)
    {
        (this.retention, this.rules, this.disk, this.time, this.logger) = (retention, rules, disk, time, logger);
    }

    public void Start()
    {
        disk.Changed += OnDisk;
        loop = Task.Run(() => RunAsync(stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        disk.Changed -= OnDisk;
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private void OnDisk(DiskState state)
    {
        if (state.Level > DiskLevel.Fine && wake.CurrentCount == 0)
        {
            try
            {
                wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // It is awake already.
            }
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var low = await RoundAsync(cancellation);
            await WaitAsync(low ? AtMostEvery : Every, cancellation);
        }
    }

    // True where the disk is low still.
    private async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        try
        {
            var now = await rules(cancellation);
            // Without a rule it still ends what an earlier run was cut off in.
            var result = await retention.RunAsync(now, cancellation);
            Note(result.Failure is { Code: not "busy" } failure ? failure.ToString() : null);
            return disk.Look() > DiskLevel.Fine || (result.TryGet(out var plan, out _) && plan.Short.Any(one => one.Rule == RetentionRule.KeepFree));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (DbException error)
        {
            Note(DatabaseFailures.Map(error).ToString());
        }
        catch (Exception error)
        {
            // A loop survives its body.
            Note(error.ToString());
        }

        return disk.Level > DiskLevel.Fine;
    }

    // Once, until it is another.
    private void Note(string? failure)
    {
        if (failure is not null && failure != failed)
        {
            Log.RetentionFailed(logger, failure);
        }

        failed = failure;
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        await Task.Delay(AtMostEvery, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (longest > AtMostEvery)
        {
            using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(Task.Delay(longest - AtMostEvery, time, due.Token), wake.WaitAsync(due.Token));
            await due.CancelAsync();
        }
    }
}
