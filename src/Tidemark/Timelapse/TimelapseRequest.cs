using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>What somebody asks for.</summary>
/// <param name="Sources">One source, or four for <see cref="TimelapseLayout.Quad"/>: left half 1st over 3rd, right half 2nd over 4th.</param>
/// <param name="From">Start of the range.</param>
/// <param name="To">End of the range, not in it.</param>
/// <param name="Fps">Frames a second, 1 to 120.</param>
/// <param name="Crop"><c>WxH+X+Y</c> cut out of each frame, or null.</param>
/// <param name="Sidebar">An asset: a video for the right side, or null.</param>
public sealed record TimelapseRequest(IReadOnlyList<string> Sources, DateTimeOffset From, DateTimeOffset To, TimelapseLayout Layout, int Fps, string? Crop, Guid? Sidebar)
{
    /// <summary>Every fault at once, each with the field it is about. Whether sources and sidebar exist is for others to say.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check()
    {
        var faults = new List<(string, Failure)>();
        var wanted = Layout == TimelapseLayout.Quad ? 4 : 1;
        if (Sources.Count != wanted)
        {
            faults.Add(("sources", Bad("sources_count", $"The layout '{(Layout == TimelapseLayout.Quad ? "quad" : "single")}' takes {wanted} source{(wanted == 1 ? "" : "s")}; got {Sources.Count}.",
                Sources.Count == 4 ? "Ask for the layout 'quad'." : "Name one source, or four with the layout 'quad'.")));
        }

        if (To <= From)
        {
            faults.Add(("to", Bad("range", $"The range ends at {Rfc3339.Format(To)}, not after its start {Rfc3339.Format(From)}.", "Give an end after the start.")));
        }

        if (Fps is < 1 or > 120)
        {
            faults.Add(("fps", Bad("fps_range", $"{Fps} frames a second is out of range.", "Use 1 to 120.")));
        }

        if (Crop is not null && !Timelapse.Crop.TryParse(Crop, out _))
        {
            faults.Add(("crop", Bad("crop", $"'{Crop}' is no crop.", "Write WxH+X+Y in pixels, e.g. 640x480+0+120; at least 16x16.")));
        }

        return faults;
    }

    /// <summary>What it shall look like; the sidebar's file is found by whoever needs it.</summary>
    internal TimelapseRecipe Recipe(FrameRate fps) => new() { Layout = Layout, Fps = fps, Crop = Timelapse.Crop.TryParse(Crop, out var crop) ? crop : null };

    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.TimelapseRequest);

    internal static TimelapseRequest FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.TimelapseRequest)!;

    private static Failure Bad(string code, string message, string mend) => new(FailureKind.BadInput, code, message, mend);
}

/// <summary>A request and what became of it.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Progress">While it runs.</param>
/// <param name="Asset">The video, once done.</param>
/// <param name="Failure">Why, once failed.</param>
public sealed record TimelapseRun(
    Guid Id, TimelapseRequest Request, string State, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TimelapseProgress? Progress, Guid? Asset, TaskFailure? Failure);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TimelapseRequest))]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(PlanWork))]
[JsonSerializable(typeof(Outline))]
[JsonSerializable(typeof(Stretch))]
[JsonSerializable(typeof(MadeStretch))]
internal sealed partial class TimelapseJson : JsonSerializerContext;
