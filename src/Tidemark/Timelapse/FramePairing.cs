namespace Tidemark.Timelapse;

/// <summary>Which of a source's frames is shown at each instant.</summary>
internal static class FramePairing
{
    /// <param name="frames">In the order of time, like the instants.</param>
    /// <param name="even">True: instants have nothing to do with frames, and what is held is the last one before.</param>
    /// <param name="reach">How far the nearest frame may be away.</param>
    /// <returns>By instant; null where the source is missing.</returns>
    internal static IReadOnlyList<FrameFile?> Shown(List<FrameFile> frames, IReadOnlyList<DateTimeOffset> instants, MissingFrames missing, bool even, TimeSpan reach)
    {
        if (frames.Count == 0)
        {
            return new FrameFile?[instants.Count];
        }

        var shown = new List<FrameFile?>(instants.Count);
        var (nearest, last) = (0, 0);
        foreach (var instant in instants)
        {
            while (nearest + 1 < frames.Count && (frames[nearest + 1].Time - instant).Duration() < (frames[nearest].Time - instant).Duration())
            {
                nearest++;
            }

            while (last + 1 < frames.Count && frames[last + 1].Time <= instant)
            {
                last++;
            }

            // Where nothing came before, the first is shown.
            var near = (frames[nearest].Time - instant).Duration() <= reach;
            shown.Add(near || (missing == MissingFrames.Hold && !even) ? frames[nearest] : missing == MissingFrames.Hold ? frames[last] : null);
        }

        return shown;
    }
}
