using System.Text.Json;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>A part of a timelapse that is encoded by itself: a UTC day, or what of it the range has.</summary>
public sealed record Stretch(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>Its task's name: <c>day-2026-11-22</c>.</summary>
    public string Name => $"day-{Rfc3339.Day(Start)}";

    internal TimeRange Range => new(Start, End);

    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.Stretch);

    internal static Stretch FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.Stretch)!;
}

/// <summary>What is to be planned.</summary>
/// <param name="Stretches">In the order of time.</param>
internal sealed record PlanWork(TimelapseRequest Request, IReadOnlyList<Stretch> Stretches)
{
    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.PlanWork);

    internal static PlanWork FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.PlanWork)!;
}

/// <summary>What all stretches of a timelapse share, and how long each is expected to be.</summary>
/// <param name="Sizes">By source: what its frames are brought to.</param>
/// <param name="Fps">Pictures a second, <c>24/1</c>.</param>
/// <param name="Ffmpeg">The version that encodes: two make other bytes.</param>
/// <param name="Sidebar">SHA-256 of the sidebar; null: none.</param>
/// <param name="Frames">By stretch: pictures that it has, as far as the index knew.</param>
/// <param name="LeftOut">Sources that have no frames in the range, told to people; null: none, or the release before did not say.</param>
internal sealed record Outline(
    TimelapseRequest Request, IReadOnlyList<Stretch> Stretches, IReadOnlyList<FrameSize> Sizes, FrameRate Fps, string Ffmpeg, string? Sidebar, IReadOnlyList<int> Frames, IReadOnlyList<string>? LeftOut = null)
{
    internal int Total => Frames.Sum();

    internal TimelapseRecipe Recipe => Request.Recipe(Fps);

    /// <summary>Pictures before a stretch.</summary>
    internal long Before(string stretch) => Stretches.Zip(Frames).TakeWhile(pair => pair.First.Name != stretch).Sum(pair => (long)pair.Second);

    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.Outline);

    internal static Outline FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.Outline)!;
}

/// <summary>What came of a stretch.</summary>
/// <param name="File">Its name in the <see cref="StretchCache"/>; null: it has no pictures.</param>
/// <param name="Frames">Pictures.</param>
/// <param name="Reused">True: it had been encoded before.</param>
internal sealed record MadeStretch(string? File, int Frames, bool Reused)
{
    /// <summary>Frames that could not be used, with the reason, for people; the first few.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.MadeStretch);

    internal static MadeStretch FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.MadeStretch)!;
}
