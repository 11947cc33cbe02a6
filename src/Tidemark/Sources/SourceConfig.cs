using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Time;

namespace Tidemark.Sources;

/// <summary>Kinds of sources.</summary>
public static class SourceKind
{
    /// <summary>A web API that answers with a JSON list of frames, each with its time and the address of its image.</summary>
    public const string FrameIndex = "frames.index";

    /// <summary>An address that answers with the newest picture.</summary>
    public const string FrameSnapshot = "frames.snapshot";

    /// <summary>A folder into which a camera uploads its pictures.</summary>
    public const string FrameFolder = "frames.folder";

    public static IReadOnlyList<string> All { get; } = [FrameIndex, FrameSnapshot, FrameFolder];
}

/// <summary>How a source is captured.</summary>
/// <param name="Url">Address of the index or the snapshot, http or https; empty for a folder.</param>
/// <param name="EverySeconds">Seconds from one slot to the next, on the clock (multiples since 1970): 1 to 86,400.</param>
/// <param name="Index">Where in an index's answer things are; null for other kinds.</param>
/// <param name="AllowedHosts">Hosts that images may come from, beside the address's own.</param>
/// <param name="PrivateNetwork">
/// True: its addresses may be private or loopback (10/8, 172.16/12, 192.168/16, 127/8 …). Such an address given
/// literally in <paramref name="Url"/> sets this.
/// </param>
public sealed record SourceConfig(string Url, int EverySeconds, FrameIndexPointers? Index, IReadOnlyList<string> AllowedHosts, bool PrivateNetwork)
{
    public const int DefaultEverySeconds = 600;

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

    /// <summary>Every fault at once, each with the field it is about; empty where the source can be used.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check()
    {
        var faults = new List<(string, Failure)>();
        if (!SourceKind.All.Contains(Kind))
        {
            faults.Add(("kind", new Failure(FailureKind.BadInput, "source_kind", $"There is no kind of source '{Kind}'.", $"Use one of: {string.Join(", ", SourceKind.All)}.")));
        }

        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            faults.Add(("url", new Failure(FailureKind.BadInput, "source_url", $"'{Url}' is no address.", "Write http://… or https://….")));
        }
        else if (uri.UserInfo.Length > 0)
        {
            faults.Add(("url", new Failure(FailureKind.BadInput, "source_url", "An address with a user name or password in it is not taken: it would be shown and logged.", "Remove what stands before '@'.")));
        }

        if (EverySeconds is < 1 or > 86_400)
        {
            faults.Add(("everySeconds", new Failure(FailureKind.BadInput, "source_every", $"A poll every {EverySeconds} s is out of range.", "Use 1 s to 24 h.")));
        }

        if (JitterSeconds is { } jitter && (jitter < 0 || jitter > EverySeconds))
        {
            faults.Add(("jitterSeconds", new Failure(FailureKind.BadInput, "source_jitter", $"A jitter of {jitter} s is out of range.", $"Use 0 to the interval, {EverySeconds} s.")));
        }

        if (Kind == SourceKind.FrameIndex && Index is null)
        {
            faults.Add(("index", new Failure(FailureKind.BadInput, "source_index", "It is not said where in the answer things are.", "Give JSON Pointers: --list, --time, --image.")));
        }

        faults.AddRange(CheckTimes());
        foreach (var (field, pointer) in Index?.Pointers() ?? [])
        {
            if (JsonPointer.Parse(pointer).Failed(out var failure))
            {
                faults.Add(($"index.{field}", failure));
            }
        }

        foreach (var host in AllowedHosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            faults.Add(("allowedHosts", new Failure(FailureKind.BadInput, "source_host", $"'{host}' is no host name.", "Write it without scheme and port: images.example.org.")));
        }

        return faults;
    }

    private IEnumerable<(string, Failure)> CheckTimes()
    {
        Failure? failure = null;
        var zone = Time.Zone.Utc;
        if (Zone is not null && !Time.Zone.Parse(Zone).TryGet(out zone, out failure))
        {
            yield return ("zone", failure);
        }

        if (Window is not null && DayWindows.Parse(Window, zone ?? Time.Zone.Utc).Failed(out failure))
        {
            yield return ("window", failure);
        }

        foreach (var fault in Daylight?.Check() ?? [])
        {
            yield return fault;
        }

        if (ExpectedFrames is < 1 or > 86_400)
        {
            yield return ("expectedFrames", new Failure(FailureKind.BadInput, "source_expected", $"{ExpectedFrames} frames a day are out of range.", "Use 1 to 86,400."));
        }
    }

    // 0 to 1, the same on every machine and for ever.
    private static double Place(string id) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))) / (double)(1L << 32);

    public string ToJson() => JsonSerializer.Serialize(this, SourceJson.Default.SourceConfig);

    public static SourceConfig FromJson(string kind, string json) => JsonSerializer.Deserialize(json, SourceJson.Default.SourceConfig)! with { Kind = kind };
}

/// <summary>Where the sun decides when a source is captured.</summary>
/// <param name="Latitude">Degrees, north positive: -90 to 90.</param>
/// <param name="Longitude">Degrees, east positive: -180 to 180.</param>
/// <param name="MarginMinutes">Minutes before sunrise and after sunset that count as day: -120 to 240.</param>
/// <param name="AtLeast">Hours that count as day whatever the sun does, in UTC: <c>04:00-13:00</c>; null: none.</param>
public sealed record DaylightSettings(double Latitude, double Longitude, int MarginMinutes = 0, string? AtLeast = null)
{
    internal Daylight Make() => new(Latitude, Longitude, TimeSpan.FromMinutes(MarginMinutes), AtLeast is null ? null : DayWindows.Parse(AtLeast, Zone.Utc).Value);

    internal IEnumerable<(string Field, Failure Failure)> Check()
    {
        if (!(Latitude is >= -90 and <= 90) || !(Longitude is >= -180 and <= 180))
        {
            yield return ("daylight", new Failure(FailureKind.BadInput, "source_position", FormattableString.Invariant($"{Latitude}, {Longitude} is no position."), "Latitude is -90 to 90 (north positive), longitude -180 to 180 (east positive): 38.69,-9.42."));
        }

        if (MarginMinutes is < -120 or > 240)
        {
            yield return ("daylight.marginMinutes", new Failure(FailureKind.BadInput, "source_margin", $"A margin of {MarginMinutes} minutes is out of range.", "Use -120 to 240."));
        }

        if (AtLeast is not null && DayWindows.Parse(AtLeast, Zone.Utc).Failed(out var failure))
        {
            yield return ("daylight.atLeast", failure);
        }
    }
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
