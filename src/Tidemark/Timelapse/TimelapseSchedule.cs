using System.Globalization;
using System.Text.Json;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>How often a timelapse is made.</summary>
public enum ScheduleEvery
{
    Day,

    /// <summary>Monday to Sunday (ISO 8601).</summary>
    Week,

    Month,
}

/// <summary>A timelapse that is made again and again (design/timelapse.md L12). What is due when is a pure function of it.</summary>
/// <param name="Name">A slug, as a source's id: it names files.</param>
/// <param name="Every">It is made when such a period of its zone's calendar has ended.</param>
/// <param name="Days">So many of the last days, kept current: each one takes the place of the one before. Null: the period that has ended.</param>
/// <param name="Zone">IANA name: whose midnight ends a period.</param>
/// <param name="Folder">Where the video is put too; null: it stays among the assets alone.</param>
/// <param name="Paused">Nothing is due.</param>
/// <param name="Request">What is made; its range is that of the instant.</param>
/// <param name="CreatedAt">Nothing from before is due.</param>
public sealed record TimelapseSchedule(string Name, ScheduleEvery Every, int? Days, string Zone, string? Folder, bool Paused, TimelapseRequest Request, DateTimeOffset CreatedAt)
{
    /// <summary>The longest range of days that is kept current.</summary>
    public const int MostDays = 3660;

    /// <summary>How long after the end of a period it is made: what cameras showed last is there by then.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromMinutes(15);

    private Zone Clock => Tidemark.Time.Zone.Parse(Zone).Value;

    /// <summary>The instant for which it was due last, and at the end of the range the next.</summary>
    public TimeRange Due(DateTimeOffset now)
    {
        var begun = Begin(DateOnly.FromDateTime(Clock.ToLocal(now - Settles)));
        return new TimeRange(Midnight(begun) + Settles, Midnight(Step(begun, 1)) + Settles);
    }

    /// <summary>What it shows at an instant for which it is due.</summary>
    public TimeRange Shown(DateTimeOffset due)
    {
        var end = DateOnly.FromDateTime(Clock.ToLocal(due - Settles));
        var start = Days is { } days ? end.AddDays(-days) : Step(end, -1);
        // Islands have moved over the date line: a day that never was is not the one that ended.
        while (Midnight(start) >= Midnight(end))
        {
            start = Step(start, -1);
        }

        return new TimeRange(Midnight(start), Midnight(end));
    }

    /// <summary>The request for an instant.</summary>
    public TimelapseRequest At(DateTimeOffset due)
    {
        var shown = Shown(due);
        return Request with { From = shown.Start, To = shown.End };
    }

    /// <summary>The file's name in <see cref="Folder"/>: <c>pier.mp4</c> for what is kept current, else with its period: <c>pier-2026-11-21.mp4</c>, <c>pier-2026-W47.mp4</c>, <c>pier-2026-11.mp4</c>.</summary>
    public string FileName(DateTimeOffset due)
    {
        var day = Clock.ToLocal(Shown(due).Start);
        var period = Days is not null ? "" : Every switch
        {
            ScheduleEvery.Day => $"-{day:yyyy-MM-dd}",
            ScheduleEvery.Week => string.Create(CultureInfo.InvariantCulture, $"-{ISOWeek.GetYear(day)}-W{ISOWeek.GetWeekOfYear(day):00}"),
            _ => $"-{day:yyyy-MM}",
        };
        return $"{Name}{period}.{TimelapseEncoder.File(Request.Encoder.Format).Ending}";
    }

    /// <summary>Every fault at once, each with the field it is about. Whether sources, sidebar and folder exist is for others to say.</summary>
    public IReadOnlyList<(string Field, Failure Failure)> Check()
    {
        var faults = new List<(string, Failure)>();
        if (Sources.SourceId.Check(Name) is not null)
        {
            faults.Add(("name", new Failure(FailureKind.BadInput, "schedule_name", $"'{(Name.Length > 80 ? Name[..80] + "…" : Name)}' cannot be a schedule's name.", "Use 1 to 63 of a-z, 0-9 and '-', not starting with '-'.")));
        }

        if (Days is < 1 or > MostDays)
        {
            faults.Add(("days", new Failure(FailureKind.BadInput, "days", $"{Days} days are out of range.", $"Use 1 to {MostDays}, or leave it out for the {Every.ToString().ToLowerInvariant()} that has ended.")));
        }

        if (Tidemark.Time.Zone.Parse(Zone).Failed(out var unknown))
        {
            faults.Add(("zone", unknown));
        }

        return faults;
    }

    internal string ToJson() => JsonSerializer.Serialize(this, TimelapseJson.Default.TimelapseSchedule);

    internal static TimelapseSchedule FromJson(string json) => JsonSerializer.Deserialize(json, TimelapseJson.Default.TimelapseSchedule)!;

    private DateOnly Begin(DateOnly day) => Every switch
    {
        ScheduleEvery.Day => day,
        ScheduleEvery.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        _ => new DateOnly(day.Year, day.Month, 1),
    };

    private DateOnly Step(DateOnly day, int periods) => Every switch
    {
        ScheduleEvery.Day => day.AddDays(periods),
        ScheduleEvery.Week => day.AddDays(7 * periods),
        _ => day.AddMonths(periods),
    };

    private DateTimeOffset Midnight(DateOnly day) => Clock.FirstAt(day.ToDateTime(TimeOnly.MinValue));
}
