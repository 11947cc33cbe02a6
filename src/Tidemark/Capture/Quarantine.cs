using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Keeps what cannot be used (C5): <c>quarantine/SOURCE/STAMP-SHA8.EXT</c> with a note beside it, as durable as a frame. The
/// same bytes of a source are kept once. Nothing here is ever removed by us. The rows follow by themselves, when the database
/// can take them; the notes are what counts.
/// </summary>
public sealed class Quarantine : IAsyncDisposable
{
    /// <summary>Most files kept of a source on a day; a camera that sends garbage every second must not fill the disk. What comes beyond is told and let go.</summary>
    public const int MostADay = 200;

    /// <summary>The code of what was not kept for that reason.</summary>
    public const string Full = "quarantine_full";

    private const int MostRowsAtOnce = 500;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private readonly DataFolder folder;
    private readonly QuarantineStore store;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim looking = new(2, 2);
    private readonly Lock keeping = new();
    private readonly ConcurrentDictionary<string, KnownBytes> known = new(StringComparer.Ordinal);
    private readonly Channel<(QuarantineEntry? Entry, TaskCompletionSource? Noted)> rows = Channel.CreateUnbounded<(QuarantineEntry?, TaskCompletionSource?)>();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task writing;

    public Quarantine(DataFolder folder, QuarantineStore store, TimeProvider time, ILogger<Quarantine> logger)
    {
        (this.folder, this.store, this.time, this.logger) = (folder, store, time, logger);
        writing = Task.Run(() => WriteRowsAsync(stopping.Token));
    }

    /// <summary>Told when something new is in quarantine; its row may not be there yet.</summary>
    public event Action<QuarantineEntry>? Kept;

    /// <summary>Told, with the source, when rows of it were written: they can be listed.</summary>
    public event Action<string>? Listed;

    /// <summary>Where an entry's file lies; null where its name is none of ours.</summary>
    public string? PathOf(string source, string file) =>
        Sources.SourceId.Check(source) is null && IsOurs(file) ? Path.Combine(folder.Quarantine, source, file) : null;

    /// <summary>
    /// Looks at a picture that came. Null: it is a whole JPEG of a time that can be, and nothing was done. Else why it cannot be
    /// used; the file has gone into quarantine then, or is there already.
    /// </summary>
    public async Task<Failure?> CheckAsync(string source, Picture picture, CancellationToken cancellation)
    {
        // It is in memory whole; a small machine must not hold one for every source at the same time.
        await looking.WaitAsync(cancellation);
        try
        {
            var content = await File.ReadAllBytesAsync(picture.Path, cancellation);
            if (Judge(content, picture.Time) is not { } failure)
            {
                return null;
            }

            failure = failure with { Message = picture.Url is null ? failure.Message : $"{picture.Url}: {failure.Message}" };
            return Keep(source, picture, content, failure) ?? failure with { Mend = failure.Mend ?? $"It is kept: tidemark quarantine list {source}" };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>Adds rows for files that have none, and notes too: after a crash, or where the database was away. Reads every note; nothing waits for it.</summary>
    public void CatchUp(CancellationToken cancellation)
    {
        foreach (var source in Directory.Exists(folder.Quarantine) ? Directory.EnumerateDirectories(folder.Quarantine) : [])
        {
            foreach (var file in Directory.EnumerateFiles(source).Where(file => IsOurs(Path.GetFileName(file))))
            {
                cancellation.ThrowIfCancellationRequested();
                NoteAnew(file);
            }

            foreach (var note in Directory.EnumerateFiles(source, "*.note.json"))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Read(note) is { } entry)
                {
                    rows.Writer.TryWrite((entry, null));
                }
            }
        }
    }

    /// <summary>Ends when all that was kept until now has its row.</summary>
    public Task NotedAsync()
    {
        var noted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rows.Writer.TryWrite((null, noted));
        return noted.Task;
    }

    public async ValueTask DisposeAsync()
    {
        if (!rows.Writer.TryComplete())
        {
            return;
        }

        await stopping.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private Failure? Judge(byte[] content, DateTimeOffset taken) =>
        Jpeg.Inspect(content).Failed(out var failure) ? failure : PictureTime.Check(taken, time.GetUtcNow());

    // A crash, or a full disk, came between a file and its note. What it is is looked at anew; where it came from nobody knows any more.
    private void NoteAnew(string file)
    {
        try
        {
            lock (keeping)
            {
                if (File.Exists(NoteOf(file)))
                {
                    return;
                }

                var content = File.ReadAllBytes(file);
                var (name, source) = (Path.GetFileName(file), Path.GetFileName(Path.GetDirectoryName(file)!));
                _ = Rfc3339.TryParseStamp(name[..20], out var taken);
                var why = Judge(content, taken) ?? new Failure(FailureKind.BadInput, "unknown", "It was in quarantine without a note of why.");
                WriteNote(NoteOf(file), new QuarantineEntry(source, name, taken, null, why.Code, why.Message, content.Length, SHA256.HashData(content), new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NoteUnreadable(logger, NoteOf(file), error.Message);
        }
    }

    // STAMP-SHA8.note.json, beside STAMP-SHA8.EXT.
    private static string NoteOf(string file) => Path.ChangeExtension(file, ".note.json");

    private Failure? Keep(string source, Picture picture, byte[] content, Failure why)
    {
        var (now, sum) = (time.GetUtcNow(), SHA256.HashData(content));
        var mine = known.GetOrAdd(source, _ => new KnownBytes(Path.Combine(folder.Quarantine, source)));
        var before = mine.Add(Convert.ToHexStringLower(sum), Rfc3339.Day(now));
        if (before == KnownBytes.Before.Known)
        {
            File.Delete(picture.Path);
            return null;
        }

        if (before == KnownBytes.Before.TooMany)
        {
            File.Delete(picture.Path);
            Log.NotQuarantined(logger, source, MostADay);
            return why with { Kind = FailureKind.Conflict, Code = Full, Mend = $"{MostADay} files of today are in quarantine already; this one was not kept. Look at the camera." };
        }

        try
        {
            var name = $"{Rfc3339.Stamp(picture.Time)}-{Convert.ToHexStringLower(sum.AsSpan(0, 4))}";
            var entry = new QuarantineEntry(source, $"{name}.{FileKind.Of(content).Extension}", picture.Time, picture.Url, why.Code, why.Message, content.Length, sum, now);
            var final = Path.Combine(folder.Quarantine, source, entry.File);
            lock (keeping)
            {
                if (!DurableFile.Publish(picture.Path, final))
                {
                    File.Delete(picture.Path);
                }

                WriteNote(NoteOf(final), entry);
            }

            rows.Writer.TryWrite((entry, null));
            Log.Quarantined(logger, source, final, why.Message);
            Kept?.Invoke(entry);
            return null;
        }
        catch
        {
            mine.Forget(Convert.ToHexStringLower(sum));
            throw;
        }
    }

    private void WriteNote(string path, QuarantineEntry entry)
    {
        // On its way it lies where start-up sweeps.
        var temporary = Path.Combine(folder.Incoming, Path.GetFileName(path) + ".part");
        try
        {
            DurableFile.Write(temporary, JsonSerializer.SerializeToUtf8Bytes(QuarantineNote.Of(entry), QuarantineJson.Default.QuarantineNote));
            DurableFile.Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private QuarantineEntry? Read(string note)
    {
        try
        {
            var source = Path.GetFileName(Path.GetDirectoryName(note)!);
            return JsonSerializer.Deserialize(File.ReadAllText(note), QuarantineJson.Default.QuarantineNote)?.Entry(source);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            Log.NoteUnreadable(logger, note, error.Message);
            return null;
        }
    }

    private async Task WriteRowsAsync(CancellationToken cancellation)
    {
        while (await rows.Reader.WaitToReadAsync(cancellation))
        {
            var (batch, asked) = (new List<QuarantineEntry>(), new List<TaskCompletionSource>());
            while (batch.Count < MostRowsAtOnce && rows.Reader.TryRead(out var next))
            {
                if (next.Entry is not null)
                {
                    batch.Add(next.Entry);
                }

                if (next.Noted is not null)
                {
                    asked.Add(next.Noted);
                }
            }

            for (var noted = false; !noted;)
            {
                try
                {
                    await AddAsync(batch, cancellation);
                    noted = true;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // The notes are there; a database that is away gets its rows when it is back.
                    Log.QuarantineNotNoted(logger, batch.Count, error.Message);
                    await Task.Delay(Again, time, cancellation);
                }
            }

            foreach (var source in batch.Select(entry => entry.Source).Distinct(StringComparer.Ordinal))
            {
                Listed?.Invoke(source);
            }

            asked.ForEach(one => one.TrySetResult());
        }
    }

    // One that the database never takes, as from a note that somebody has changed, must not keep back all others.
    private async Task AddAsync(List<QuarantineEntry> some, CancellationToken cancellation)
    {
        try
        {
            await store.AddAsync(some, cancellation);
        }
        catch (DbException error) when (DatabaseFailures.IsOfTheValues(error))
        {
            if (some.Count == 1)
            {
                Log.NoteUnreadable(logger, Path.Combine(folder.Quarantine, some[0].Source, some[0].File), error.Message);
                return;
            }

            await AddAsync(some[..(some.Count / 2)], cancellation);
            await AddAsync(some[(some.Count / 2)..], cancellation);
        }
    }

    // STAMP-SHA8.EXT, in characters that no path is made of.
    private static bool IsOurs(string file) =>
        file.Length is > 30 and < 64 && Rfc3339.TryParseStamp(file[..20], out _) && file[20] == '-' && file[29] == '.'
        && file[21..29].All(char.IsAsciiHexDigitLower) && file[30..].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));
}
