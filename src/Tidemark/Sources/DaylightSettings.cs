using Tidemark.Time;

namespace Tidemark.Sources;

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
