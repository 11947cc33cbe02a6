using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Simulator.Faults;

/// <summary>Which requests a fault is for.</summary>
public enum FaultTarget
{
    /// <summary>Lists of frames and the newest frame's description: whatever is JSON.</summary>
    Index,

    /// <summary>Frames and the snapshot.</summary>
    Images,

    /// <summary>The snapshot alone.</summary>
    Snapshot,
    All,
}

/// <summary>
/// A way in which a site's server goes wrong. A new one is a record in a file of its own with one line below; what JSON
/// calls it stands there. <c>PUT /control/sites/{site}/faults</c> takes a list of them, for example
/// <c>[{"kind":"slow","on":"index","times":3,"delayMilliseconds":500}]</c>.
/// </summary>
/// <remarks>
/// Each takes <c>on</c> (<c>index</c>, <c>images</c>, <c>snapshot</c>, <c>all</c>) and <c>times</c>. Beside these, with what holds where nothing is said:
/// <list type="table">
/// <item><term>slow</term><description><c>delayMilliseconds</c> 0, <c>bytesPerSecond</c> as fast as it can</description></item>
/// <item><term>hung</term><description>takes the request and never answers</description></item>
/// <item><term>status500</term><description>a page that says it broke</description></item>
/// <item><term>status</term><description><c>code</c> 404, <c>headers</c> such as <c>{"Retry-After":"30"}</c></description></item>
/// <item><term>malformedJson</term><description>JSON that stops in the middle</description></item>
/// <item><term>hugeJson</term><description><c>bytes</c> after which the list is closed; without it, no end</description></item>
/// <item><term>lyingJson</term><description><c>lie</c> all (see <see cref="Lie"/>), <c>truth</c> true: beside the true entries, <c>otherHost</c> http://camera.invalid</description></item>
/// <item><term>wrongZone</term><description><c>hours</c> 1</description></item>
/// <item><term>wrongClock</term><description><c>offsetSeconds</c> 90, <c>dateSeconds</c> as much</description></item>
/// <item><term>truncatedImage, cutConnection</term><description><c>share</c> 0.5</description></item>
/// <item><term>resetConnection</term><description><c>bytes</c>, or <c>share</c> 0.5</description></item>
/// <item><term>htmlImage, emptyImage</term><description>a page, or nothing, that says it is a JPEG</description></item>
/// <item><term>absurdImage</term><description><c>width</c> 65500, <c>height</c> 65500</description></item>
/// <item><term>repeatedImage</term><description><c>since</c> now</description></item>
/// <item><term>changedImage</term><description>other bytes and another tag with every request</description></item>
/// <item><term>padded</term><description><c>bytes</c> 4096, <c>with</c> zeros (or newlines)</description></item>
/// <item><term>redirectPrivate</term><description><c>location</c> http://169.254.169.254/latest/meta-data/, <c>code</c> 302</description></item>
/// <item><term>redirectLoop</term><description>to itself, again and again</description></item>
/// <item><term>ignoresRange</term><description>200 and all of it, whatever part was asked for</description></item>
/// <item><term>wrongRange</term><description><c>startOff</c> 7, <c>lengthOff</c> 0: by how much Content-Range lies</description></item>
/// </list>
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Slow), "slow")]
[JsonDerivedType(typeof(Hung), "hung")]
[JsonDerivedType(typeof(Status500), "status500")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(MalformedJson), "malformedJson")]
[JsonDerivedType(typeof(HugeJson), "hugeJson")]
[JsonDerivedType(typeof(LyingJson), "lyingJson")]
[JsonDerivedType(typeof(WrongZone), "wrongZone")]
[JsonDerivedType(typeof(WrongClock), "wrongClock")]
[JsonDerivedType(typeof(TruncatedImage), "truncatedImage")]
[JsonDerivedType(typeof(CutConnection), "cutConnection")]
[JsonDerivedType(typeof(ResetConnection), "resetConnection")]
[JsonDerivedType(typeof(HtmlImage), "htmlImage")]
[JsonDerivedType(typeof(EmptyImage), "emptyImage")]
[JsonDerivedType(typeof(AbsurdImage), "absurdImage")]
[JsonDerivedType(typeof(RepeatedImage), "repeatedImage")]
[JsonDerivedType(typeof(ChangedImage), "changedImage")]
[JsonDerivedType(typeof(Padded), "padded")]
[JsonDerivedType(typeof(RedirectPrivate), "redirectPrivate")]
[JsonDerivedType(typeof(RedirectLoop), "redirectLoop")]
[JsonDerivedType(typeof(IgnoresRange), "ignoresRange")]
[JsonDerivedType(typeof(WrongRange), "wrongRange")]
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

    /// <param name="request">What was asked for; the snapshot is an image too.</param>
    internal bool Concerns(FaultTarget request) => (On ?? Usual) is var on
        && (on == FaultTarget.All || on == request || (on == FaultTarget.Images && request == FaultTarget.Snapshot));

    /// <summary>Answers instead of the site; <paramref name="site"/> makes the true answer.</summary>
    protected internal abstract Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time);

    /// <summary>The fault as it is from when it was set; for those that need to know when that was.</summary>
    protected internal virtual Fault From(DateTimeOffset now) => this;

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
