using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>A disagreement in the archive.</summary>
/// <param name="Day">Null where it is about a source as a whole.</param>
/// <param name="Place"><c>archive</c>, or the id of the second copy.</param>
/// <param name="File">Its name in the day's folder; null where it is about the day.</param>
public sealed record FindingShape(string Source, string? Day, string Place, string? File, string Code, string Message, bool Mended)
{
    public static FindingShape Of(Finding finding) =>
        new(finding.Source, finding.Day == default ? null : Rfc3339.Day(finding.Day), finding.Place, finding.File.Length == 0 ? null : finding.File, finding.Code, finding.Message, finding.Mended);
}

/// <summary>Work on the archive: how far it is, and what it found.</summary>
/// <param name="State"><c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Stage">Where it is: a source and a day.</param>
/// <param name="Days">Days that were sealed, copied or read.</param>
/// <param name="AllFiles">Zero where that is not known.</param>
/// <param name="Found">How many disagreements there are; <paramref name="Findings"/> has the first ten thousand, once it has ended.</param>
public sealed record ArchiveWorkShape(
    Guid Id, string Kind, string State, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Stage, int Days, long Files, long AllFiles, long Bytes, long AllBytes, double Fraction, double? SecondsLeft,
    int Found, int Mended, IReadOnlyList<FindingShape> Findings, FailureShape? Failure)
{
    public static ArchiveWorkShape Of(ArchiveWorkState state, DateTimeOffset now)
    {
        var (run, progress) = (state.Run, state.Run.Progress);
        var took = ((state.EndedAt ?? now) - state.StartedAt).TotalSeconds;
        return new ArchiveWorkShape(
            state.Id, run.Request.Kind, state.EndedAt is null ? "running" : state.Failure is null ? "done" : "failed", state.StartedAt, state.EndedAt, progress.Stage, run.Days,
            progress.Files, progress.AllFiles, progress.Bytes, progress.AllBytes, progress.Fraction,
            state.EndedAt is null && progress.Fraction > 0.01 ? took * (1 - progress.Fraction) / progress.Fraction : null,
            run.Found, run.Mended, state.EndedAt is null ? [] : [.. run.Findings.Select(FindingShape.Of)],
            state.Failure is { } failure ? new FailureShape(failure.Kind.ToString().ToLowerInvariant(), failure.Code, failure.Message, failure.Mend) : null);
    }
}

/// <summary>A file that is not what was archived, until it is mended.</summary>
/// <param name="Code"><c>missing</c>, <c>differs</c> or <c>unreadable</c>.</param>
public sealed record DamageShape(string Source, string Day, string Place, string File, string Code, DateTimeOffset FoundAt);

/// <summary>A day of which the operator's command has not taken note.</summary>
public sealed record UntoldShape(string Source, string Day, string Message, DateTimeOffset NextAt);

/// <summary>How sealing, the second copy and the reading of everything stand.</summary>
/// <param name="Doing">What is being done now; null: nothing.</param>
/// <param name="CopiedDays">Of those whose frames are there: with a verified copy of their newest revision.</param>
/// <param name="Copy">Root of the second copy; null: none is made.</param>
/// <param name="CopyFailure">Why it is behind; null: it is not.</param>
/// <param name="ScrubFraction">How much of this round of reading everything is done, 0 to 1.</param>
/// <param name="Damage">The first hundred files that are not what they were.</param>
public sealed record ArchiveShape(
    string? Doing, DateTimeOffset? LastRoundAt, long SealedDays, long CopiedDays, string? Copy, string? CopyFailure, int ScrubRound, double ScrubFraction, DateTimeOffset? ScrubBeganAt,
    IReadOnlyList<DamageShape> Damage, IReadOnlyList<UntoldShape> Untold, IReadOnlyList<ArchiveWorkShape> Work);

/// <param name="CopiedAt">When the second copy of this revision was verified last; null: it is not.</param>
/// <param name="ToldAt">When the operator's command took note; null: not yet, or there is none.</param>
/// <param name="Damaged">How many of its files are not what they were.</param>
public sealed record SealShape(string Day, int Revision, long Frames, long Bytes, DateTimeOffset SealedAt, DateTimeOffset? CopiedAt, DateTimeOffset? ToldAt, DateTimeOffset? DeletedAt, int Damaged);

public sealed record SealListShape(IReadOnlyList<SealShape> Seals);

/// <summary>What rebuilding the index came to.</summary>
/// <param name="Kept">Sealed days whose rows were right already.</param>
/// <param name="Unusable">Files that are named like frames and are no whole pictures: left alone.</param>
public sealed record ReindexShape(int Sources, int SealedDays, int DeletedDays, int Copies, long Frames, long Adopted, int Kept, IReadOnlyList<string> Unusable);
