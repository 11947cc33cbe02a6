using System.Text;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>A day's slots as its manifest keeps them, and back again (A4): <c>[{"hour": RFC 3339, "revision": 1, "runs": …}]</c>, runs as in <see cref="SlotHour"/>.</summary>
public sealed class SealedSlots(SqlDatabase database, TimeProvider time)
{
    /// <summary>A node that has said nothing for so long has died, with what it had not shipped: no day waits for it any longer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>How the slots of a source's UTC day ended, in the order of hours, and whether all nodes have shipped what they noted of it.</summary>
    public async Task<DaySlots> OfAsync(string source, DateTimeOffset day, CancellationToken cancellation)
    {
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

        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
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
        }

        return new DaySlots(shipped, Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <summary>Puts back what <see cref="OfAsync"/> gave; what is known already stays. What is no such text is left alone.</summary>
    public async Task RestoreAsync(string source, DateTimeOffset day, string json, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var range = TimeRange.Day(day);
        await database.WriteAsync(async session =>
        {
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                // A manifest may have been written by anybody.
                if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("hour", out var hour) && hour.ValueKind == JsonValueKind.String && Rfc3339.TryParse(hour.GetString(), out var at)
                    && range.Contains(at) && SlotHour.Of(at) == at
                    && entry.TryGetProperty("revision", out var revision) && revision.TryGetInt32(out var number) && entry.TryGetProperty("runs", out var runs) && IsHour(runs))
                {
                    await session.ExecuteAsync("insert into slot_hour (source, hour, revision, runs) values (@source, @hour, @revision, @runs) on conflict do nothing", cancellation,
                        ("source", source), ("hour", at), ("revision", number), ("runs", runs.GetRawText()));
                }
            }
        }, cancellation);
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
