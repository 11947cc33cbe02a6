using System.Security.Cryptography;
using Tidemark.Media;

namespace Tidemark.Archive;

/// <summary>Frames on disk, in the order of invariant A1: a crash leaves at worst a file without a row.</summary>
public sealed class FrameArchive(DataFolder folder, FrameIndex index, TimeProvider time)
{
    // Looking at a frame takes it into memory once; a small machine must not hold one for every source at the same time.
    private readonly SemaphoreSlim looking = new(2, 2);

    public FrameIndex Index => index;

    /// <summary>A fresh name for a download; never the same twice.</summary>
    public string NewIncoming() => Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".part");

    public string PathOf(Frame frame) => folder.FramePath(frame.Source, frame.Time);

    /// <summary>
    /// Gives a finished download its place in the archive (A1), synced. Where a file of that name is there already, that
    /// file is the frame and the download is dropped; nothing is ever overwritten (A2). Its row is not written here.
    /// The download is gone afterwards, whatever came of it.
    /// </summary>
    public async Task<Result<Frame>> PublishAsync(string source, DateTimeOffset instant, string? name, string incoming, CancellationToken cancellation)
    {
        try
        {
            instant = Frame.Instant(instant);
            if (!(await LookAsync(source, instant, name, incoming, cancellation)).TryGet(out var frame, out var unusable))
            {
                return unusable;
            }

            return DurableFile.Publish(incoming, PathOf(frame)) ? frame : await AdoptAsync(source, instant, name, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>Looks at a file that has its place in the archive already: it is the frame, as it is.</summary>
    /// <returns>The frame, or a conflict that names the file.</returns>
    public async Task<Result<Frame>> AdoptAsync(string source, DateTimeOffset instant, string? name, CancellationToken cancellation)
    {
        var path = folder.FramePath(source, instant);
        try
        {
            return (await LookAsync(source, instant, name, path, cancellation)).TryGet(out var frame, out var damaged)
                ? frame
                : damaged with { Kind = FailureKind.Conflict, Message = $"{path} is there already and cannot be used: {damaged.Message}", Mend = "Move it away; the frame is fetched again." };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, path);
        }
    }

    /// <summary>The instants of a day that have a file, whatever is in it.</summary>
    /// <param name="day">Midnight, UTC.</param>
    public IEnumerable<DateTimeOffset> FilesOf(string source, DateTimeOffset day)
    {
        var place = new DayFolder(folder.Archive, source, day).Folder;
        return Times(Directory.Exists(place) ? Directory.EnumerateFiles(place, "*.jpg").Select(file => Path.GetFileName(file)) : [], day);
    }

    /// <summary>The instants of a day that its seal names, also where the frames were let go since.</summary>
    /// <param name="day">Midnight, UTC.</param>
    public IEnumerable<DateTimeOffset> SealedOf(string source, DateTimeOffset day)
    {
        var sums = new DayFolder(folder.Archive, source, day)[DayFolder.Sums];
        return Times(File.Exists(sums) ? SealedFiles.NamesIn(sums) : [], day);
    }

    private static IEnumerable<DateTimeOffset> Times(IEnumerable<string> names, DateTimeOffset day)
    {
        foreach (var name in names)
        {
            if (DayFolder.TryFrameTime(name, day, out var instant))
            {
                yield return instant;
            }
        }
    }

    private async Task<Result<Frame>> LookAsync(string source, DateTimeOffset instant, string? name, string path, CancellationToken cancellation)
    {
        await looking.WaitAsync(cancellation);
        try
        {
            return Look(source, instant, name, path);
        }
        finally
        {
            looking.Release();
        }
    }

    private Result<Frame> Look(string source, DateTimeOffset instant, string? name, string path)
    {
        var content = File.ReadAllBytes(path);
        return Jpeg.Inspect(content).TryGet(out var facts, out var failure)
            ? new Frame(source, instant, name, content.Length, facts.Width, facts.Height, SHA256.HashData(content), time.GetUtcNow())
            : failure;
    }
}
