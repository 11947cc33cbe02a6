using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Sources;

/// <summary>How a source is captured.</summary>
/// <param name="Url">Address of the index or the snapshot, http or https; empty for a folder.</param>
/// <param name="EverySeconds">Seconds from one slot to the next, on the clock (multiples since 1970): 1 to 86,400.</param>
/// <param name="Index">Where in an index's answer things are; null for other kinds.</param>
/// <param name="AllowedHosts">Hosts that images may come from, beside the address's own.</param>
/// <param name="PrivateNetwork">
/// True: its addresses may be private or loopback (10/8, 172.16/12, 192.168/16, 127/8 …). Such an address given
/// literally in <paramref name="Url"/> sets this.
/// </param>
public sealed partial record SourceConfig(string Url, int EverySeconds, FrameIndexPointers? Index, IReadOnlyList<string> AllowedHosts, bool PrivateNetwork)
{
    public const int DefaultEverySeconds = 600;
    public const int MostCrops = 4;

    /// <summary>One of <see cref="SourceKind"/>.</summary>
    [JsonIgnore]
    public string Kind { get; init; } = SourceKind.FrameIndex;

    /// <summary>Seconds by which a source's slots are moved at most; by how much exactly follows from its id. 0 to <see cref="EverySeconds"/>; null: 0.</summary>
    public int? JitterSeconds { get; init; }

    /// <summary>IANA name of the zone that the source lives in: for its windows, and for times that its origin gives without an offset. Null: UTC for windows, and such times are refused.</summary>
    public string? Zone { get; init; }

    /// <summary>Hours in which there are slots, in <see cref="Zone"/>: <c>06:00-20:00</c>, several with commas. Null: all day.</summary>
    public string? Window { get; init; }

    /// <summary>Slots by day only; null: at night too.</summary>
    public DaylightSettings? Daylight { get; init; }

    /// <summary>Frames that a day brings where all is well, 1 to 86,400; fewer are told. Null: nobody knows.</summary>
    public int? ExpectedFrames { get; init; }

    /// <summary>Absolute path of the folder that a camera uploads into, on the node that captures. Of <see cref="SourceKind.FrameFolder"/> only, which needs it.</summary>
    public string? Folder { get; init; }

    /// <summary>How the names of the folder's files say when a picture was taken, see <see cref="Time.NamePattern"/>. Null: any form that is known; where a name has none, the time at which the file was last written.</summary>
    public string? NamePattern { get; init; }

    /// <summary>True: files stay in the folder once they are archived. Null: they are taken out of it.</summary>
    public bool? KeepFiles { get; init; }

    /// <summary>Which time a snapshot gets (design/time.md T8), one of <see cref="SnapshotTime"/>. Null: <see cref="SnapshotTime.Auto"/>.</summary>
    public string? TimeFrom { get; init; }

    /// <summary>Certificates of its own devices that were pinned before are forgotten: the operator said that they may be others. Null: never.</summary>
    public DateTimeOffset? TrustedAt { get; init; }

    /// <summary>Cut out of each frame without loss, in <see cref="JpegCrop"/>'s form, at most <see cref="MostCrops"/>. Null: none.</summary>
    public IReadOnlyList<string>? Crops { get; init; }

    /// <summary>Days that its frames are kept after their day's end, 1 to 36,500. Null: for ever.</summary>
    public int? KeepDays { get; init; }

    /// <summary>Bytes of its frames that are kept, 1 MiB or more; the oldest days go first. Null: as many as come.</summary>
    public long? KeepBytes { get; init; }

    [JsonIgnore]
    public TimeSpan Every => TimeSpan.FromSeconds(EverySeconds);

    /// <summary>When the slots of a source with these settings are; they have passed <see cref="Check"/>.</summary>
    /// <param name="id">The source's: it decides where in the jitter it stands.</param>
    public Schedule Schedule(string id)
    {
        var zone = Zone is null ? Time.Zone.Utc : Time.Zone.Parse(Zone).Value;
        return new Schedule(Every, JitterSeconds is { } most and > 0 ? TimeSpan.FromMilliseconds(Math.Floor(1000L * most * Place(id))) : default,
            Window is null ? null : DayWindows.Parse(Window, zone).Value, Daylight?.Make());
    }

    /// <summary>What decides when its slots are, and nothing else of it.</summary>
    [JsonIgnore]
    public SourceConfig OnlySchedule => new("", EverySeconds, null, [], PrivateNetwork: false) { JitterSeconds = JitterSeconds, Zone = Zone, Window = Window, Daylight = Daylight };

    /// <summary>Whether it can be said when its slots are.</summary>
    [JsonIgnore]
    public bool IsSchedule => (OnlySchedule with { Kind = SourceKind.FrameSnapshot, Url = "http://localhost/" }).Check().Count == 0;

    // 0 to 1, the same on every machine and for ever.
    private static double Place(string id) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))) / (double)(1L << 32);

    public string ToJson() => JsonSerializer.Serialize(this, SourceJson.Default.SourceConfig);

    /// <exception cref="JsonException">It is no such text.</exception>
    public static SourceConfig FromJson(string kind, string json) =>
        (JsonSerializer.Deserialize(json, SourceJson.Default.SourceConfig) ?? throw new JsonException("There are no settings in it.")) with { Kind = kind };
}

/// <summary>JSON Pointers (RFC 6901) into the index.</summary>
/// <param name="List">To the array of frames, from the document's root.</param>
/// <param name="Time">To a frame's instant, from its entry: RFC 3339 text, or a number of seconds or milliseconds since 1970.</param>
/// <param name="Image">To the image's address, absolute or relative to the index.</param>
/// <param name="Name">To a name worth keeping, or null.</param>
public sealed record FrameIndexPointers(string List, string Time, string Image, string? Name = null)
{
    internal IEnumerable<(string Field, string Pointer)> Pointers()
    {
        yield return ("list", List);
        yield return ("time", Time);
        yield return ("image", Image);
        if (Name is not null)
        {
            yield return ("name", Name);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SourceConfig))]
internal sealed partial class SourceJson : JsonSerializerContext;
