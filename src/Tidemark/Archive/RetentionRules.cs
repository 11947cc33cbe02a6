namespace Tidemark.Archive;

/// <summary>What a source keeps at most.</summary>
/// <param name="Days">Whole days after a day's end; null: for ever.</param>
/// <param name="Bytes">Bytes of its frames; null: as many as come.</param>
public sealed record SourceRetention(int? Days, long? Bytes)
{
    public bool Any => Days is not null || Bytes is not null;
}

/// <summary>By which rules days are let go (invariant A3).</summary>
/// <param name="Most">The most bytes of all frames; null: no bound (<c>archive.most</c>).</param>
/// <param name="KeepFree">Bytes to be kept free on the archive's file system; null: none (<c>archive.keepFree</c>).</param>
/// <param name="Copies">Verified copies that must remain of what goes (<c>archive.copies</c>).</param>
/// <param name="Sources">By source; one that is not named, or that was removed, keeps what it has, but for the rules for all.</param>
public sealed record RetentionRules(long? Most, long? KeepFree, int Copies, IReadOnlyDictionary<string, SourceRetention> Sources)
{
    public bool Any => Most is not null || KeepFree is not null || Sources.Values.Any(source => source.Any);
}

/// <summary>The rule by which a day goes. The word is the setting's.</summary>
public static class RetentionRule
{
    public const string KeepDays = "keepDays", KeepBytes = "keepBytes", Most = "archive.most", KeepFree = "archive.keepFree";
}

/// <summary>Why a day stays although a rule wants it gone.</summary>
public static class KeptBecause
{
    public const string Held = "held", NotSealed = "not_sealed", Copies = "copies_missing";
}

/// <summary>A day of a source that a rule wants gone.</summary>
/// <param name="Day">Its start, a UTC midnight.</param>
/// <param name="Revision">Of its seal; 0 where it is not sealed.</param>
/// <param name="Rule">One of <see cref="RetentionRule"/>.</param>
/// <param name="Kept">One of <see cref="KeptBecause"/>; null: it goes.</param>
/// <param name="Detail">Who holds it, or how many copies there are; null where there is nothing to say.</param>
public sealed record RetentionDay(string Source, DateTimeOffset Day, int Revision, long Frames, long Bytes, string Rule, string? Kept = null, string? Detail = null);

/// <summary>A rule that cannot be kept by letting go what may go.</summary>
/// <param name="Source">Null where the rule is one for all.</param>
/// <param name="Bytes">How much too much there is still.</param>
public sealed record RetentionShortfall(string Rule, string? Source, long Bytes);

/// <summary>What goes, oldest first for each rule, what is kept from going, and what cannot be reached.</summary>
public sealed record RetentionPlan(IReadOnlyList<RetentionDay> Goes, IReadOnlyList<RetentionDay> Kept, IReadOnlyList<RetentionShortfall> Short)
{
    public long Bytes => Goes.Sum(day => day.Bytes);

    public long Frames => Goes.Sum(day => day.Frames);
}
