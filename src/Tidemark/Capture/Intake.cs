using System.Collections.Concurrent;
using Tidemark.Archive;

namespace Tidemark.Capture;

/// <summary>A picture on its way into the archive.</summary>
/// <param name="Time">What it is named by; to the millisecond, UTC.</param>
/// <param name="Name">What the origin calls it, or null.</param>
/// <param name="Path">The finished download, a file of its own; it is gone afterwards, whatever came of it.</param>
/// <param name="Url">Where it came from, as it may be shown; null for a folder.</param>
/// <param name="Note">Why it has that instant, where that needs saying: <c>received</c>, <c>lastModified</c>, <c>ambiguous</c> …</param>
public sealed record Picture(DateTimeOffset Time, string? Name, string Path, string? Url = null, string? Note = null);

/// <summary>What feeds hand their pictures to: looked at, put into the archive, and noted in the journal. Waits for no database.</summary>
public sealed class Intake(FrameArchive archive, Journal journal, JournalShipper shipper, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PresentFrames> present = new(StringComparer.Ordinal);

    /// <summary>Told, with the temporary's path, after a frame is in the archive and its row can be read; the path is the file itself where it was found in its place.</summary>
    public event Action<Frame, string>? Captured
    {
        add => shipper.Captured += value;
        remove => shipper.Captured -= value;
    }

    /// <summary>A fresh name for a download; never the same twice.</summary>
    public string NewIncoming() => archive.NewIncoming();

    /// <summary>
    /// Those of a source's listed instants that the archive has, or had, a frame of. From memory, but for the first time that a
    /// day is listed; a file that a crash left without a row is taken in on the way, without a download.
    /// </summary>
    public Task<HashSet<DateTimeOffset>> PresentAsync(string source, IEnumerable<DateTimeOffset> listed, CancellationToken cancellation) =>
        Of(source).OfAsync(listed, async instant => (await AdoptAsync(source, instant, cancellation)).Failure is null, cancellation);

    /// <summary>Takes a picture in: when this ends with a frame, it is on disk and in the journal, both synced (C3).</summary>
    public async Task<Result<Frame>> TakeAsync(string source, Picture picture, CancellationToken cancellation)
    {
        if (!(await archive.PublishAsync(source, picture.Time, picture.Name, picture.Path, cancellation)).TryGet(out var frame, out var failure))
        {
            return picture.Url is null ? failure : failure with { Message = $"{picture.Url}: {failure.Message}" };
        }

        return await JournalAsync(frame with { Note = picture.Note }, Path.GetFileName(picture.Path));
    }

    private async Task<Result<Frame>> AdoptAsync(string source, DateTimeOffset instant, CancellationToken cancellation) =>
        (await archive.AdoptAsync(source, instant, null, cancellation)).TryGet(out var frame, out var failure) ? await JournalAsync(frame, null) : failure;

    // A file whose record could not be written stays: the next poll finds it under its name.
    private async Task<Result<Frame>> JournalAsync(Frame frame, string? from)
    {
        if (await journal.AppendAsync(new JournalRecord(FrameRecord.Of(frame, from))) is { } failure)
        {
            return failure;
        }

        Of(frame.Source).Add(frame.Time);
        return frame;
    }

    private PresentFrames Of(string source) => present.GetOrAdd(source, id => new PresentFrames(id, archive, time));
}
