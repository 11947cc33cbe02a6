using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>A picture on its way into the archive.</summary>
/// <param name="Time">What it is named by; to the millisecond, UTC.</param>
/// <param name="Name">What the origin calls it, or null.</param>
/// <param name="Path">The finished download, a file of its own; it is gone afterwards, whatever came of it.</param>
/// <param name="Url">Where it came from, as it may be shown; null for a folder.</param>
/// <param name="Note">Why it has that instant, where that needs saying: <c>received</c>, <c>lastModified</c>, <c>ambiguous</c> …</param>
public sealed record Picture(DateTimeOffset Time, string? Name, string Path, string? Url = null, string? Note = null);

/// <summary>What feeds hand their pictures to: looked at, put into the archive or into quarantine, and told.</summary>
public sealed class Intake(FrameArchive archive)
{
    /// <summary>Told, with the temporary's path, after a frame is in the archive and its row can be read.</summary>
    public event Action<Frame, string>? Captured;

    /// <summary>A fresh name for a download; never the same twice.</summary>
    public string NewIncoming() => archive.NewIncoming();

    /// <summary>The instants in a range that the archive has, or had, a frame of.</summary>
    public Task<HashSet<DateTimeOffset>> PresentAsync(string source, TimeRange range, CancellationToken cancellation) => archive.Index.InstantsAsync(source, range, cancellation);

    public async Task<Result<Frame>> TakeAsync(string source, Picture picture, CancellationToken cancellation)
    {
        if (!(await archive.AddAsync(source, picture.Time, picture.Name, picture.Path, cancellation)).TryGet(out var frame, out var failure))
        {
            return picture.Url is null ? failure : failure with { Message = $"{picture.Url}: {failure.Message}" };
        }

        Captured?.Invoke(frame, picture.Path);
        return frame;
    }
}
