using NodaTime;
using NodaTime.TimeZones;

namespace Tidemark.Time;

/// <summary>
/// A time zone by its IANA name. The rules come with the program (NodaTime's copy of the tz database), so that neither an
/// old system's tables nor their absence matters.
/// </summary>
public sealed class Zone
{
    private readonly DateTimeZone rules;

    private Zone(DateTimeZone rules) => this.rules = rules;

    public static Zone Utc { get; } = new(DateTimeZone.Utc);

    /// <summary>IANA name: <c>Europe/Lisbon</c>, <c>UTC</c>.</summary>
    public string Id => rules.Id;

    public static Result<Zone> Parse(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } rules
        ? new Zone(rules)
        : new Failure(FailureKind.BadInput, "time_zone", $"There is no time zone '{id}'.", "Use an IANA name such as Europe/Lisbon, America/New_York or UTC.");

    /// <summary>What clocks there show at an instant.</summary>
    public DateTime ToLocal(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(rules).ToDateTimeUnspecified();

    /// <summary>By how much clocks there are ahead of UTC at an instant, and until when.</summary>
    public (TimeSpan Offset, DateTimeOffset Until) OffsetAt(DateTimeOffset instant)
    {
        var interval = rules.GetZoneInterval(Instant.FromDateTimeOffset(instant));
        return (interval.WallOffset.ToTimeSpan(), interval.HasEnd ? interval.End.ToDateTimeOffset() : DateTimeOffset.MaxValue);
    }

    /// <summary>The instants at which clocks there show a reading: one; two, in order, where they were put back; none where they were put forward.</summary>
    public IReadOnlyList<DateTimeOffset> At(DateTime local)
    {
        var mapping = rules.MapLocal(LocalDateTime.FromDateTime(local));
        return mapping.Count switch
        {
            0 => [],
            1 => [mapping.Single().ToDateTimeOffset().ToUniversalTime()],
            _ => [mapping.First().ToDateTimeOffset().ToUniversalTime(), mapping.Last().ToDateTimeOffset().ToUniversalTime()],
        };
    }

    /// <summary>A reading that is never shown, moved forward by the gap (T6).</summary>
    public DateTimeOffset AfterGap(DateTime local) =>
        rules.ResolveLocal(LocalDateTime.FromDateTime(local), Resolvers.LenientResolver).ToDateTimeOffset().ToUniversalTime();

    /// <summary>The first instant at which clocks there show this reading or a later one: where it is skipped, the end of the gap.</summary>
    public DateTimeOffset FirstAt(DateTime local) =>
        rules.ResolveLocal(LocalDateTime.FromDateTime(local), Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter)).ToDateTimeOffset().ToUniversalTime();
}
