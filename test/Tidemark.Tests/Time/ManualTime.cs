namespace Tidemark.Tests.Time;

/// <summary>A clock that only a test moves. Timers fire, in order, while it is moved; a test can wait until somebody waits for an instant.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Set)> waiting = [];
    private DateTimeOffset now = start;
    private TimeSpan stepped;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 22, 8, 13, 5, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return (now - stepped).Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; every timer due by then fires at its own instant.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                now = next is null ? end : next.Due > now ? next.Due!.Value : now;
                next?.Step();
            }

            if (next is null)
            {
                return;
            }

            next.Fire();
        }
    }

    /// <summary>Sets the clock, as a person or a time server does: no timer fires for it.</summary>
    public void Step(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
            stepped += by;
            timers.ForEach(timer => timer.Shift(by));
        }
    }

    /// <summary>Ends when a timer is due at this very instant; at once where one is.</summary>
    public Task DueAtAsync(DateTimeOffset due)
    {
        lock (gate)
        {
            if (timers.Any(timer => timer.Due == due))
            {
                return Task.CompletedTask;
            }

            var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((due, set));
            return set.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time.gate)
            {
                period = newPeriod;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time.now + dueTime;
                time.timers.Remove(this);
                if (Due is not null)
                {
                    time.timers.Add(this);
                    time.waiting.RemoveAll(one => one.Due == Due && one.Set.TrySetResult());
                }
            }

            return true;
        }

        /// <summary>Under the lock: the clock was set, and it is as far away as before.</summary>
        public void Shift(TimeSpan by) => Due += by;

        /// <summary>Under the lock: it fires now, so when is it due next?</summary>
        public void Step()
        {
            Due = period > TimeSpan.Zero ? Due + period : null;
            if (Due is null)
            {
                time.timers.Remove(this);
            }
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
