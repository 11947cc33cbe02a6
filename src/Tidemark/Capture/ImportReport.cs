namespace Tidemark.Capture;

/// <summary>What is to be imported.</summary>
/// <param name="Folder">Absolute, on the node's machine.</param>
/// <param name="Source">The source that its frames become frames of.</param>
/// <param name="Pattern">One of <see cref="ImportPattern.All"/>; null: the one that most names fit.</param>
/// <param name="Zone">Of local times, an IANA name or <c>UTC</c>; null: names that do not say their zone are refused.</param>
/// <param name="Link">True: hard links instead of copies, where both lie on one file system.</param>
/// <param name="DryRun">True: everything is read and judged, and nothing is written.</param>
public sealed record ImportRequest(string Folder, string Source, string? Pattern = null, string? Zone = null, bool Link = false, bool DryRun = false);

/// <summary>A file that was left where it is.</summary>
/// <param name="File">Relative to the tree.</param>
/// <param name="Code">
/// <c>no_time</c>, <c>no_zone</c>, <c>future</c>, <c>not_jpeg</c> (or the picture's own fault), <c>too_large</c>, <c>conflict</c>, <c>let_go</c>,
/// <c>sum_mismatch</c>, <c>sum_missing</c>, <c>sums</c>, <c>link</c>, <c>unreadable</c>, <c>crop_without_frame</c>.
/// </param>
public sealed record ImportLeft(string File, string Code, string Message);

/// <summary>How many of the names a pattern fits.</summary>
public sealed record ImportShare(ImportPattern Pattern, int Files);

/// <param name="Done">Files looked at, of <paramref name="Files"/>; 0 of 0 while the tree is being walked.</param>
/// <param name="SecondsLeft">Null where that is not known yet.</param>
public sealed record ImportProgress(int Done, int Files, long DoneBytes, long Bytes, double? SecondsLeft);

/// <summary>What became of an import.</summary>
/// <param name="Pattern">By which names were read; null where none fits.</param>
/// <param name="Shares">All patterns that fit any name, the most first.</param>
/// <param name="Imported">Frames that are in the archive now and were not before; in a dry run, that would be.</param>
/// <param name="Skipped">Frames and crops that were there already, with the same bytes.</param>
/// <param name="Crops">Crops that were taken along.</param>
/// <param name="Ambiguous">Frames whose local time came twice or not at all; they are marked.</param>
/// <param name="Left">What was left, at most <see cref="MostNamed"/> of them.</param>
/// <param name="LeftCount">How many were left.</param>
/// <param name="First">The first and the last instant of what was imported.</param>
/// <param name="Notes">What a person should know.</param>
/// <param name="Ended">Null: it went to the end. Else why not; what was imported by then stays, and a further import goes on from there.</param>
public sealed record ImportReport(
    ImportRequest Request, ImportPattern? Pattern, IReadOnlyList<ImportShare> Shares, int Files, int Imported, long ImportedBytes, int Skipped, int Crops, int Ambiguous,
    IReadOnlyList<ImportLeft> Left, int LeftCount, DateTimeOffset? First, DateTimeOffset? Last, IReadOnlyList<string> Notes, Failure? Ended)
{
    public const int MostNamed = 10_000;
}
