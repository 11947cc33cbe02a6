namespace Tidemark.Capture.FrameFeeds;

/// <summary>
/// Frames of a source that are listed and could not be had. Each is tried again at the next two polls, then after ever more
/// of them, up to 32: a picture that is broken for good must not be fetched every time over a slow line.
/// </summary>
internal sealed class TroubledFrames
{
    private const int TriedAtOnce = 2;
    private const int LongestWait = 32;
    private readonly Dictionary<DateTimeOffset, (int Tries, int Wait)> frames = [];

    public bool Contains(DateTimeOffset instant) => frames.ContainsKey(instant);

    public bool IsDue(DateTimeOffset instant) => frames.TryGetValue(instant, out var trouble) && trouble.Wait <= 0;

    /// <summary>A poll begins: what is not missing any more is forgotten, the rest has waited for one more.</summary>
    public void Keep(IEnumerable<DateTimeOffset> missing)
    {
        var still = missing.ToHashSet();
        foreach (var (instant, (tries, wait)) in frames.ToList())
        {
            if (still.Contains(instant))
            {
                frames[instant] = (tries, wait - 1);
            }
            else
            {
                frames.Remove(instant);
            }
        }
    }

    public void Failed(DateTimeOffset instant)
    {
        var tries = frames.GetValueOrDefault(instant).Tries + 1;
        frames[instant] = (tries, tries <= TriedAtOnce ? 0 : Math.Min(LongestWait, 1 << Math.Min(tries - TriedAtOnce, 5)));
    }

    public void Came(DateTimeOffset instant) => frames.Remove(instant);
}
