using System.Diagnostics;

namespace Tidemark.Media;

/// <summary>Decides once why a run is ended from our side, and ends it by letting go of its lifeline.</summary>
internal sealed class RunEnding : IDisposable
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;
    private readonly TimeSpan stallAfter;
    private readonly ITimer stall;
    private readonly ITimer wall;
    private readonly CancellationTokenRegistration cancelled;
    private Failure? reason;

    internal RunEnding(Process process, string name, ToolCommand command, TimeProvider time, CancellationToken cancel)
    {
        this.process = process;
        var limits = command.Limits;
        stallAfter = limits.Stall;
        stall = time.CreateTimer(_ =>
        {
            if (command.Moves?.Invoke() == true)
            {
                Moved();
            }
            else
            {
                End(Stalled(name, limits.Stall));
            }
        }, null, limits.Stall, Timeout.InfiniteTimeSpan);
        wall = time.CreateTimer(_ => End(TooLong(name, limits.WallTime)), null, limits.WallTime, Timeout.InfiniteTimeSpan);
        cancelled = cancel.Register(() => End(Tool.Cancelled(name)));
    }

    /// <summary>Completes when the run shall end.</summary>
    internal Task Asked => asked.Task;

    /// <summary>Why; null where the tool ended by itself.</summary>
    internal Failure? Reason => Volatile.Read(ref reason);

    /// <summary>Something moved: the stall limit counts anew.</summary>
    internal void Moved() => stall.Change(stallAfter, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the run without a reason: an exception is on its way.</summary>
    internal void Abandon() => asked.TrySetResult();

    /// <summary>The watcher reads the end of the pipe and kills the group. May be called again.</summary>
    internal void CloseLifeline() => process.StandardInput.Close();

    public void Dispose()
    {
        cancelled.Dispose();
        stall.Dispose();
        wall.Dispose();
    }

    private void End(Failure why)
    {
        Interlocked.CompareExchange(ref reason, why, null);
        asked.TrySetResult();
    }

    private static Failure Stalled(string name, TimeSpan after) =>
        new(FailureKind.Stalled, "tool_stalled", $"{name} made no progress for {after.TotalSeconds:0} s and was killed.");

    private static Failure TooLong(string name, TimeSpan after) =>
        new(FailureKind.Resource, "wall_time", $"{name} took longer than the {after.TotalMinutes:0} minutes it may and was killed.", "Ask for a shorter range.");
}
