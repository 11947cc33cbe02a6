using System.Security.Cryptography;
using Tidemark.Media;

namespace Tidemark.Archive;

/// <summary>Frames on disk and in the index, in the order of invariant A1: a crash leaves at worst a file without a row.</summary>
public sealed class FrameArchive(DataFolder folder, FrameIndex index, TimeProvider time)
{
    // Looking at a frame takes it into memory once; a small machine must not hold one for every source at the same time.
    private readonly SemaphoreSlim looking = new(2, 2);

    public FrameIndex Index => index;

    /// <summary>A fresh name for a download; never the same twice.</summary>
    public string NewIncoming() => Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".part");

    public string PathOf(Frame frame) => folder.FramePath(frame.Source, frame.Time);

    /// <summary>
    /// Takes a finished download into the archive. Where the archive has a file of that name without a row (a crash came
    /// between), that file is the frame and the download is dropped; nothing is ever overwritten (A2).
    /// The download is gone afterwards, whatever came of it.
    /// </summary>
    public async Task<Result<Frame>> AddAsync(string source, DateTimeOffset instant, string? name, string incoming, CancellationToken cancellation)
    {
        try
        {
            await looking.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            File.Delete(incoming);
            throw;
        }

        try
        {
            instant = Frame.Instant(instant);
            if (!Look(source, instant, name, incoming).TryGet(out var frame, out var unusable))
            {
                return unusable;
            }

            var path = PathOf(frame);
            if (!DurableFile.Publish(incoming, path) && !Look(source, instant, name, path).TryGet(out frame, out var damaged))
            {
                return damaged with { Kind = FailureKind.Conflict, Message = $"{path} is there already and cannot be used: {damaged.Message}", Mend = "Move it away; the frame is fetched again." };
            }

            // Once the file has its name, its row is written whatever else happens to this poll.
            await index.AddAsync(frame, CancellationToken.None);
            return frame;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }
        finally
        {
            looking.Release();
            File.Delete(incoming);
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
