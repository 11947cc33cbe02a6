using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Simulator.Faults;

/// <summary>Which requests a fault is for.</summary>
public enum FaultTarget
{
    Index,
    Images,
    All,
}

/// <summary>
/// A way in which a site's server goes wrong. A new one is a record in a file of its own with one line below; what JSON
/// calls it stands there.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Slow), "slow")]
[JsonDerivedType(typeof(Hung), "hung")]
[JsonDerivedType(typeof(Status500), "status500")]
[JsonDerivedType(typeof(MalformedJson), "malformedJson")]
[JsonDerivedType(typeof(TruncatedImage), "truncatedImage")]
[JsonDerivedType(typeof(CutConnection), "cutConnection")]
public abstract record Fault
{
    /// <summary>Null where the fault itself knows: JSON faults are the index's, image faults the images'.</summary>
    public FaultTarget? On { get; init; }

    /// <summary>How many requests it spoils; null until it is cleared.</summary>
    public int? Times { get; init; }

    /// <summary>What <see cref="On"/> means where it is not given.</summary>
    protected abstract FaultTarget Usual { get; }

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        AllowOutOfOrderMetadataProperties = true,
    };

    internal bool Concerns(FaultTarget request) => (On ?? Usual) is var on && (on == FaultTarget.All || on == request);

    /// <summary>Answers instead of the site; <paramref name="site"/> makes the true answer.</summary>
    protected internal abstract Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time);

    /// <summary>The true answer's body; its status and headers are set on the response.</summary>
    protected static async Task<byte[]> TrueAnswerAsync(HttpContext http, RequestDelegate site)
    {
        var wire = http.Response.Body;
        using var body = new MemoryStream();
        http.Response.Body = body;
        try
        {
            await site(http);
        }
        finally
        {
            http.Response.Body = wire;
        }

        return body.ToArray();
    }
}
