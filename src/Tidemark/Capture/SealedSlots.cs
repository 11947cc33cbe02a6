using System.Text;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>A day's slots as its manifest keeps them, and back again (A4): how they ended, and by which schedules there were any.</summary>
/// <remarks>
/// <c>{"hours": [{"hour": RFC 3339, "revision": 1, "runs": …}], "revisions": [{"revision": 1, "since": RFC 3339, "schedule": …,
/// "paused": false, "removed": false}]}</c>: runs as in <see cref="SlotHour"/>, the schedule as in <see cref="SourceConfig"/>.
/// </remarks>
public sealed class SealedSlots(SqlDatabase database, SourceStore sources, TimeProvider time)
{
    /// <summary>A node that has said nothing for so long has died, with what it had not shipped: no day waits for it any longer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>How the slots of a source's UTC day ended, in the order of hours, and whether all nodes have shipped what they noted of it.</summary>
    /// <param name="known">What a manifest has, and this database may have lost: it is put back first, so that no revision has less than the one before (A2).</param>
    public async Task<DaySlots> OfAsync(string source, DateTimeOffset day, JsonElement? known, CancellationToken cancellation)
    {
        if (known is { } manifest)
        {
            await RestoreAsync(source, day, manifest.GetRawText(), cancellation);
        }

        // In this order: what is shipped in between is in the hours.
        var (shipped, hours) = await database.ReadAsync(async session => (
            await JournalCursor.ShippedAsync(session, day.AddDays(1), time.GetUtcNow() - LongestWait, cancellation),
            await session.QueryAsync(
                "select hour, revision, runs from slot_hour where source = @source and hour >= @start and hour < @end order by hour, revision",
                row => (Hour: row.Time(0), Revision: row.Int(1), Runs: row.Text(2)), cancellation, ("source", source), ("start", day), ("end", day.AddDays(1)))), cancellation);
        if (hours.Count == 0)
        {
            return new DaySlots(shipped, null);
        }

        var revisions = SlotStore.InForce(await sources.RevisionsAsync(source, cancellation), TimeRange.Day(day), removed: true);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteStartArray("hours");
            foreach (var (hour, revision, runs) in hours)
            {
                json.WriteStartObject();
                json.WriteString("hour", Rfc3339.Format(hour));
                json.WriteNumber("revision", revision);
                json.WritePropertyName("runs");
                json.WriteRawValue(runs);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("revisions");
            foreach (var (revision, _) in revisions)
            {
                json.WriteStartObject();
                json.WriteNumber("revision", revision.Revision);
                // To the microsecond, as it is kept: slots at that instant belong to it.
                json.WriteString("since", revision.Since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
                json.WritePropertyName("schedule");
                json.WriteRawValue(revision.Config.OnlySchedule.ToJson());
                json.WriteBoolean("paused", revision.Paused);
                json.WriteBoolean("removed", revision.Removed);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new DaySlots(shipped, Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <summary>Puts back what <see cref="OfAsync"/> gave; what is known already stays. What is no such text is left alone: a manifest may have been written by anybody.</summary>
    public async Task RestoreAsync(string source, DateTimeOffset day, string json, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(json);
        var hours = new List<(DateTimeOffset At, int Revision, string Runs)>();
        foreach (var entry in Entries(document.RootElement, "hours"))
        {
            if (entry.TryGetProperty("hour", out var hour) && IsInstant(hour, out var at) && TimeRange.Day(day).Contains(at) && SlotHour.Of(at) == at
                && IsNumber(entry, out var number) && entry.TryGetProperty("runs", out var runs) && IsHour(runs))
            {
                hours.Add((at, number, runs.GetRawText()));
            }
        }

        var revisions = new List<SourceRevision>();
        foreach (var entry in Entries(document.RootElement, "revisions"))
        {
            if (IsNumber(entry, out var number) && entry.TryGetProperty("since", out var since) && IsInstant(since, out var at)
                && entry.TryGetProperty("schedule", out var schedule) && Schedule(schedule) is { } config)
            {
                revisions.Add(new SourceRevision(number, at, config, IsTrue(entry, "paused"), IsTrue(entry, "removed")));
            }
        }

        await sources.RestoreRevisionsAsync(source, revisions, cancellation);
        await database.WriteAsync(async session =>
        {
            foreach (var (hour, revision, runs) in hours)
            {
                await session.ExecuteAsync("insert into slot_hour (source, hour, revision, runs) values (@source, @hour, @revision, @runs) on conflict do nothing", cancellation,
                    ("source", source), ("hour", hour), ("revision", revision), ("runs", runs));
            }
        }, cancellation);
    }

    private static IEnumerable<JsonElement> Entries(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object)
            : [];

    private static bool IsInstant(JsonElement element, out DateTimeOffset instant)
    {
        instant = default;
        return element.ValueKind == JsonValueKind.String && Rfc3339.TryParse(element.GetString(), out instant);
    }

    private static bool IsNumber(JsonElement entry, out int revision)
    {
        revision = 0;
        return entry.TryGetProperty("revision", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out revision) && revision > 0;
    }

    private static bool IsTrue(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static SourceConfig? Schedule(JsonElement schedule)
    {
        try
        {
            var config = SourceConfig.FromJson(SourceKind.FrameIndex, schedule.GetRawText()).OnlySchedule;
            return config.IsSchedule ? config : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsHour(JsonElement runs)
    {
        try
        {
            _ = SlotHour.Parse(runs.GetRawText());
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return false;
        }
    }
}
