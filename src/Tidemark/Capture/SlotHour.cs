using System.Text;
using System.Text.Json;

namespace Tidemark.Capture;

/// <summary>How a slot ended.</summary>
/// <param name="Code">The reason, where it is not all well; else null.</param>
/// <param name="Frames">That it brought.</param>
public sealed record SlotEnd(Outcome Outcome, string? Code, int Frames);

/// <summary>
/// How the slots of an hour ended that belong to one revision. A slot's place is how many whole intervals it lies after
/// the hour's beginning: slots lie on the clock, so no two have the same, and none moves when windows or daylight take
/// others away.
/// </summary>
/// <remarks>
/// As text it is a JSON list of runs in slot order, each <c>[slots]</c> for those without an outcome, or
/// <c>[slots, outcome, code, frames of each]</c> with what is null or zero at the end left out:
/// <c>[[2],[40,"unchanged"],[1,"ok",null,1],[17,"failed","stalled"]]</c>.
/// </remarks>
public sealed class SlotHour
{
    private readonly List<SlotEnd?> ends = [];

    /// <summary>How the slot at a place ended; null where nobody said.</summary>
    public SlotEnd? this[int place] => place < ends.Count ? ends[place] : null;

    /// <summary>The hour that an instant lies in.</summary>
    public static DateTimeOffset Of(DateTimeOffset instant) => new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    /// <summary>The place of a slot in its hour.</summary>
    public static int PlaceOf(DateTimeOffset slot, TimeSpan every) => (int)((slot - Of(slot)).Ticks / every.Ticks);

    /// <summary>Says how a slot ended. The first that is said stays.</summary>
    /// <returns>True where it was the first.</returns>
    public bool Set(int place, SlotEnd end)
    {
        while (ends.Count <= place)
        {
            ends.Add(null);
        }

        var first = ends[place] is null;
        ends[place] ??= end;
        return first;
    }

    /// <exception cref="JsonException">It is not what <see cref="ToText"/> writes.</exception>
    public static SlotHour Parse(string text)
    {
        var hour = new SlotHour();
        using var document = JsonDocument.Parse(text);
        foreach (var run in document.RootElement.EnumerateArray())
        {
            var parts = run.GetArrayLength();
            SlotEnd? end = null;
            if (parts > 1)
            {
                end = OutcomeText.TryParse(run[1].GetString(), out var outcome)
                    ? new SlotEnd(outcome, parts > 2 ? run[2].GetString() : null, parts > 3 ? run[3].GetInt32() : 0)
                    : throw new JsonException($"There is no outcome '{run[1].GetString()}'.");
            }

            hour.ends.AddRange(Enumerable.Repeat(end, run[0].GetInt32()));
        }

        return hour;
    }

    public string ToText()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            for (var at = 0; at < ends.Count;)
            {
                var first = at;
                while (at < ends.Count && ends[at] == ends[first])
                {
                    at++;
                }

                WriteRun(writer, at - first, ends[first]);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteRun(Utf8JsonWriter writer, int slots, SlotEnd? end)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(slots);
        if (end is not null)
        {
            writer.WriteStringValue(end.Outcome.Word());
            if (end.Code is not null || end.Frames > 0)
            {
                writer.WriteStringValue(end.Code);
            }

            if (end.Frames > 0)
            {
                writer.WriteNumberValue(end.Frames);
            }
        }

        writer.WriteEndArray();
    }
}
