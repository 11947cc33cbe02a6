using System.Data.Common;
using Tidemark.Database;

namespace Tidemark.App.Api;

/// <summary>A piece of work on the archive that this node does, or did.</summary>
/// <param name="EndedAt">Null while it runs.</param>
public sealed record ArchiveWorkState(Guid Id, ArchiveRun Run, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, Failure? Failure);

/// <summary>
/// The node's work on the archive that somebody asked for: one at a time, since the disk is what it waits for. It is known
/// while the node runs; it may be cut off anywhere, and asked for again. So no job is needed that would outlive the node.
/// </summary>
public sealed class ArchiveWorks(ArchiveWork work, TimeProvider time) : IAsyncDisposable
{
    private const int Kept = 20;

    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];

    public IReadOnlyList<ArchiveWorkState> All
    {
        get
        {
            lock (gate)
            {
                return [.. entries.Select(entry => entry.State)];
            }
        }
    }

    /// <summary>Begins it; conflict where other work runs.</summary>
    public Result<ArchiveWorkState> Start(ArchiveWorkRequest request)
    {
        lock (gate)
        {
            if (entries.Find(entry => entry.State.EndedAt is null) is { } running)
            {
                return new Failure(FailureKind.Conflict, "archive_busy", $"'archive {running.State.Run.Request.Kind}' is under way since {Time.Rfc3339.Format(running.State.StartedAt)}.", "Wait for it, or call it off.");
            }

            if (entries.Count == Kept)
            {
                entries[0].Stop.Dispose();
                entries.RemoveAt(0);
            }

            var entry = new Entry(new ArchiveWorkState(Guid.CreateVersion7(time.GetUtcNow()), new ArchiveRun(request), time.GetUtcNow(), null, null));
            entries.Add(entry);
            entry.Running = Task.Run(() => RunAsync(entry));
            return entry.State;
        }
    }

    public Result<ArchiveWorkState> Find(Guid id)
    {
        lock (gate)
        {
            return entries.Find(entry => entry.State.Id == id) is { } entry
                ? entry.State
                : new Failure(FailureKind.NotFound, "archive_work_not_found", $"This node knows no work {id} on the archive; it forgets it when it stops.", "Ask for it again.");
        }
    }

    /// <summary>Calls it off.</summary>
    public async Task<Result<ArchiveWorkState>> CancelAsync(Guid id)
    {
        Entry? entry;
        lock (gate)
        {
            entry = entries.Find(one => one.State.Id == id);
        }

        if (entry is not null)
        {
            await entry.Stop.CancelAsync();
            await entry.Running;
        }

        return Find(id);
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> all;
        lock (gate)
        {
            all = [.. entries];
        }

        foreach (var entry in all)
        {
            await entry.Stop.CancelAsync();
            await entry.Running;
        }
    }

    private async Task RunAsync(Entry entry)
    {
        Failure? failure;
        try
        {
            failure = await work.RunAsync(entry.State.Run, entry.Stop.Token);
        }
        catch (OperationCanceledException)
        {
            failure = new Failure(FailureKind.Cancelled, "cancelled", "It was called off.");
        }
        catch (DbException error)
        {
            failure = DatabaseFailures.Map(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = DiskFailures.Map(error);
        }
        catch (Exception error)
        {
            failure = new Failure(FailureKind.Infrastructure, "unexpected", $"It broke in a way that nobody foresaw: {error.Message}");
        }

        lock (gate)
        {
            entry.State = entry.State with { EndedAt = time.GetUtcNow(), Failure = failure };
        }
    }

    private sealed class Entry(ArchiveWorkState state)
    {
        public ArchiveWorkState State { get; set; } = state;

        public CancellationTokenSource Stop { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
