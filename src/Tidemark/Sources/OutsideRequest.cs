using System.Net.Http.Headers;

namespace Tidemark.Sources;

/// <summary>What is asked of the outside world.</summary>
/// <param name="Accept">For the header of that name.</param>
/// <param name="Most">Most bytes taken; more is a failure, and the target holds a part.</param>
public sealed record OutsideRequest(Uri Address, string Accept, long Most)
{
    /// <summary>What is known already: where that is the newest still, the answer is 304 and no body. Null: it is wanted in any case.</summary>
    public Validators? Known { get; init; }

    /// <summary>What is here of it already; the rest is asked for.</summary>
    public PartHere? Part { get; init; }
}

/// <summary>A part that is here, and what must still hold for the rest to fit it.</summary>
/// <param name="Bytes">How much of it, from the start.</param>
/// <param name="IfRange">A strong entity tag, or a date as HTTP writes it.</param>
/// <param name="Length">Bytes of the whole; null where nobody said.</param>
public sealed record PartHere(long Bytes, string IfRange, long? Length);

/// <summary>What tells one state of a resource from another (RFC 9110, 8.8).</summary>
/// <param name="Tag">As it came, quotes and <c>W/</c> among it.</param>
/// <param name="Modified">Whole seconds.</param>
public sealed record Validators(string? Tag, DateTimeOffset? Modified)
{
    private const int LongestTag = 256;

    internal static Validators Of(HttpResponseMessage response) =>
        new(response.Headers.ETag is { IsWeak: var weak, Tag: { Length: <= LongestTag } tag } ? (weak ? "W/" : "") + tag : null, response.Content.Headers.LastModified);

    /// <summary>
    /// What <c>If-Range</c> takes: a tag that is not weak; else the date, where it lies so far before the answer's own that
    /// nothing can have changed within that second (8.8.2.2). Null: a part of it cannot be gone on with.
    /// </summary>
    public string? ForRange(DateTimeOffset? answered) =>
        Tag is not null ? Tag.StartsWith("W/", StringComparison.Ordinal) ? null : Tag
        : Modified is { } modified && answered - modified >= TimeSpan.FromSeconds(1) ? modified.ToString("r")
        : null;

    internal void AddTo(HttpRequestHeaders headers)
    {
        if (Tag is not null)
        {
            headers.TryAddWithoutValidation("If-None-Match", Tag);
        }

        headers.IfModifiedSince = Modified;
    }
}

/// <summary>The head of a usable answer.</summary>
/// <param name="Address">Who answered in the end.</param>
/// <param name="Unchanged">304: what was known is the newest still, and there is no body.</param>
/// <param name="From">Where in the whole the body begins: 0, or what was here.</param>
/// <param name="Length">Bytes of the whole; null where it does not say.</param>
/// <param name="Asked">When the request went, by our clock.</param>
/// <param name="Began">When its answer began, by our clock.</param>
/// <param name="Date">By the origin's clock; null where it does not say.</param>
public sealed record OutsideAnswer(Uri Address, bool Unchanged, long From, long? Length, Validators Validators, DateTimeOffset Asked, DateTimeOffset Began, DateTimeOffset? Date)
{
    /// <summary>Its clock may be off by so much before that is told (design/time.md T7).</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>How far the origin's clock is ahead of ours, for sure: what the way there and back and whole seconds leave open is not counted. Zero within it, or where it tells no time.</summary>
    public TimeSpan ClockAhead => Date is not { } date ? TimeSpan.Zero
        : date > Began ? date - Began
        : date.AddSeconds(1) < Asked ? date.AddSeconds(1) - Asked
        : TimeSpan.Zero;
}
