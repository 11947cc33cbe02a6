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

    [JsonIgnore]
    public TimeSpan Every => TimeSpan.FromSeconds(EverySeconds);

    /// <summary>When the slots of a source with these settings are.</summary>
    /// <param name="id">The source's: it decides where in the jitter it stands.</param>
    public Schedule Schedule(string id) => new(Every, JitterSeconds is { } most and > 0 ? TimeSpan.FromMilliseconds(1000L * most * Place(id)) : default);

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

    // 0 to 1, the same on every machine and for ever.
    private static double Place(string id) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id))) / (double)(1L << 32);

    public string ToJson() => JsonSerializer.Serialize(this, SourceJson.Default.SourceConfig);

    public static SourceConfig FromJson(string kind, string json) => JsonSerializer.Deserialize(json, SourceJson.Default.SourceConfig)! with { Kind = kind };
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
