using Microsoft.Extensions.Logging;
using Npgsql;
using Tidemark.Database;

namespace Tidemark.Jobs;

/// <summary>
/// Says that something happened, at once to this process and, on PostgreSQL, to the others (J9). A signal may get lost:
/// whoever hears it also looks by itself, now and then. Signals are sent outside every transaction and gathered while one is
/// under way, because each commit that notifies waits for all others that do.
/// </summary>
public sealed class JobSignals : IAsyncDisposable
{
    private const string Channel = "tidemark_jobs";

    /// <summary>Who looks at jobs is told of changes this often at most: each signal wakes every node, and a busy one has some for every task.</summary>
    private static readonly TimeSpan ChangesEvery = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan SendAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);

    /// <summary>Who leaves has this long for its last signals.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly SqlDatabase database;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly bool shared;
    private readonly string self;
    private readonly Lock gate = new();
    private readonly Bell bell = new();
    private readonly CancellationTokenSource closing = new();
    private SignalBatch pending = new();
    private ITimer? changes;
    private long? changesAt;
    private bool changesTimed;
    private Task loops = Task.CompletedTask;

    public JobSignals(SqlDatabase database, TimeProvider time, ILogger<JobSignals> logger)
    {
        (this.database, this.time, this.logger) = (database, time, logger);
        shared = database.Dialect == Dialect.PostgreSql;
        self = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
    }

    /// <summary>Tasks became ready, at these instants or from then on. Raised by any thread; do little.</summary>
    public event Action<IReadOnlyList<LaneFloor>>? BecameReady;

    /// <summary>A job changed; null: more did than could be told.</summary>
    public event Action<Guid?>? JobChanged;

    /// <summary>Every node should kick at once: leases were taken away, or workers reserved.</summary>
    public event Action? KickAsked;

    /// <summary>Signals may have been lost: look for yourself.</summary>
    public event Action? Resynced;

    /// <summary>Begins to listen and to send. Without it, signals stay in this process.</summary>
    public void Start()
    {
        if (shared)
        {
            changes = time.CreateTimer(_ => SendChanges(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            loops = Task.WhenAll(Task.Run(SendLoopAsync), Task.Run(ListenLoopAsync));
        }
    }

    /// <summary>Tasks became ready.</summary>
    public void Ready(IReadOnlyList<LaneFloor> lanes)
    {
        if (lanes.Count == 0)
        {
            return;
        }

        BecameReady?.Invoke(lanes);
        if (shared)
        {
            Send(batch => batch.Ready(lanes));
        }
    }

    /// <summary>A job changed; null: many did.</summary>
    public void Changed(Guid? job)
    {
        JobChanged?.Invoke(job);
        if (shared && AddChange(job))
        {
            bell.Ring();
        }
    }

    /// <summary>Every node should kick at once.</summary>
    public void Kick()
    {
        KickAsked?.Invoke();
        if (shared)
        {
            Send(batch => batch.Kick());
        }
    }

    /// <summary>Sends what waits still: nobody else tells that the last job of a node has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        bell.Ring();
        await loops;
        if (changes is null)
        {
            return;
        }

        await changes.DisposeAsync();
        using var limit = new CancellationTokenSource(LastWords, time);
        try
        {
            await SendPendingAsync(limit.Token);
        }
        catch (Exception error)
        {
            Log.SignalsNotSent(logger, error.Message);
        }
    }

    /// <summary>What another process sent; what cannot be read is passed over.</summary>
    internal void Hear(string payload)
    {
        if (!SignalBatch.TryRead(payload, out var sender, out var batch))
        {
            Log.SignalUnread(logger, payload.Length);
            return;
        }

        if (sender != self)
        {
            batch.Raise(BecameReady, JobChanged, KickAsked, Resynced);
        }
    }

    private void Send(Action<SignalBatch> add)
    {
        lock (gate)
        {
            add(pending);
        }

        bell.Ring();
    }

    // True: it is time to send it. What is sent for another reason takes it along.
    private bool AddChange(Guid? job)
    {
        lock (gate)
        {
            pending.Changed(job);
            var now = time.GetTimestamp();
            var wait = changesAt is { } last ? ChangesEvery - time.GetElapsedTime(last, now) : TimeSpan.Zero;
            if (wait <= TimeSpan.Zero)
            {
                changesAt = now;
                return true;
            }

            if (!changesTimed)
            {
                changesTimed = true;
                changes?.Change(wait, Timeout.InfiniteTimeSpan);
            }

            return false;
        }
    }

    private void SendChanges()
    {
        lock (gate)
        {
            changesTimed = false;
            changesAt = time.GetTimestamp();
        }

        bell.Ring();
    }

    private async Task SendLoopAsync()
    {
        var fails = false;
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await bell.WaitAsync();
                await SendPendingAsync(closing.Token);
                fails = false;
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body. What could not be sent goes with what comes next.
                if (!fails)
                {
                    Log.SignalsNotSent(logger, error.Message);
                }

                fails = true;
                await Task.Delay(SendAgainAfter, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                bell.Ring();
            }
        }
    }

    // It may arrive twice, where only the answer got lost; it is not lost.
    private async Task SendPendingAsync(CancellationToken cancellation)
    {
        SignalBatch batch;
        lock (gate)
        {
            (batch, pending) = (pending, new SignalBatch());
        }

        if (batch.IsEmpty)
        {
            return;
        }

        try
        {
            await database.ReadAsync(session => session.ExecuteAsync("select pg_notify(@channel, @payload)", cancellation, ("channel", Channel), ("payload", batch.Write(self))), cancellation);
        }
        catch
        {
            lock (gate)
            {
                pending.Add(batch);
            }

            throw;
        }
    }

    private async Task ListenLoopAsync()
    {
        for (var failures = 0; !closing.IsCancellationRequested; failures++)
        {
            try
            {
                await using var connection = await database.OpenListenerAsync(Channel, Hear, closing.Token);
                failures = 0;
                Log.SignalsHeard(logger);
                // Whatever was said while nobody listened.
                Resynced?.Invoke();
                await ListenAsync(connection);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                Log.SignalsLost(logger, error.Message);
            }

            var most = Math.Min(5000, 100 * Math.Pow(2, Math.Min(failures, 10)));
            await Task.Delay(TimeSpan.FromMilliseconds(1 + (most * Random.Shared.NextDouble())), time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Ends by an exception only. A connection that is silent for long is asked whether it is still there.
    private async Task ListenAsync(NpgsqlConnection connection)
    {
        while (true)
        {
            if (!await connection.WaitAsync(AskEvery, closing.Token))
            {
                await using var command = new NpgsqlCommand("select 1", connection);
                await command.ExecuteScalarAsync(closing.Token);
            }
        }
    }
}
