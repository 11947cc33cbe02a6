using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Archive;

namespace Tidemark.Capture;

/// <summary>What the journal keeps: exactly one of these. A kind that a newer release wrote has none, and is passed over.</summary>
public sealed record JournalRecord(FrameRecord? Frame = null, SlotRecord? Slot = null);

/// <summary>A frame that has its place in the archive.</summary>
/// <param name="From">Name of the temporary that it came in; null where its file was found in its place.</param>
public sealed record FrameRecord(
    string Source, DateTimeOffset Time, string? Name, long Bytes, int Width, int Height, string Sha256, DateTimeOffset ReceivedAt, string? Note, string? From)
{
    public static FrameRecord Of(Frame frame, string? from) =>
        new(frame.Source, frame.Time, frame.Name, frame.Bytes, frame.Width, frame.Height, Convert.ToHexStringLower(frame.Sha256.Span), frame.ReceivedAt, frame.Note, from);

    public Frame ToFrame() => new(Source, Time, Name, Bytes, Width, Height, Convert.FromHexString(Sha256), ReceivedAt, Note);
}

/// <summary>How a slot ended, or all slots of a stretch.</summary>
/// <param name="Revision">The source's, that the slot belongs to.</param>
/// <param name="Slot">When it was scheduled.</param>
/// <param name="Until">Null: this slot alone; else all from it to there, that one not.</param>
/// <param name="Every">Seconds from one slot to the next.</param>
/// <param name="Code">The reason, where it is not all well: a failure's code, <c>overrun</c>, <c>backing_off</c> …</param>
/// <param name="Began">When the poll began; so <c>Began - Slot</c> is how late it was.</param>
/// <param name="Frames">That are in the archive now and were not before.</param>
public sealed record SlotRecord(string Source, int Revision, DateTimeOffset Slot, DateTimeOffset? Until, int Every, string Outcome, string? Code, DateTimeOffset Began, DateTimeOffset Ended, int Frames)
{
    /// <summary>The slots that it is about.</summary>
    [JsonIgnore]
    public IEnumerable<DateTimeOffset> Slots
    {
        get
        {
            yield return Slot;
            for (var slot = Slot.AddSeconds(Every); slot < Until; slot = slot.AddSeconds(Every))
            {
                yield return slot;
            }
        }
    }
}

/// <summary>A line of the journal: <c>crc32c-hex SPACE json LF</c>; the sum is of the JSON's bytes.</summary>
internal static class JournalLine
{
    /// <summary>Longer ones are not written, and one that seems longer is damaged.</summary>
    public const int Longest = 256 * 1024;

    private const int SumLength = 8;

    public static byte[] Encode(JournalRecord record)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Default.JournalRecord);
        if (json.Length + SumLength + 2 > Longest)
        {
            throw new ArgumentException($"A record of {json.Length} bytes is too long for the journal.", nameof(record));
        }

        var line = new byte[SumLength + 1 + json.Length + 1];
        System.Text.Encoding.ASCII.GetBytes(Crc32C.Of(json).ToString("x8", System.Globalization.CultureInfo.InvariantCulture), line);
        line[SumLength] = (byte)' ';
        json.CopyTo(line, SumLength + 1);
        line[^1] = (byte)'\n';
        return line;
    }

    /// <param name="line">Without its end.</param>
    /// <returns>Null where it is damaged.</returns>
    public static JournalRecord? Decode(ReadOnlySpan<byte> line)
    {
        if (!IsWhole(line))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line[(SumLength + 1)..], JournalJson.Default.JournalRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool IsWhole(ReadOnlySpan<byte> line) =>
        line.Length > SumLength + 1 && line[SumLength] == (byte)' '
        && uint.TryParse(line[..SumLength], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var sum)
        && sum == Crc32C.Of(line[(SumLength + 1)..]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalRecord))]
internal sealed partial class JournalJson : JsonSerializerContext;
