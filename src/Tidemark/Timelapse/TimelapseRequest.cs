using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>What somebody asks for.</summary>
/// <param name="Sources">As many as the layout shows.</param>
/// <param name="From">Start of the range.</param>
/// <param name="To">End of the range, not in it.</param>
/// <param name="Fps">Frames a second, 1 to 120.</param>
/// <param name="Crop"><c>WxH+X+Y</c> cut out of each frame; one for each source with commas between them; or null.</param>
/// <param name="Sidebar">An asset: a video for the right side, or null.</param>
public sealed record TimelapseRequest(IReadOnlyList<string> Sources, DateTimeOffset From, DateTimeOffset To, TimelapseLayout Layout, int Fps, string? Crop, Guid? Sidebar)
{
    /// <summary>The most pictures of a timelapse.</summary>
    internal const long MostPictures = 5_000_000;

    private const int LongestCaption = 200, MostLines = 3;

    /// <summary>Which instants pictures are of.</summary>
    public TimelapsePace Pace { get; init; }

    /// <summary>How long a day is to last, in seconds; null: said otherwise.</summary>
    public double? SecondsPerDay { get; init; }

    /// <summary>How long all is to last, in seconds, whatever is left out of it but for frames that turn out to be damaged; null: said otherwise.</summary>
    public double? Seconds { get; init; }

    /// <summary>Seconds of wall time between two pictures, for <see cref="TimelapsePace.Even"/>; null: said otherwise.</summary>
    public int? Every { get; init; }

    public MissingFrames Missing { get; init; }

    /// <summary>Where the sun must be up; null: night is shown too.</summary>
    public DaylightSettings? Daylight { get; init; }

    public TimelapseClock Clock { get; init; }

    /// <summary>The first source's zone, for the clock; null: UTC.</summary>
    public string? Zone { get; init; }

    public string? Caption { get; init; }

    public TimelapseFit Fit { get; init; }

    /// <summary><c>WxH</c> of each source's picture, or null.</summary>
    public string? Size { get; init; }

    public bool Deflicker { get; init; }

    public EncoderChoice Encoder { get; init; } = new();

    /// <summary>Every fault at once, each with the field it is about. Whether sources and sidebar exist is for others to say.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check()
    {
        var faults = new List<(string, Failure)>();
        var wanted = Layout.Sources();
        if (Sources.Count != wanted)
        {
            faults.Add(("sources", Bad("sources_count", $"The layout '{Layout.Word()}' takes {wanted} source{(wanted == 1 ? "" : "s")}; got {Sources.Count}.",
                Sources.Count switch { 4 => "Ask for the layout 'quad'.", 2 => "Ask for the layout 'pair'.", _ => "Name one source, two with the layout 'pair', or four with 'quad'." })));
        }

        if (To <= From)
        {
            faults.Add(("to", Bad("range", $"The range ends at {Rfc3339.Format(To)}, not after its start {Rfc3339.Format(From)}.", "Give an end after the start.")));
        }

        if (Fps is < 1 or > 120)
        {
            faults.Add(("fps", Bad("fps_range", $"{Fps} frames a second is out of range.", "Use 1 to 120.")));
        }

        IReadOnlyList<Crop> crops = [];
        if (Crop is not null && !Timelapse.Crop.TryParseAll(Crop, out crops))
        {
            faults.Add(("crop", Bad("crop", $"'{Crop}' is no crop.", "Write WxH+X+Y in pixels, e.g. 640x480+0+120; at least 16x16. For each source its own: with commas between them.")));
        }
        else if (Crop is not null && crops.Count != 1 && crops.Count != wanted)
        {
            faults.Add(("crop", Bad("crop", $"There are {crops.Count} crops for {wanted} source{(wanted == 1 ? "" : "s")}.", "Give one for all, or one for each.")));
        }

        if (Size is not null && SizeOf(Size) is null)
        {
            faults.Add(("size", Bad("size", $"'{Size}' is no size.", "Write WxH in pixels, e.g. 1280x720; 16x16 to 16384x16384.")));
        }

        if (Caption is { } caption && (caption.Length is 0 or > LongestCaption || caption.Split('\n').Length > MostLines || caption.Any(letter => char.IsControl(letter) && letter != '\n')))
        {
            faults.Add(("caption", Bad("caption", "The caption cannot be written.", $"Give 1 to {LongestCaption} characters, in at most {MostLines} lines, without control characters.")));
        }

        faults.AddRange(CheckSpeed());
        faults.AddRange(Encoder.Check());
        return faults;
    }

    private IEnumerable<(string Field, Failure Failure)> CheckSpeed()
    {
        (string Field, double? Value, double Most)[] speeds = [("secondsPerDay", SecondsPerDay, 86_400), ("seconds", Seconds, 86_400), ("every", Every, 366 * 86_400)];
        foreach (var (field, value, most) in speeds.Where(speed => speed.Value is { } value && !(value >= 0.1 && value <= speed.Most)))
        {
            yield return (field, Bad("speed", FormattableString.Invariant($"{value} is out of range."), FormattableString.Invariant($"Use 0.1 to {most} seconds.")));
        }

        var given = speeds.Where(speed => speed.Value is not null).ToList();
        if (given.Count > 1)
        {
            yield return (given[1].Field, Bad("speed", "The speed is said twice.", "Give one of 'secondsPerDay', 'seconds' and 'every'."));
        }

        // Of a day at most; a longer range may have more, which the plan counts.
        var share = SecondsPerDay is null ? 1 : Math.Clamp((To - From).TotalDays, 0, 1);
        if (Pace == TimelapsePace.Even && (SecondsPerDay ?? Seconds) is { } length && Pictures(Math.Min(length, 86_400)) * share is > MostPictures and var many)
        {
            yield return (SecondsPerDay is null ? "seconds" : "secondsPerDay", Bad("too_long", FormattableString.Invariant($"These would be {many:N0} pictures; {MostPictures:N0} are made at most."), "Choose a shorter length, or fewer frames a second."));
        }

        if (Pace == TimelapsePace.Even && given.Count == 0)
        {
            yield return ("pace", Bad("speed", "Pictures at even distances need a speed.", "Give 'secondsPerDay', 'seconds' or 'every' too."));
        }

        if (Pace == TimelapsePace.Frames && Every is not null)
        {
            yield return ("every", Bad("speed", "'every' is the distance of even pictures.", "Ask for the pace 'even'."));
        }
    }

    /// <summary>How pictures at even distances lie in time. A day's do not depend on the range, unless the whole length was asked for.</summary>
    /// <param name="begin">Where the whole length was asked for: when it would begin if all of it were shown without a gap.</param>
    /// <param name="shown">Likewise: how much time is shown in all.</param>
    internal PictureGrid Grid(DateTimeOffset begin, TimeSpan shown) =>
        SecondsPerDay is { } perDay ? new PictureGrid(DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1), Pictures(perDay))
        : Seconds is { } all ? new PictureGrid(begin, shown, Pictures(all))
        : new PictureGrid(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(Every ?? 1), 1);

    /// <summary>Pictures a second, where so many are shown in all.</summary>
    internal Result<FrameRate> Rate(long pictures)
    {
        // Even pictures are reckoned for this many a second. Where the whole length was asked for and some are skipped, the others take their time.
        if ((SecondsPerDay is null && Seconds is null) || (Pace == TimelapsePace.Even && (Seconds is not { } all || pictures == Pictures(all))))
        {
            return (FrameRate)Fps;
        }

        var milliseconds = (long)Math.Round((Seconds ?? (SecondsPerDay!.Value * (To - From).TotalDays)) * 1000);
        var rate = FrameRate.Of(pictures * 1000, Math.Max(1, milliseconds));
        return rate.PerSecond is >= 1 and <= 120 ? rate
            : Bad("speed", FormattableString.Invariant($"{pictures} pictures in {milliseconds / 1000.0:0.#} s are {rate.PerSecond:0.##} a second; 1 to 120 can be shown."),
                Pace == TimelapsePace.Even ? "Choose a shorter length, or show what is missing with 'hold' or 'slate'." : "Choose another length, or the pace 'even', which picks and repeats frames as needed.");
    }

    private long Pictures(double seconds) => Math.Max(1, (long)Math.Round(seconds * Fps));

    private static FrameSize? SizeOf(string? text) =>
        text?.Split('x') is [var width, var height] && int.TryParse(width, System.Globalization.NumberStyles.None, null, out var w) && int.TryParse(height, System.Globalization.NumberStyles.None, null, out var h)
            && w is >= 16 and <= TimelapsePlan.LongestSide && h is >= 16 and <= TimelapsePlan.LongestSide ? new FrameSize(w, h) : null;

    /// <summary>What it shall look like; the sidebar's file is found by whoever needs it.</summary>
    internal TimelapseRecipe Recipe(FrameRate fps) => new()
    {
        Layout = Layout,
        Fps = fps,
        Crops = Crop is not null && Timelapse.Crop.TryParseAll(Crop, out var crops) ? crops : [],
        Size = SizeOf(Size),
        Fit = Fit,
        Deflicker = Deflicker,
        ClockZone = Clock switch { TimelapseClock.None => null, TimelapseClock.Local => Zone ?? "UTC", _ => "UTC" },
        Caption = Caption,
        Missing = Missing,
        Encoder = Encoder,
    };

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
    Guid Id, TimelapseRequest Request, string State, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TimelapseProgress? Progress, Guid? Asset, TaskFailure? Failure)
{
    /// <summary>Sources without any frame in the range, and frames that could not be used, with the reason; the first few, where one timelapse is asked for.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TimelapseRequest))]
[JsonSerializable(typeof(TimelapseSchedule))]
[JsonSerializable(typeof(PutWork))]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(PlanWork))]
[JsonSerializable(typeof(Outline))]
[JsonSerializable(typeof(Stretch))]
[JsonSerializable(typeof(MadeStretch))]
internal sealed partial class TimelapseJson : JsonSerializerContext;
