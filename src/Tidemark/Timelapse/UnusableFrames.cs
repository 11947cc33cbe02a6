namespace Tidemark.Timelapse;

/// <summary>Frames that turned out to be of no use while a stretch was made: they count as missing (design/timelapse.md, L9).</summary>
/// <param name="told">Hears of each once, with the reason.</param>
internal sealed class UnusableFrames(Action<Failure>? told = null)
{
    private readonly HashSet<string> paths = new(StringComparer.Ordinal);
    private readonly List<Failure> reasons = [];

    /// <summary>Why each cannot be used, in the order of finding; a frame is named in it.</summary>
    internal IReadOnlyList<Failure> Reasons => reasons;

    internal bool Contains(FrameFile frame) => paths.Contains(frame.Path);

    internal void Add(FrameFile frame, Failure why)
    {
        if (paths.Add(frame.Path))
        {
            reasons.Add(why);
            told?.Invoke(why);
        }
    }

    /// <summary>It is in the index only.</summary>
    internal static Failure Gone(FrameFile frame) =>
        new(FailureKind.NotFound, "frame_missing", $"The frame {frame.Path} is in the index but not on disk.", "Put it back from a copy, or choose a range without it.");

    /// <param name="why">A sentence without its beginning.</param>
    internal static Failure Damaged(FrameFile frame, string why) =>
        new(FailureKind.BadInput, "frame_unusable", $"The frame {frame.Path} cannot be used: {why}", "Choose a range without it, or put a good copy in its place.");
}
