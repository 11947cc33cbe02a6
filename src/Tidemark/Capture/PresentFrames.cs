using System.Data.Common;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Which instants of a source the archive has, or had, in memory: a poll waits for no database (C1). Read once, from the
/// index, with what lies in the days' folders without a row; then kept up to date, and no further back than is listed.
/// One source's is used by one poll at a time.
/// </summary>
internal sealed class PresentFrames(string source, FrameArchive archive, TimeProvider time)
{
    // A database that does not answer at once is done without, and asked again later.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);
    private readonly SortedSet<DateTimeOffset> known = [];
    private readonly Lock gate = new();
    private DateTimeOffset? from;
    private long? fromFilesSince;

    public void Add(DateTimeOffset instant)
    {
        lock (gate)
        {
            known.Add(instant);
        }
    }

    /// <param name="adopt">Takes in a file that has its place and no row; false where it cannot be used.</param>
    public async Task<HashSet<DateTimeOffset>> InAsync(TimeRange range, Func<DateTimeOffset, Task<bool>> adopt, CancellationToken cancellation)
    {
        var again = fromFilesSince is { } since && time.GetElapsedTime(since) >= AskAgain;
        if (from is null || again)
        {
            await LoadAsync(new TimeRange(range.Start, DateTimeOffset.MaxValue), adopt, cancellation);
        }
        else if (range.Start < from)
        {
            await LoadAsync(new TimeRange(range.Start, from.Value), adopt, cancellation);
        }

        lock (gate)
        {
            // What is not listed any more is not asked for again.
            known.RemoveWhere(instant => instant < range.Start);
            from = range.Start;
            return [.. known.GetViewBetween(range.Start, range.End).Where(range.Contains)];
        }
    }

    private async Task LoadAsync(TimeRange range, Func<DateTimeOffset, Task<bool>> adopt, CancellationToken cancellation)
    {
        var rows = await IndexedAsync(range, cancellation);
        fromFilesSince = rows is null ? time.GetTimestamp() : null;
        foreach (var instant in rows ?? [])
        {
            Add(instant);
        }

        foreach (var instant in archive.FilesIn(source, range).Order().ToList())
        {
            bool there;
            lock (gate)
            {
                there = known.Contains(instant);
            }

            // Without the index nobody knows which have a row; they are there, that is enough for now.
            if (!there && (rows is null || await adopt(instant)))
            {
                Add(instant);
            }
        }
    }

    private async Task<HashSet<DateTimeOffset>?> IndexedAsync(TimeRange range, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await archive.Index.InstantsAsync(source, range, either.Token);
        }
        catch (Exception error) when (error is DbException or TimeoutException or System.Net.Sockets.SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
