namespace Tidemark.App.Api;

/// <summary>Something that came in and cannot be used.</summary>
/// <param name="File">With the source, its name here.</param>
/// <param name="Time">Which instant it was to be; null where nothing said that.</param>
/// <param name="Origin">Where it came from; null for a folder.</param>
/// <param name="Code">Why it cannot be used, for programs.</param>
/// <param name="Message">Why, for people.</param>
/// <param name="Url">Where its bytes are to be had.</param>
public sealed record QuarantineShape(string Source, string File, DateTimeOffset? Time, string? Origin, string Code, string Message, long Bytes, string Sha256, DateTimeOffset ReceivedAt, string Url);

/// <param name="Next">Cursor of the next page, or null on the last.</param>
/// <param name="Counts">How many there are in all, by source.</param>
public sealed record QuarantineListShape(IReadOnlyList<QuarantineShape> Entries, string? Next, IReadOnlyDictionary<string, long> Counts);

/// <summary>Something that is the matter with a source though it answers: its camera frozen, its clock wrong …</summary>
/// <param name="Message">What, for people.</param>
/// <param name="Mend">What to do about it, for people; null where the message says that.</param>
public sealed record ConditionShape(string Code, DateTimeOffset Since, string Message, string? Mend);
