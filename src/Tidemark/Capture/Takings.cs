using Tidemark.Archive;

namespace Tidemark.Capture;

/// <summary>The way of every picture that arrived: what an operator's marker stands for is dropped, what cannot be used goes into quarantine, the rest into the archive.</summary>
/// <param name="disk">Asked whether there is room for one more; null: there always is.</param>
public sealed class Takings(Intake intake, Quarantine quarantine, Markers markers, DiskWatch? disk = null)
{
    /// <summary>What code a frame has that a marker says to leave alone.</summary>
    public const string Skipped = "skipped";

    public Markers Markers => markers;

    /// <summary>Why no picture may be fetched now, where the disk is full. A poll that brings many asks before each: it may be under way for hours.</summary>
    public Failure? Full => disk?.Refusal(DiskLevel.Full);

    /// <summary>Takes a picture; its file is gone afterwards from where it lay, unless the disk was the fault.</summary>
    public async Task<Result<Frame>> TakeAsync(string source, Picture picture, CancellationToken cancellation)
    {
        if (markers.Skips(source, picture.Time))
        {
            File.Delete(picture.Path);
            return Markers.Skipped($"the frame of {Time.Rfc3339.Format(picture.Time)}");
        }

        disk?.Wrote(new FileInfo(picture.Path).Length);
        return await quarantine.CheckAsync(source, picture, cancellation) is { } unusable ? unusable : await intake.TakeAsync(source, picture, cancellation);
    }
}
