using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Sources;

/// <summary>
/// The source kind <c>frames.index</c>: a web API that answers with a JSON list of frames, each with its time and the
/// address of its image.
/// </summary>
/// <param name="Url">Address of the index, http or https.</param>
/// <param name="EverySeconds">Seconds from one poll to the next, on the clock (multiples since 1970): 1 to 86,400.</param>
/// <param name="Index">Where in the answer things are.</param>
/// <param name="AllowedHosts">Hosts that images may come from, beside the index's own.</param>
/// <param name="PrivateNetwork">
/// True: its addresses may be private or loopback (10/8, 172.16/12, 192.168/16, 127/8 …). Such an address given
/// literally in <paramref name="Url"/> sets this.
/// </param>
public sealed record FrameIndexSource(string Url, int EverySeconds, FrameIndexPointers Index, IReadOnlyList<string> AllowedHosts, bool PrivateNetwork)
{
    public const string Kind = "frames.index";

    public const int DefaultEverySeconds = 600;

    [JsonIgnore]
    public TimeSpan Every => TimeSpan.FromSeconds(EverySeconds);

    /// <summary>Every fault at once, each with the field it is about; empty where the source can be used.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check()
    {
        var faults = new List<(string, Failure)>();
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

        foreach (var (field, pointer) in Index.Pointers())
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

    public string ToJson() => JsonSerializer.Serialize(this, SourceJson.Default.FrameIndexSource);

    public static FrameIndexSource FromJson(string json) => JsonSerializer.Deserialize(json, SourceJson.Default.FrameIndexSource)!;
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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FrameIndexSource))]
internal sealed partial class SourceJson : JsonSerializerContext;
