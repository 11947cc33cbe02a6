using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>A frame that an index lists.</summary>
/// <param name="Time">To the millisecond, UTC.</param>
/// <param name="Name">What the origin calls it; null where it says nothing or is not asked.</param>
/// <param name="Image">Absolute address of the picture. Not yet judged by the address rules.</param>
/// <param name="Note"><see cref="LocalTimes.Ambiguous"/> or <see cref="LocalTimes.Gap"/> where the origin's local time is; else null.</param>
internal sealed record ListedFrame(DateTimeOffset Time, string? Name, Uri Image, string? Note = null);

/// <summary>How an index is read.</summary>
/// <param name="Pointers">Where things are.</param>
/// <param name="Zone">Of times without an offset; null: they are refused.</param>
/// <param name="Came">When the answer came, by our clock.</param>
internal sealed record FrameListingRules(FrameIndexPointers Pointers, Zone? Zone, DateTimeOffset Came);

/// <summary>What an index said.</summary>
/// <param name="Frames">Oldest first; one an instant.</param>
/// <param name="Unusable">Entries that could not be read, and why the first of them could not.</param>
internal sealed record FrameListing(IReadOnlyList<ListedFrame> Frames, int Unusable, Failure? FirstFault)
{
    private const int LongestName = 255;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <summary>Reads the answer of an index. An object where a list is expected is a list of one.</summary>
    public static Result<FrameListing> Parse(ReadOnlyMemory<byte> json, Uri address, FrameListingRules rules)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement, address, rules);
        }
        catch (JsonException error)
        {
            var start = json.Span.TrimStart(" \r\n\t"u8);
            return start is [(byte)'<', ..]
                ? new Failure(FailureKind.BadInput, "not_json", $"{address.Shown()} answered with a page (HTML or XML), not with JSON.", "Check the address of the index.")
                : new Failure(FailureKind.BadInput, "malformed_json", $"{address.Shown()} answered with malformed JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}).", "The fault is on its side; it is tried again at the next poll.");
        }
    }

    private static Result<FrameListing> Read(JsonElement root, Uri address, FrameListingRules rules)
    {
        var pointers = rules.Pointers;
        var (time, image) = (JsonPointer.Parse(pointers.Time).Value, JsonPointer.Parse(pointers.Image).Value);
        if (!JsonPointer.Parse(pointers.List).Value.TryFind(root, out var list) || !(list.ValueKind == JsonValueKind.Array || (list.ValueKind == JsonValueKind.Object && time.TryFind(list, out _))))
        {
            return new Failure(FailureKind.BadInput, "no_list", $"The answer of {address.Shown()} has no list at '{pointers.List}'. {Shape(root)}", "Check the JSON Pointer --list.");
        }

        var name = pointers.Name is null ? null : JsonPointer.Parse(pointers.Name).Value;
        var entries = new List<Entry>();
        Failure? firstFault = null;
        var (unusable, number) = (0, 0);
        foreach (var element in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [list])
        {
            if (ReadEntry(element, number++, address, time, name, image, rules.Zone is not null).TryGet(out var entry, out var fault))
            {
                entries.Add(entry);
            }
            else
            {
                unusable++;
                firstFault ??= fault;
            }
        }

        if (entries.Count == 0 && firstFault is not null)
        {
            return firstFault;
        }

        var frames = new SortedDictionary<DateTimeOffset, ListedFrame>();
        foreach (var frame in Instants(entries, rules))
        {
            // Of several of one instant the first, but one of the list's own machine before those of others: these may not be asked.
            if (!frames.TryAdd(frame.Time, frame) && IsOwn(frame) && !IsOwn(frames[frame.Time]))
            {
                frames[frame.Time] = frame;
            }
        }

        return new FrameListing([.. frames.Values], unusable, firstFault);

        bool IsOwn(ListedFrame frame) => frame.Image.Scheme == address.Scheme && frame.Image.Authority == address.Authority;
    }

    // The same picture listed twice is one; two pictures of the same local time are told apart (T6).
    private static IEnumerable<ListedFrame> Instants(List<Entry> entries, FrameListingRules rules)
    {
        var local = entries.Where(entry => entry.Local is not null).DistinctBy(entry => (entry.Local, entry.Image)).ToList();
        var resolved = rules.Zone is { } zone ? LocalTimes.Resolve([.. local.Select(entry => entry.Local!.Value)], zone, rules.Came) : [];
        return entries.Where(entry => entry.Instant is not null).Select(entry => new ListedFrame(Frame.Instant(entry.Instant!.Value), entry.Name, entry.Image))
            .Concat(local.Zip(resolved, (entry, at) => new ListedFrame(Frame.Instant(at.Instant), entry.Name, entry.Image, at.Note)));
    }

    private static Result<Entry> ReadEntry(JsonElement entry, int number, Uri address, JsonPointer time, JsonPointer? name, JsonPointer image, bool local)
    {
        DateTimeOffset? instant = null;
        DateTime reading = default;
        if (!time.TryFind(entry, out var timeValue) || ((instant = Instant(timeValue)) is null && !(local && LocalTimes.TryParse(Text(timeValue), out reading))))
        {
            var expected = local ? "RFC 3339, a local time like 2026-11-22 08:15:00, or seconds or milliseconds since 1970" : "RFC 3339 with an offset, or seconds or milliseconds since 1970";
            return new Failure(FailureKind.BadInput, "no_time", $"Entry {number} of {address.Shown()} has no time at '{time}'{Found(timeValue)}; expected {expected}.",
                !local && LocalTimes.TryParse(Text(timeValue), out _) ? "What --time leads to is a local time: say in which zone, with --zone Europe/Lisbon." : "Check the JSON Pointer --time.");
        }

        if (!image.TryFind(entry, out var imageValue) || Text(imageValue) is not { } where || !Uri.TryCreate(address, where, out var uri))
        {
            return new Failure(FailureKind.BadInput, "no_image", $"Entry {number} of {address.Shown()} has no image address at '{image}'{Found(imageValue)}.", "Check the JSON Pointer --image.");
        }

        string? called = null;
        if (name is not null && name.TryFind(entry, out var nameValue))
        {
            called = nameValue.ValueKind switch { JsonValueKind.String => Name(Text(nameValue)), JsonValueKind.Null => null, _ => Name(nameValue.GetRawText()) };
        }

        return new Entry(instant, instant is null ? reading : null, called, uri);
    }

    private sealed record Entry(DateTimeOffset? Instant, DateTime? Local, string? Name, Uri Image);

    // Half a surrogate pair is JSON, but no text: .NET throws for it, and no database takes it.
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string MemberName(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "(no text)";
        }
    }

    // PostgreSQL takes no NUL in a text; other control characters are of no use in a name.
    private static string? Name(string? text)
    {
        var kept = text is null ? "" : new string([.. text.Where(c => !char.IsControl(c)).Take(LongestName)]);
        kept = kept.Length > 0 && char.IsHighSurrogate(kept[^1]) ? kept[..^1] : kept;
        return kept.Length == 0 ? null : kept;
    }

    private static DateTimeOffset? Instant(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when Rfc3339.TryParse(Text(value), out var instant):
                return Sensible(instant);
            case JsonValueKind.Number when value.TryGetDouble(out var number):
                // Seconds reach the year 5138 with eleven digits; more are milliseconds.
                var milliseconds = Math.Abs(number) < 1e11 ? number * 1000 : number;
                return milliseconds is > 0 and < 253_402_300_799_000 ? Sensible(DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(milliseconds))) : null;
            default:
                return null;
        }
    }

    private static DateTimeOffset? Sensible(DateTimeOffset instant) => instant.Year is >= 1970 and < 9999 ? instant : null;

    private static string Found(JsonElement value) => value.ValueKind is JsonValueKind.Undefined ? "" : $" (found {Shorten(value.GetRawText())})";

    private static string Shape(JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? $"Its members are: {Shorten(string.Join(", ", root.EnumerateObject().Select(MemberName)))}."
        : $"It is {(root.ValueKind == JsonValueKind.Array ? "a list: use the empty pointer" : "no object")}.";

    // It is shown on terminals and logged: nothing in it may steer them.
    private static string Shorten(string text)
    {
        var kept = new string([.. text.Where(c => !char.IsControl(c)).Take(120)]);
        return kept.Length < text.Length ? kept + "…" : kept;
    }
}
