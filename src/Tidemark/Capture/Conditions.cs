using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Tidemark.Capture;

/// <summary>
/// What is the matter with sources (<see cref="ConditionCode"/>): polls say what holds, each change is told once, also over a
/// restart, and noted in the database when it can be: no poll waits for that. Thread-safe.
/// </summary>
public sealed class Conditions : IAsyncDisposable
{
    private const string All = "";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private readonly ConditionStore store;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<(string Source, string Code), string?> said = new();
    private readonly Channel<Change> changes = Channel.CreateUnbounded<Change>();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task noting;

    public Conditions(ConditionStore store, TimeProvider time, ILogger<Conditions> logger)
    {
        (this.store, this.time, this.logger) = (store, time, logger);
        noting = Task.Run(() => NoteAsync(stopping.Token));
    }

    /// <summary>Told, after it was noted, when something begins, changes or is over (then with null).</summary>
    public event Action<string, string, SourceCondition?>? Changed;

    /// <summary>Says what holds of a source now.</summary>
    /// <param name="message">Null: it is well.</param>
    public void Say(string source, string code, string? message)
    {
        if (said.TryGetValue((source, code), out var before) && before == message)
        {
            return;
        }

        said[(source, code)] = message;
        changes.Writer.TryWrite(new Change(source, code, message, time.GetUtcNow()));
    }

    /// <summary>The source was removed: nothing is the matter with it any more, and nobody is told.</summary>
    public void Forget(string source)
    {
        foreach (var key in said.Keys.Where(key => key.Source == source))
        {
            said.TryRemove(key, out _);
        }

        changes.Writer.TryWrite(new Change(source, All, null, time.GetUtcNow()));
    }

    /// <summary>Ends when all that was said until now is noted.</summary>
    public Task NotedAsync()
    {
        var noted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changes.Writer.TryWrite(new Change("", "", null, default, noted));
        return noted.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (!changes.Writer.TryComplete())
        {
            return;
        }

        await stopping.CancelAsync();
        await noting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task NoteAsync(CancellationToken cancellation)
    {
        Dictionary<(string, string), SourceCondition>? noted = null;
        await foreach (var change in changes.Reader.ReadAllAsync(cancellation))
        {
            for (var done = false; !done;)
            {
                try
                {
                    noted ??= (await store.ListAsync(cancellation)).ToDictionary(condition => (condition.Source, condition.Code));
                    await NoteAsync(change, noted, cancellation);
                    done = true;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    Log.ConditionNotNoted(logger, change.Source, error.Message);
                    await Task.Delay(Again, time, cancellation);
                }
            }
        }
    }

    private async Task NoteAsync(Change change, Dictionary<(string, string), SourceCondition> noted, CancellationToken cancellation)
    {
        if (change.Noted is { } asked)
        {
            asked.TrySetResult();
            return;
        }

        if (change.Code == All)
        {
            await store.ClearAsync(change.Source, cancellation);
            foreach (var key in noted.Keys.Where(key => key.Item1 == change.Source).ToList())
            {
                noted.Remove(key);
            }

            return;
        }

        var before = noted.GetValueOrDefault((change.Source, change.Code));
        if (before?.Message == change.Message)
        {
            return;
        }

        if (change.Message is null)
        {
            await store.ClearAsync(change.Source, change.Code, cancellation);
            noted.Remove((change.Source, change.Code));
            Log.ConditionEnded(logger, change.Source, change.Code);
            Changed?.Invoke(change.Source, change.Code, null);
            return;
        }

        var now = new SourceCondition(change.Source, change.Code, before?.Since ?? change.At, change.Message);
        await store.SetAsync(now, cancellation);
        noted[(change.Source, change.Code)] = now;
        if (before is null)
        {
            // What is told of it may change with every poll, as figures do; that is no new beginning.
            Log.ConditionBegan(logger, change.Source, change.Message);
        }

        Changed?.Invoke(change.Source, change.Code, now);
    }

    private sealed record Change(string Source, string Code, string? Message, DateTimeOffset At, TaskCompletionSource? Noted = null);
}
