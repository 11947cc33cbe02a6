using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;

namespace Tidemark.App.Api;

/// <summary>What has stopped because the disk fills; all goes on by itself when there is space.</summary>
/// <param name="Level"><c>fine</c>, <c>low</c> (what can wait has stopped), <c>full</c> (new frames too) or <c>journalOnly</c>.</param>
/// <param name="Message">For people; null where all is fine. <paramref name="Mend"/>: what to do.</param>
public sealed record DiskLevelShape(string Level, string Folder, long FreeBytes, string? Message, string? Mend)
{
    public static DiskLevelShape Of(DiskState state) => new(state.Level.Word(), state.Folder, state.Free, state.Failure?.Message, state.Failure?.Mend);
}

/// <summary>Something that a person should see to.</summary>
public sealed record WarningShape(string Code, string Message, string? Mend)
{
    public static IReadOnlyList<WarningShape> Of(NodeConfig config) =>
        TemporaryFolder.Warning(config.Data.Archive) is { } failure ? [new WarningShape(failure.Code, failure.Message, failure.Mend)] : [];
}

/// <param name="PerDay7Bytes">On average over the last seven whole UTC days; null for a source that has brought nothing yet.</param>
/// <param name="PerYearBytes">At the rate of the last thirty days.</param>
/// <param name="KeepDays">What it keeps at most, like <paramref name="KeepBytes"/>; null: for ever.</param>
public sealed record SourceUsageShape(string Source, long Frames, long Bytes, long PerDay7Bytes, long PerDay30Bytes, long PerYearBytes, string? FirstDay, int? KeepDays, long? KeepBytes);

/// <summary>What came in on a UTC day, of all sources; also what was let go since.</summary>
public sealed record DayIntakeShape(string Day, long Frames, long Bytes);

/// <param name="FullAt">When the disk is full at the rate of the last thirty days; null: not within a century.</param>
/// <param name="KeptLevelBy">What keeps it from filling: <c>keepDays</c>, <c>keepBytes</c>, <c>archive.most</c>, <c>archive.keepFree</c>, <c>nothing comes in</c>, or null.</param>
public sealed record UsageForecastShape(long PerDayBytes, long PerYearBytes, DateTimeOffset? FullAt, string? KeptLevelBy);

/// <summary>What the archive uses, in bytes.</summary>
/// <param name="FrameBytes">Of all frames that are there.</param>
/// <param name="IncomingBytes">On its way, on this node.</param>
/// <param name="LetGoBytes">What rules have let go so far.</param>
/// <param name="Days">The last thirty days and today, oldest first.</param>
public sealed record UsageShape(
    long FreeBytes, long TotalBytes, long FrameBytes, long AssetBytes, long QuarantineBytes, long IncomingBytes, long LetGoBytes,
    IReadOnlyList<SourceUsageShape> Sources, IReadOnlyList<DayIntakeShape> Days, UsageForecastShape Forecast)
{
    public static UsageShape Of(ArchiveUsage usage) => new(
        usage.Disk.Free, usage.Disk.Total, usage.Bytes, usage.Assets, usage.Quarantine, usage.Incoming, usage.LetGo,
        [.. usage.Sources.Select(one => new SourceUsageShape(one.Source, one.Frames, one.Bytes, one.PerDay7, one.PerDay30, one.PerYear, one.First is { } first ? Time.Rfc3339.Day(first) : null, one.Retention.Days, one.Retention.Bytes))],
        [.. usage.Days.Select(day => new DayIntakeShape(Time.Rfc3339.Day(day.Day), day.Frames, day.Bytes))],
        new UsageForecastShape(usage.Forecast.PerDay, usage.Forecast.PerDay * 365, usage.Forecast.FullAt, usage.Forecast.KeptLevelBy));
}

/// <param name="DryRun">True: nothing is changed.</param>
public sealed record RetentionRequest(bool DryRun = false);

/// <param name="Rule"><c>keepDays</c>, <c>keepBytes</c>, <c>archive.most</c> or <c>archive.keepFree</c>.</param>
/// <param name="Kept">Why it stays: <c>held</c>, <c>not_sealed</c> or <c>copies_missing</c>; null: it goes.</param>
public sealed record RetentionDayShape(string Source, string Day, long Frames, long Bytes, string Rule, string? Kept, string? Detail)
{
    public static RetentionDayShape Of(RetentionDay day) => new(day.Source, Time.Rfc3339.Day(day.Day), day.Frames, day.Bytes, day.Rule, day.Kept, day.Detail);
}

/// <param name="Source">Null where the rule is one for all.</param>
/// <param name="Bytes">How much too much there is still, with nothing left that may go.</param>
public sealed record RetentionShortfallShape(string Rule, string? Source, long Bytes);

/// <summary>What went, or would go, oldest first; and what a rule wants gone and stays.</summary>
public sealed record RetentionShape(bool DryRun, long Frames, long Bytes, IReadOnlyList<RetentionDayShape> Gone, IReadOnlyList<RetentionDayShape> Kept, IReadOnlyList<RetentionShortfallShape> Short)
{
    public static RetentionShape Of(RetentionPlan plan, bool dryRun) => new(
        dryRun, plan.Frames, plan.Bytes, [.. plan.Goes.Select(RetentionDayShape.Of)], [.. plan.Kept.Select(RetentionDayShape.Of)],
        [.. plan.Short.Select(one => new RetentionShortfallShape(one.Rule, one.Source, one.Bytes))]);
}

/// <summary>Something that is being read, and so not let go.</summary>
public sealed record HoldShape(Guid Id, string Source, DateTimeOffset From, DateTimeOffset To, DateTimeOffset Until, string Reason);

public sealed record HoldListShape(IReadOnlyList<HoldShape> Holds);

/// <param name="Folder">Absolute, on the node's machine.</param>
/// <param name="Pattern">How names say their time: <c>stamp</c>, <c>rfc3339</c>, <c>dashes</c>, <c>camera</c>, <c>digits</c>, <c>epoch</c>, <c>epoch-ms</c>, <c>date-folders</c>, <c>day-folder</c>; null: the one that most names fit.</param>
/// <param name="Zone">Of local times: an IANA name or UTC.</param>
/// <param name="Link">True: hard links, not copies.</param>
public sealed record ImportRequestShape(string Folder, string Source, string? Pattern = null, string? Zone = null, bool Link = false, bool DryRun = false);

public sealed record ImportLeftShape(string File, string Code, string Message);

public sealed record ImportShareShape(string Pattern, string Example, int Files);

public sealed record ImportReportShape(
    string? Pattern, IReadOnlyList<ImportShareShape> Shares, int Files, int Imported, long ImportedBytes, int Skipped, int Crops, int Ambiguous,
    int LeftCount, IReadOnlyList<ImportLeftShape> Left, DateTimeOffset? First, DateTimeOffset? Last, IReadOnlyList<string> Notes);

/// <param name="State"><c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Report">Null while it runs, and where it could not be begun.</param>
/// <param name="Failure">Why it was not begun, or ended early; what it had imported by then stays.</param>
public sealed record ImportShape(
    Guid Id, string State, string Folder, string Source, bool DryRun, DateTimeOffset StartedAt, int Done, int Files, long DoneBytes, long Bytes, double? SecondsLeft, ImportReportShape? Report, FailureShape? Failure)
{
    public static ImportShape Of(ImportState state)
    {
        var failure = state.Failure ?? state.Report?.Ended;
        return new ImportShape(state.Id, state.Running ? "running" : failure is null ? "done" : "failed", state.Request.Folder, state.Request.Source, state.Request.DryRun, state.StartedAt,
            state.Progress.Done, state.Progress.Files, state.Progress.DoneBytes, state.Progress.Bytes, state.Progress.SecondsLeft, Of(state.Report),
            failure is null ? null : new FailureShape(JsonNamingPolicyOf(failure.Kind), failure.Code, failure.Message, failure.Mend));
    }

    private static ImportReportShape? Of(ImportReport? report) => report is null ? null : new ImportReportShape(
        report.Pattern?.Id, [.. report.Shares.Select(share => new ImportShareShape(share.Pattern.Id, share.Pattern.Example, share.Files))], report.Files, report.Imported, report.ImportedBytes, report.Skipped,
        report.Crops, report.Ambiguous, report.LeftCount, [.. report.Left.Select(one => new ImportLeftShape(one.File, one.Code, one.Message))], report.First, report.Last, report.Notes);

    private static string JsonNamingPolicyOf(FailureKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
