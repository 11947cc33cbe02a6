namespace Tidemark.Jobs;

/// <summary>Wakes one waiting loop. Rung while nobody waits, it is heard by the next who does; rung twice, once.</summary>
internal sealed class Bell
{
    private readonly Lock gate = new();
    private TaskCompletionSource? waiting;
    private bool rung;

    /// <summary>Somebody waits for it, and it has not rung.</summary>
    public bool Quiet
    {
        get
        {
            lock (gate)
            {
                return waiting is not null;
            }
        }
    }

    public void Ring()
    {
        TaskCompletionSource? woken;
        lock (gate)
        {
            woken = waiting;
            waiting = null;
            rung = woken is null;
        }

        woken?.TrySetResult();
    }

    public Task WaitAsync()
    {
        lock (gate)
        {
            if (rung)
            {
                rung = false;
                return Task.CompletedTask;
            }

            waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Task;
        }
    }
}
