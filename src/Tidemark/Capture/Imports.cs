using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>Where an import stands.</summary>
/// <param name="Report">Null while it runs.</param>
/// <param name="Failure">Why it could not be begun; null where it was.</param>
public sealed record ImportState(Guid Id, ImportRequest Request, DateTimeOffset StartedAt, ImportProgress Progress, ImportReport? Report, Failure? Failure)
{
    public bool Running => Report is null && Failure is null;
}

/// <summary>The node's imports: one at a time, since the disk is what they wait for. What is known of them ends with the process; what they imported stays.</summary>
public sealed class Imports(Import import, TimeProvider time) : IAsyncDisposable
{
    private const int Kept = 20;

    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];

    /// <summary>Begins an import; conflict where one runs.</summary>
    public Result<ImportState> Start(ImportRequest request)
    {
        lock (gate)
        {
            if (entries.Find(entry => entry.State.Running) is { } running)
            {
                return new Failure(FailureKind.Conflict, "import_running", $"{running.State.Request.Folder} is being imported since {Rfc3339.Format(running.State.StartedAt)}.", "Wait for it, or call it off.");
            }

            if (entries.Count == Kept)
            {
                entries[0].Stop.Dispose();
                entries.RemoveAt(0);
            }

            var entry = new Entry(new ImportState(Guid.CreateVersion7(time.GetUtcNow()), request, time.GetUtcNow(), new ImportProgress(0, 0, 0, 0, null), null, null));
            entries.Add(entry);
            entry.Running = Task.Run(() => RunAsync(entry));
            return entry.State;
        }
    }

    public Result<ImportState> Find(Guid id)
    {
        lock (gate)
        {
            return entries.Find(entry => entry.State.Id == id) is { } entry
                ? entry.State
                : new Failure(FailureKind.NotFound, "import_not_found", $"This node knows no import {id}; it forgets them when it stops.", "Ask for it again: what is in the archive is passed over.");
        }
    }

    /// <summary>Calls an import off; what it has imported stays.</summary>
    public async Task<Result<ImportState>> CancelAsync(Guid id)
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
        Result<ImportReport> result;
        try
        {
            result = await import.RunAsync(entry.State.Request, entry, entry.Stop.Token);
        }
        catch (OperationCanceledException) when (entry.Stop.IsCancellationRequested)
        {
            result = new Failure(FailureKind.Cancelled, "cancelled", "The import was called off.");
        }
        catch (System.Data.Common.DbException error)
        {
            result = Database.DatabaseFailures.Map(error);
        }
        catch (Exception error)
        {
            // A bug, or an input that nobody thought of: who asked must hear that it has ended.
            result = new Failure(FailureKind.Infrastructure, "unexpected", $"The import broke in a way that nobody foresaw: {error.Message}", "Report it.");
        }

        entry.State = result.TryGet(out var report, out var failure) ? entry.State with { Report = report } : entry.State with { Failure = failure };
    }

    private sealed class Entry(ImportState state) : IProgress<ImportProgress>
    {
        private volatile ImportState state = state;

        public ImportState State
        {
            get => state;
            set => state = value;
        }

        public CancellationTokenSource Stop { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;

        public void Report(ImportProgress value) => state = state with { Progress = value };
    }
}
