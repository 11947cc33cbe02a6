using System.Collections.Concurrent;

namespace Tidemark.Sources;

/// <summary>
/// A few requests at a time to one host; who comes when it is busy waits for its turn, in order. A request that has not
/// moved for a while does not count: it costs the host little, and must not keep others from it (C1).
/// </summary>
public sealed class HostLimits(int most, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Host> hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits for a turn; it ends when what is returned is disposed.</summary>
    public Task<Turn> EnterAsync(string host, CancellationToken cancellation) => hosts.GetOrAdd(host, _ => new Host(most, time)).EnterAsync(cancellation);

    /// <summary>A request's turn.</summary>
    public sealed class Turn : IDisposable
    {
        private readonly Host? host;
        private readonly TimeProvider time;
        private long moved;

        internal Turn(Host? host, TimeProvider time)
        {
            (this.host, this.time) = (host, time);
            Moved();
        }

        internal TimeSpan Still => time.GetElapsedTime(Volatile.Read(ref moved));

        /// <summary>Something came.</summary>
        public void Moved() => Volatile.Write(ref moved, time.GetTimestamp());

        public void Dispose() => host?.Leave(this);

        /// <summary>One that nobody waits for.</summary>
        internal static Turn Free(TimeProvider time) => new(null, time);
    }

    internal sealed class Host(int most, TimeProvider time)
    {
        private readonly Lock gate = new();
        private readonly HashSet<Turn> counted = [];
        private readonly Queue<TaskCompletionSource<Turn>> waiting = [];
        private ITimer? timer;

        public Task<Turn> EnterAsync(CancellationToken cancellation)
        {
            TaskCompletionSource<Turn> turn;
            lock (gate)
            {
                if (waiting.Count == 0 && counted.Count < most)
                {
                    return Task.FromResult(Begin());
                }

                turn = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting.Enqueue(turn);
                Admit();
            }

            return GrantedAsync(turn, cancellation);
        }

        public void Leave(Turn turn)
        {
            lock (gate)
            {
                counted.Remove(turn);
                Admit();
            }
        }

        private static async Task<Turn> GrantedAsync(TaskCompletionSource<Turn> turn, CancellationToken cancellation)
        {
            await using var gaveUp = cancellation.Register(() => turn.TrySetCanceled(cancellation));
            return await turn.Task;
        }

        private Turn Begin()
        {
            var turn = new Turn(this, time);
            counted.Add(turn);
            return turn;
        }

        private void Admit()
        {
            if (waiting.Count == 0)
            {
                return;
            }

            counted.RemoveWhere(turn => turn.Still >= Quiet);
            while (counted.Count < most && waiting.TryDequeue(out var next))
            {
                var turn = Begin();
                if (!next.TrySetResult(turn))
                {
                    counted.Remove(turn);
                }
            }

            // Nobody need leave for it: the first that stands still makes room.
            if (waiting.Count > 0)
            {
                timer ??= time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                var soonest = Quiet - counted.Max(turn => turn.Still);
                timer.Change(soonest > TimeSpan.Zero ? soonest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        private void Look()
        {
            lock (gate)
            {
                Admit();
            }
        }
    }
}
