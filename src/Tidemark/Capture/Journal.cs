using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Tidemark.Archive;

namespace Tidemark.Capture;

/// <summary>
/// What capture did, on this node's own disk, before anybody else knows of it (design/archive.md C2, C3): files that are
/// only added to, one line a record, written by one loop and synced in groups. Opening it reads one segment at most.
/// </summary>
public sealed class Journal : IAsyncDisposable
{
    private const int MostBatchBytes = 1 << 20;

    // How long an outcome may lie unsynced: a power cut costs it, kill -9 does not.
    private static readonly TimeSpan SyncWithin = TimeSpan.FromSeconds(1);

    private readonly JournalFolder files;
    private readonly CaptureOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string folder;
    private readonly Channel<Entry> queue = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writing;
    private readonly Lock gate = new();
    private SafeFileHandle? file;
    private JournalPosition written;
    private JournalPosition synced;
    private long? dirtySince;
    private bool full;
    private long syncs;
    private long writtenRecords;
    private long records;

    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public Journal(DataFolder data, CaptureOptions options, TimeProvider time, ILogger<Journal> logger)
    {
        (folder, this.options, this.time, this.logger) = (data.Journal, options, time, logger);
        files = new JournalFolder(folder, logger);
        DurableFile.CreateFolder(folder);
        if (files.Segments() is [.., var last])
        {
            written = synced = Began = new JournalPosition(last, files.CutTail(last));
        }

        writing = Task.Run(WriteAsync);
    }

    /// <summary>Told after something was synced.</summary>
    public event Action? Synced;

    /// <summary>Where what is surely on disk ends.</summary>
    public JournalPosition End
    {
        get
        {
            lock (gate)
            {
                return synced;
            }
        }
    }

    /// <summary>Where it ended when this run began.</summary>
    public JournalPosition Began { get; }

    /// <summary>How many records this run has written and synced.</summary>
    public long Records => Interlocked.Read(ref records);

    /// <summary>How often the disk was made to sync, since the start.</summary>
    public long Syncs => Interlocked.Read(ref syncs);

    /// <summary>Adds a record; ends when it is synced.</summary>
    /// <returns>Why it is not in the journal; null where it is.</returns>
    public Task<Failure?> AppendAsync(JournalRecord record) => EnqueueAsync(JournalLine.Encode(record), sync: true);

    /// <summary>Adds a record; ends when it is written. It is synced with the next that must be, within a second at the latest.</summary>
    /// <inheritdoc cref="AppendAsync(JournalRecord)" path="/returns"/>
    public Task<Failure?> AppendSoonAsync(JournalRecord record) => EnqueueAsync(JournalLine.Encode(record), sync: false);

    /// <summary>Syncs what is written.</summary>
    /// <returns>Why it could not be; null where it is.</returns>
    public Task<Failure?> SyncAsync() => EnqueueAsync([], sync: true);

    /// <summary>Reads on from a place, as far as it is synced; what an earlier run wrote comes by itself.</summary>
    public JournalBatch Read(JournalPosition from) => files.Read(from, from < Began ? Began : End);

    /// <summary>Where to begin for somebody who has read so far: there, or at the beginning where this journal does not reach so far.</summary>
    public JournalPosition Resume(JournalPosition read) => read > End ? default : read;

    /// <summary>Removes what was shipped and need not be kept any longer.</summary>
    public void RemoveShipped(JournalPosition shipped) => files.Remove(shipped.Segment, time.GetUtcNow() - options.KeepJournal, options.MostJournalBytes);

    /// <summary>Writes and syncs what is under way; what comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        file?.Dispose();
    }

    private Task<Failure?> EnqueueAsync(byte[] line, bool sync)
    {
        var entry = new Entry(line, sync, new TaskCompletionSource<Failure?>(TaskCreationOptions.RunContinuationsAsynchronously));
        return queue.Writer.TryWrite(entry)
            ? entry.Done.Task
            : Task.FromResult<Failure?>(new Failure(FailureKind.Cancelled, "stopping", "The node is stopping."));
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            var more = queue.Reader.WaitToReadAsync().AsTask();
            if (dirtySince is { } since)
            {
                using var stop = new CancellationTokenSource();
                var left = SyncWithin - time.GetElapsedTime(since);
                if (left > TimeSpan.Zero && !more.IsCompleted)
                {
                    await Task.WhenAny(more, Task.Delay(left, time, stop.Token));
                    await stop.CancelAsync();
                }

                // Also where there is always more to come.
                if (time.GetElapsedTime(since) >= SyncWithin)
                {
                    Sync();
                }
            }

            if (!await more)
            {
                Sync();
                return;
            }

            WriteBatch();
        }
    }

    private void WriteBatch()
    {
        var batch = new List<Entry>();
        var bytes = 0;
        while (bytes < MostBatchBytes && queue.Reader.TryRead(out var entry))
        {
            batch.Add(entry);
            bytes += entry.Line.Length;
        }

        var failure = bytes == 0 ? null : Write(batch, bytes);
        failure ??= batch.Exists(entry => entry.Sync) ? Sync() : null;
        foreach (var entry in batch)
        {
            entry.Done.SetResult(failure);
        }

        if (written.Offset >= options.JournalSegmentBytes && Sync() is null)
        {
            Close();
        }
    }

    private Failure? Write(List<Entry> batch, int bytes)
    {
        try
        {
            file ??= OpenNext();
            var buffer = new byte[bytes];
            var at = 0;
            foreach (var entry in batch)
            {
                entry.Line.CopyTo(buffer, at);
                at += entry.Line.Length;
            }

            RandomAccess.Write(file, buffer, written.Offset);
            written = written with { Offset = written.Offset + bytes };
            writtenRecords += batch.Count(entry => entry.Line.Length > 0);
            dirtySince ??= time.GetTimestamp();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            CutBack(error);
            return DiskFailures.Map(error, folder);
        }
    }

    // After a sync that failed nobody knows what is on disk, and a second one may lie: that file is left as it is.
    private Failure? Sync()
    {
        if (dirtySince is null)
        {
            return null;
        }

        dirtySince = null;

        try
        {
            RandomAccess.FlushToDisk(file!);
            Interlocked.Increment(ref syncs);
        }
        catch (IOException error)
        {
            Log.JournalFailed(logger, folder, error.Message);
            Close();
            return DiskFailures.Map(error, folder);
        }

        lock (gate)
        {
            synced = written;
            records = writtenRecords;
        }

        Synced?.Invoke();
        return null;
    }

    // What was written in part is cut off, so that the file stays as it was acknowledged.
    private void CutBack(Exception reason)
    {
        Log.JournalFailed(logger, folder, reason.Message);
        try
        {
            if (file is not null)
            {
                RandomAccess.SetLength(file, written.Offset);
            }
        }
        catch (IOException)
        {
            Sync();
            Close();
        }
    }

    private SafeFileHandle OpenNext()
    {
        if (written.Segment > 0 && !full)
        {
            return File.OpenHandle(files.PathOf(written.Segment), FileMode.Open, FileAccess.Write, FileShare.Read);
        }

        // By the clock, so that a journal that was begun anew does not take numbers that somebody has read already.
        var number = Math.Max(written.Segment + 1, time.GetUtcNow().ToUnixTimeSeconds());
        var opened = File.OpenHandle(files.PathOf(number), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        try
        {
            DurableFile.Sync(folder);
        }
        catch
        {
            opened.Dispose();
            File.Delete(files.PathOf(number));
            throw;
        }

        written = new JournalPosition(number, 0);
        full = false;
        return opened;
    }

    private void Close()
    {
        file?.Dispose();
        file = null;
        full = true;
    }

    private sealed record Entry(byte[] Line, bool Sync, TaskCompletionSource<Failure?> Done);
}
