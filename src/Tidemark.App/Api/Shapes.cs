using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>A node, for GET /node.</summary>
/// <param name="Address">Where its page is.</param>
/// <param name="Page">False where the program was built without its page.</param>
/// <param name="Tools">Versions by tool; null where a tool is missing.</param>
/// <param name="Warnings">What a person should see to; the same is said at start and by 'tidemark doctor'.</param>
public sealed record NodeShape(string Version, string Address, DateTimeOffset StartedAt, DateTimeOffset Now, bool Page, DiskShape Disk, IReadOnlyDictionary<string, string?> Tools, DiskLevelShape Level, IReadOnlyList<WarningShape> Warnings);

/// <summary>The disk that the data folder lies on, in bytes.</summary>
public sealed record DiskShape(long FreeBytes, long TotalBytes, long ArchiveBytes);

/// <summary>A sign-in: a token in exchange for a cookie.</summary>
public sealed record SessionRequest(string Token);

/// <summary>A source to add. <see cref="SourceConfig"/> says what the settings mean, and which belong to which kind.</summary>
public sealed record SourceRequest(
    string Id, string Kind, string Url = "", FrameIndexPointers? Index = null, int EverySeconds = SourceConfig.DefaultEverySeconds, IReadOnlyList<string>? AllowedHosts = null, bool PrivateNetwork = false,
    string? Zone = null, string? Window = null, DaylightSettings? Daylight = null, int? JitterSeconds = null, int? ExpectedFrames = null,
    string? Folder = null, string? NamePattern = null, bool? KeepFiles = null, string? TimeFrom = null, IReadOnlyList<string>? Crops = null, int? KeepDays = null, long? KeepBytes = null)
{
    public SourceConfig Config() => new SourceSettings(
        Url, Index, EverySeconds, AllowedHosts, PrivateNetwork, Zone, Window, Daylight, JitterSeconds, ExpectedFrames, Folder, NamePattern, KeepFiles, TimeFrom, Crops, KeepDays, KeepBytes).Config(Kind);
}

/// <summary>All settings of a source, in place of those that it has; its kind stays.</summary>
/// <param name="Revision">The one that was looked at; a source that was changed since then is left alone (409). Null: whatever it is.</param>
public sealed record SourceSettings(
    string Url = "", FrameIndexPointers? Index = null, int EverySeconds = SourceConfig.DefaultEverySeconds, IReadOnlyList<string>? AllowedHosts = null, bool PrivateNetwork = false,
    string? Zone = null, string? Window = null, DaylightSettings? Daylight = null, int? JitterSeconds = null, int? ExpectedFrames = null,
    string? Folder = null, string? NamePattern = null, bool? KeepFiles = null, string? TimeFrom = null, IReadOnlyList<string>? Crops = null, int? KeepDays = null, long? KeepBytes = null, int? Revision = null)
{
    public SourceConfig Config(string kind) => new(Url, EverySeconds, Index, AllowedHosts ?? [], PrivateNetwork || IsPrivate(Url))
    {
        Kind = kind,
        Zone = Zone,
        Window = Window,
        Daylight = Daylight,
        JitterSeconds = JitterSeconds,
        ExpectedFrames = ExpectedFrames,
        Folder = Folder,
        NamePattern = NamePattern,
        KeepFiles = KeepFiles,
        TimeFrom = TimeFrom,
        Crops = Crops is { Count: > 0 } ? Crops : null,
        KeepDays = KeepDays,
        KeepBytes = KeepBytes,
    };

    // The operator wrote a private address by number: that says it as clearly as the flag does.
    private static bool IsPrivate(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && AddressRules.IsLiteralPrivate(address);
}

/// <summary>A source to try without adding it: what decides whether it works.</summary>
public sealed record SourceTestRequest(
    string Url = "", FrameIndexPointers? Index = null, IReadOnlyList<string>? AllowedHosts = null, bool PrivateNetwork = false, string Kind = SourceKind.FrameIndex,
    string? Zone = null, string? Folder = null, string? NamePattern = null, string? TimeFrom = null)
{
    public SourceConfig Config() => new SourceSettings(Url, Index, AllowedHosts: AllowedHosts, PrivateNetwork: PrivateNetwork, Zone: Zone, Folder: Folder, NamePattern: NamePattern, TimeFrom: TimeFrom).Config(Kind);
}

/// <param name="LateAt">When three frames after the newest should have come; null where there is none, it is paused, or none is due within a year.</param>
/// <param name="Slots">The next ones, three at most; none where it is paused, or nothing is due within a year.</param>
public sealed record SourceShape(
    string Id, string Kind, string Url, int EverySeconds, FrameIndexPointers? Index, IReadOnlyList<string> AllowedHosts, bool PrivateNetwork,
    string? Zone, string? Window, DaylightSettings? Daylight, int? JitterSeconds, int? ExpectedFrames,
    string? Folder, string? NamePattern, bool? KeepFiles, string? TimeFrom, IReadOnlyList<string>? Crops, int? KeepDays, long? KeepBytes,
    int Revision, bool Paused, DateTimeOffset CreatedAt, long Frames, long Bytes, FrameShape? Newest, DateTimeOffset? LateAt, SourceStatusShape Status, IReadOnlyList<DateTimeOffset> Slots)
{
    /// <summary>What is the matter though it answers; empty where nothing is.</summary>
    public IReadOnlyList<ConditionShape> Conditions { get; init; } = [];

    /// <summary>How much of it is in quarantine.</summary>
    public long Quarantined { get; init; }
}

/// <summary>How the last poll ended, and when the next one is due. All null before the first.</summary>
public sealed record SourceStatusShape(string? Outcome, DateTimeOffset? At, string? Message, DateTimeOffset? NextAt, int Failures);

public sealed record SourceListShape(IReadOnlyList<SourceShape> Sources);

/// <summary>What a test of a source found; the steps end with the first that failed.</summary>
public sealed record SourceTestShape(bool Ok, IReadOnlyList<SourceTestStep> Steps);

/// <summary>Told live when a source is removed.</summary>
public sealed record RemovedShape(string Id, bool Removed = true);

public sealed record FrameShape(string Source, DateTimeOffset Time, string? Name, long Bytes, int Width, int Height, string Sha256, string Url);

/// <param name="Next">Cursor of the next page, or null on the last.</param>
public sealed record FrameListShape(IReadOnlyList<FrameShape> Frames, string? Next);

/// <param name="Day">A UTC day, <c>2026-11-22</c>.</param>
public sealed record DayShape(string Day, long Frames, long Bytes, DateTimeOffset First, DateTimeOffset Last);

public sealed record DayListShape(IReadOnlyList<DayShape> Days);

/// <param name="Layout"><c>single</c>; <c>pair</c>: 1st left, 2nd right; or <c>quad</c>: left half 1st over 3rd, right half 2nd over 4th.</param>
/// <param name="Fps">Frames a second, 1 to 120.</param>
/// <param name="Crop"><c>WxH+X+Y</c> cut out of each source's pictures; one for each source with commas between them; or null.</param>
/// <param name="Sidebar">Id of an asset, or null.</param>
/// <param name="Pace"><c>frames</c>: a picture for each frame of the source with most; <c>even</c>: pictures at even distances in time.</param>
/// <param name="SecondsPerDay">How long a day lasts; or null.</param>
/// <param name="Seconds">How long all lasts; or null.</param>
/// <param name="Every">Seconds of wall time between even pictures; or null.</param>
/// <param name="Missing">Where a source has no frame near an instant: <c>hold</c> the last one, <c>skip</c> the picture, or show a <c>slate</c>.</param>
/// <param name="Daylight">Only while the sun is up at the first source's position.</param>
/// <param name="Clock">Burned in: <c>none</c>, <c>utc</c>, or <c>local</c> in the first source's zone.</param>
/// <param name="Caption">Burned in, at most 200 characters in 3 lines; or null.</param>
/// <param name="Size"><c>WxH</c> of each source's picture; null: the first source's.</param>
/// <param name="Fit">How another shape is brought to it: with <c>bars</c>, <c>fill</c> (cut off), <c>stretch</c>.</param>
/// <param name="Deflicker">Evens out brightness from picture to picture, within a day.</param>
/// <param name="Format"><c>mp4</c> (H.264: plays everywhere), <c>h265</c>, <c>av1</c>, <c>webm</c> (VP9), or <c>gif</c> for small ones.</param>
/// <param name="Preset">The encoder's, or null.</param>
/// <param name="Crf">Quality, from 1 (best) on; null: the default.</param>
/// <param name="Depth">Bits a sample: 8, 10, for h265 also 12.</param>
/// <param name="Parameters"><c>name=value:name=value</c> for x264 or x265, of those that are allowed; or null.</param>
public record TimelapseLookShape(
    IReadOnlyList<string> Sources, string Layout = "single", int Fps = 24, string? Crop = null, Guid? Sidebar = null,
    string Pace = "frames", double? SecondsPerDay = null, double? Seconds = null, int? Every = null, string Missing = "hold", bool Daylight = false,
    string Clock = "none", string? Caption = null, string? Size = null, string Fit = "bars", bool Deflicker = false,
    string Format = "mp4", string? Preset = null, double? Crf = null, int Depth = 8, string? Parameters = null)
{
    internal TimelapseRequestShape Over(DateTimeOffset from, DateTimeOffset to) => new(
        Sources, from, to, Layout, Fps, Crop, Sidebar, Pace, SecondsPerDay, Seconds, Every, Missing, Daylight, Clock, Caption, Size, Fit, Deflicker, Format, Preset, Crf, Depth, Parameters);
}

/// <inheritdoc cref="TimelapseLookShape"/>
/// <param name="From">Start of the range.</param>
/// <param name="To">End of the range, not in it.</param>
public sealed record TimelapseRequestShape(
    IReadOnlyList<string> Sources, DateTimeOffset From, DateTimeOffset To, string Layout = "single", int Fps = 24, string? Crop = null, Guid? Sidebar = null,
    string Pace = "frames", double? SecondsPerDay = null, double? Seconds = null, int? Every = null, string Missing = "hold", bool Daylight = false,
    string Clock = "none", string? Caption = null, string? Size = null, string Fit = "bars", bool Deflicker = false,
    string Format = "mp4", string? Preset = null, double? Crf = null, int Depth = 8, string? Parameters = null)
    : TimelapseLookShape(Sources, Layout, Fps, Crop, Sidebar, Pace, SecondsPerDay, Seconds, Every, Missing, Daylight, Clock, Caption, Size, Fit, Deflicker, Format, Preset, Crf, Depth, Parameters);

/// <param name="Every">Made when a <c>day</c>, <c>week</c> (from Monday) or <c>month</c> has ended.</param>
/// <param name="Timelapse">What is made, of the range that is its turn.</param>
/// <param name="Days">So many of the last days, kept current; null: the day, week or month that has ended.</param>
/// <param name="Zone">IANA name: whose midnight it is; null: the first source's, else UTC.</param>
/// <param name="Folder">Where the video is put too, of 'timelapse.folders'; or null.</param>
/// <param name="Paused">Nothing is made by itself.</param>
public sealed record ScheduleRequest(string Every, TimelapseLookShape Timelapse, int? Days = null, string? Zone = null, string? Folder = null, bool Paused = false);

/// <param name="NextAt">When the next is made; null while it is paused.</param>
/// <param name="Last">The newest that was asked for; or null.</param>
public sealed record ScheduleShape(
    string Name, string Every, int? Days, string Zone, string? Folder, bool Paused, TimelapseLookShape Timelapse, DateTimeOffset CreatedAt, DateTimeOffset? NextAt, TimelapseShape? Last);

public sealed record ScheduleListShape(IReadOnlyList<ScheduleShape> Schedules);

/// <param name="ExpiresInSeconds">How long it is good for: 60 s to ten years.</param>
public sealed record LinkRequest(int ExpiresInSeconds = 30 * 86_400);

/// <param name="Url">The link itself: in the answer that made it, this once.</param>
/// <param name="LocalOnly">This node is reached from its own machine only, and so is the link.</param>
public sealed record LinkShape(Guid Id, string? Url, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool LocalOnly);

public sealed record LinkListShape(IReadOnlyList<LinkShape> Links);

/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
public sealed record TimelapseShape(
    Guid Id, IReadOnlyList<string> Sources, DateTimeOffset From, DateTimeOffset To, string Layout, int Fps, string? Crop, Guid? Sidebar,
    string State, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, ProgressShape? Progress, AssetShape? Asset, FailureShape? Failure)
{
    /// <summary>What was asked for, but for the range.</summary>
    public required TimelapseLookShape Asked { get; init; }

    /// <summary>Sources without any frame in the range, and frames that could not be used, with the reason; the first few, and only where one timelapse is asked for.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}

/// <param name="Stage"><c>encoding</c> or <c>verifying</c>.</param>
/// <param name="Fraction">0 to 1 over all stages.</param>
public sealed record ProgressShape(string Stage, int Frames, int Total, double Fraction, double? SecondsLeft);

/// <param name="Kind">As the glossary has it, in camelCase: <c>badInput</c>, <c>resource</c>, <c>verification</c> …</param>
public sealed record FailureShape(string Kind, string Code, string Message, string? Mend);

public sealed record TimelapseListShape(IReadOnlyList<TimelapseShape> Timelapses);

public sealed record AssetShape(Guid Id, string Name, string ContentType, long Bytes, string Sha256, DateTimeOffset CreatedAt, int? Width, int? Height, long? Frames, long? DurationMs, string Url);

public sealed record TokenRequest(string Name, bool ReadOnly = false, int? ExpiresInSeconds = null);

/// <param name="Token">The token itself: shown this once, when it is made.</param>
public sealed record TokenShape(Guid Id, string Name, bool ReadOnly, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Token = null);

public sealed record TokenListShape(IReadOnlyList<TokenShape> Tokens);

/// <summary>Problem details (RFC 9457) with a code for programs, the mend for people, and every fault of the request.</summary>
public sealed record ProblemShape(string Type, string Title, int Status, string Detail, string Code, string? Mend, IReadOnlyList<ProblemErrorShape>? Errors);

public sealed record ProblemErrorShape(string Field, string Message);

/// <summary>What a client of /live says: which topics, and the last thing it has seen (<c>RUN-NUMBER</c>).</summary>
public sealed record LiveSubscribe(IReadOnlyList<string> Subscribe, string? After = null);

/// <param name="Resumed">False: things were missed; fetch everything anew.</param>
public sealed record LiveHello(string Run, long Number, bool Resumed, string Type = "hello");

public sealed record LivePing(DateTimeOffset At, string Type = "ping");

/// <param name="Data">What GET would answer for the thing.</param>
public sealed record LiveEvent(long Number, string Topic, DateTimeOffset At, JsonElement Data, string Type = "event");

/// <summary>RFC 3339 in UTC with milliseconds, always.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Time.Rfc3339.TryParse(reader.GetString(), out var instant)
            ? instant
            : throw new JsonException("expected a time like 2026-11-22T08:15:30Z (RFC 3339, with Z or an offset)");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Time.Rfc3339.Format(value));
}

/// <summary>JSON of the API: camelCase; a member that we do not know is an error, so that a misspelt option is not ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(TimeConverter)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Stream))] // The raw body of an upload, for the OpenAPI document.
[JsonSerializable(typeof(NodeShape))]
[JsonSerializable(typeof(UsageShape))]
[JsonSerializable(typeof(ArchiveShape))]
[JsonSerializable(typeof(ArchiveWorkRequest))]
[JsonSerializable(typeof(ArchiveWorkShape))]
[JsonSerializable(typeof(SealListShape))]
[JsonSerializable(typeof(ReindexShape))]
[JsonSerializable(typeof(RetentionRequest))]
[JsonSerializable(typeof(RetentionShape))]
[JsonSerializable(typeof(HoldListShape))]
[JsonSerializable(typeof(ImportRequestShape))]
[JsonSerializable(typeof(ImportShape))]
[JsonSerializable(typeof(DiskLevelShape))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SourceRequest))]
[JsonSerializable(typeof(SourceSettings))]
[JsonSerializable(typeof(SourceTestRequest))]
[JsonSerializable(typeof(SourceListShape))]
[JsonSerializable(typeof(SourceTestShape))]
[JsonSerializable(typeof(RemovedShape))]
[JsonSerializable(typeof(FrameListShape))]
[JsonSerializable(typeof(QuarantineListShape))]
[JsonSerializable(typeof(DayListShape))]
[JsonSerializable(typeof(SlotListShape))]
[JsonSerializable(typeof(SlotDayListShape))]
[JsonSerializable(typeof(TimelapseRequestShape))]
[JsonSerializable(typeof(TimelapseListShape))]
[JsonSerializable(typeof(ScheduleRequest))]
[JsonSerializable(typeof(ScheduleListShape))]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(LinkListShape))]
[JsonSerializable(typeof(JobListShape))]
[JsonSerializable(typeof(JobDetailShape))]
[JsonSerializable(typeof(JobTrackShape))]
[JsonSerializable(typeof(JobWithTrackShape))]
[JsonSerializable(typeof(JobRetryRequest))]
[JsonSerializable(typeof(NodeListShape))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenListShape))]
[JsonSerializable(typeof(ProblemShape))]
[JsonSerializable(typeof(LiveSubscribe))]
[JsonSerializable(typeof(LiveHello))]
[JsonSerializable(typeof(LivePing))]
[JsonSerializable(typeof(LiveEvent))]
public sealed partial class ApiJson : JsonSerializerContext;
