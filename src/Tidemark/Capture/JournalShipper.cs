using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>
/// Brings what the journal holds into the database: frames at once, many in a transaction; slots every minute and at the
/// end, with how far it has come and until when all is known (C2, C3). After a crash it begins where that was noted and ships some of it again, which
/// changes nothing. While the database is away it waits; what waits for it lies in the journal, not in memory.
/// </summary>
public sealed class JournalShipper : IAsyncDisposable
{
    private const int MostWaitingSlots = 20_000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastTry = TimeSpan.FromSeconds(5);
    private readonly Journal journal;
    private readonly SqlDatabase database;
    private readonly DataFolder data;
    private readonly JournalCursor cursor;
    private readonly FrameIndex frames;
    private readonly ShippedStatuses statuses;
    private readonly CaptureOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Channel<bool> rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private readonly List<SlotRecord> waiting = [];
    private JournalPosition? read;
    private JournalPosition shipped;
    private long lastFlush;
    private DateTimeOffset lastKnown;
    private long lastWhole;
    private long earlierRecords;
    private long readRecords;
    private long shippedRecords;
    private Task running = Task.CompletedTask;
    private bool away;
    private bool ended;

    public JournalShipper(Journal journal, DataFolder data, SqlDatabase database, FrameIndex frames, SourceStore sources, CaptureOptions options, TimeProvider time, ILogger<JournalShipper> logger)
    {
        (this.journal, this.data, this.database, this.frames, this.options, this.time, this.logger) = (journal, data, database, frames, options, time, logger);
        cursor = new JournalCursor(database, data.Home);
        statuses = new ShippedStatuses(sources);
        lastFlush = lastWhole = time.GetTimestamp();
        journal.Synced += Ring;
    }

    /// <summary>Told, with the path of its temporary, after a frame's row can be read; once for each row that was added.</summary>
    public event Action<Frame, string>? Captured;

    /// <summary>True while the database does not take what is shipped.</summary>
    public bool DatabaseAway => away;

    /// <summary>Records that are in the journal and not surely in the database. What an earlier run left counts once the database answered and it was read.</summary>
    public long Backlog => Math.Max(0, Volatile.Read(ref earlierRecords) + journal.Records - Volatile.Read(ref shippedRecords));

    /// <summary>How long ago all of the journal was in the database; or this run began.</summary>
    public TimeSpan BacklogAge => Backlog == 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref lastWhole));

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Notes how a source's last poll ended; of several the last is shipped.</summary>
    public void Note(string source, SourceStatus status)
    {
        if (statuses.Note(source, status))
        {
            Ring();
        }
    }

    /// <summary>Ships everything that the journal has now, slots and statuses too.</summary>
    /// <returns>Why not; null where all is in the database.</returns>
    public async Task<Failure?> ShipAsync(CancellationToken cancellation)
    {
        try
        {
            await ShipAsync(flush: true, cancellation);
            return null;
        }
        catch (DbException error)
        {
            return DatabaseFailures.Map(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }
    }

    /// <summary>Stops after one last try to ship what there is.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        journal.Synced -= Ring;
        await stopping.CancelAsync();
        await running;
        using var limit = new CancellationTokenSource(LastTry, TimeProvider.System);
        ended = true;
        try
        {
            await ShipAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It is in the journal; the next start ships it.
        }

        stopping.Dispose();
    }

    private void Ring() => rung.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(stopping.Token);
                await ShipAsync(flush: time.GetElapsedTime(lastFlush) >= options.ShipSlotsEvery, stopping.Token);
                pause = TimeSpan.FromSeconds(1);
                continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (DbException error)
            {
                Stopped(DatabaseFailures.Map(error));
            }
            catch (Exception error)
            {
                // A loop survives its body.
                Log.ShippingBroke(logger, error);
            }

            Ring();
            await Task.Delay(pause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Stopped(Failure failure)
    {
        if (!away)
        {
            Log.ShippingStopped(logger, failure.ToString());
        }

        away = true;
    }

    // Until something came, or slots are due.
    private async Task WaitAsync(CancellationToken cancellation)
    {
        var left = options.ShipSlotsEvery - time.GetElapsedTime(lastFlush);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (left > TimeSpan.Zero)
        {
            await Task.WhenAny(rung.Reader.WaitToReadAsync(stop.Token).AsTask(), Task.Delay(left, time, stop.Token));
            await stop.CancelAsync();
        }

        cancellation.ThrowIfCancellationRequested();
        if (rung.Reader.TryRead(out _) && options.Gather > TimeSpan.Zero)
        {
            await Task.Delay(options.Gather, time, cancellation);
        }
    }

    private async Task ShipAsync(bool flush, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            // What is noted from here on is not surely read below.
            var known = flush && await journal.SyncAsync() is null ? time.GetUtcNow() : (DateTimeOffset?)null;
            shipped = read is null ? journal.Resume(await cursor.ReadAsync(cancellation)) : shipped;
            read ??= shipped;
            var began = time.GetTimestamp();
            while (journal.Read(read.Value) is var batch && batch.Next > read)
            {
                await ShipAsync(batch.Records, cancellation);
                earlierRecords += read < journal.Began ? batch.Records.Count : 0;
                readRecords += batch.Records.Count;
                read = batch.Next;
                if (waiting.Count > MostWaitingSlots)
                {
                    await FlushAsync(cancellation);
                }
            }

            if (flush)
            {
                await FlushAsync(cancellation);
                lastWhole = began;
                await KnowAsync(known, cancellation);
                lastFlush = time.GetTimestamp();
            }

            await statuses.ShipAsync(all: flush, cancellation);
            if (away)
            {
                away = false;
                Log.ShippingGoesOn(logger);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task ShipAsync(IReadOnlyList<JournalRecord> records, CancellationToken cancellation)
    {
        var came = records.Where(record => record.Frame is not null).Select(record => record.Frame!).ToList();
        if (came.Count > 0)
        {
            var from = came.ToLookup(frame => (frame.Source, frame.Time), frame => frame.From);
            foreach (var added in await AddAsync([.. came.Select(frame => frame.ToFrame())], cancellation))
            {
                Captured?.Invoke(added, from[(added.Source, added.Time)].First() is { } temporary ? Path.Combine(data.Incoming, temporary) : data.FramePath(added.Source, added.Time));
            }
        }

        waiting.AddRange(records.Where(record => record.Slot is not null).Select(record => record.Slot!));
    }

    // One that the database never takes must not keep back all others.
    private async Task<List<Frame>> AddAsync(List<Frame> some, CancellationToken cancellation)
    {
        try
        {
            return await frames.AddAsync(some, cancellation);
        }
        catch (DbException error) when (DatabaseFailures.IsOfTheValues(error))
        {
            if (some.Count > 1)
            {
                var half = some.Count / 2;
                return [.. await AddAsync(some[..half], cancellation), .. await AddAsync(some[half..], cancellation)];
            }

            Log.RecordRefused(logger, some[0].Source, error.Message);
            return [];
        }
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (read == shipped)
        {
            return;
        }

        await database.WriteAsync(async session =>
        {
            await SlotStore.AddAsync(session, waiting, time.GetUtcNow(), cancellation);
            await cursor.SetAsync(session, read!.Value, cancellation);
        }, cancellation);
        (shipped, shippedRecords) = (read!.Value, readRecords);
        waiting.Clear();
        journal.RemoveShipped(shipped);
    }

    // A node that never noted anything has nothing that others would wait for. Who reads slots has them shipped at once: that costs no commit where there are none.
    private async Task KnowAsync(DateTimeOffset? known, CancellationToken cancellation)
    {
        if (known is { } at && shipped != default && (ended || (at - lastKnown).Duration() >= options.ShipSlotsEvery / 2))
        {
            await database.WriteAsync(session => cursor.KnowAsync(session, ended ? null : at, cancellation), cancellation);
            lastKnown = at;
        }
    }
}
