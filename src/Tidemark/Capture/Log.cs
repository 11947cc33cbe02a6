using Microsoft.Extensions.Logging;

namespace Tidemark.Capture;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Poll of {Source} {Outcome} ({Failures} in a row): {Failure}")]
    public static partial void PollFailed(ILogger logger, string source, string outcome, int failures, string failure);

    [LoggerMessage(2, LogLevel.Error, "Poll of {Source} broke; it goes on at the next one")]
    public static partial void PollBroke(ILogger logger, string source, Exception error);

    [LoggerMessage(3, LogLevel.Debug, "{Temporary} => {Final}")]
    public static partial void Captured(ILogger logger, string temporary, string final);

    [LoggerMessage(4, LogLevel.Warning, "The list of captured frames cannot be written: {Reason}")]
    public static partial void CaptureLogFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Error, "Looking which sources there are broke; it goes on")]
    public static partial void ResyncBroke(ILogger logger, Exception error);

    [LoggerMessage(40, LogLevel.Warning, "{Source}: in quarantine as {File}: {Why}")]
    public static partial void Quarantined(ILogger logger, string source, string file, string why);

    [LoggerMessage(41, LogLevel.Warning, "{Source} sent {Most} pictures today that cannot be used; those that follow are not kept")]
    public static partial void NotQuarantined(ILogger logger, string source, int most);

    [LoggerMessage(42, LogLevel.Warning, "{Count} files in quarantine cannot be listed yet: {Reason}")]
    public static partial void QuarantineNotNoted(ILogger logger, int count, string reason);

    [LoggerMessage(43, LogLevel.Warning, "The note {File} of a file in quarantine cannot be read: {Reason}")]
    public static partial void NoteUnreadable(ILogger logger, string file, string reason);

    [LoggerMessage(44, LogLevel.Warning, "{Source}: {Condition}")]
    public static partial void ConditionBegan(ILogger logger, string source, string condition);

    [LoggerMessage(45, LogLevel.Information, "{Source}: over: {Code}")]
    public static partial void ConditionEnded(ILogger logger, string source, string code);

    [LoggerMessage(46, LogLevel.Warning, "What is the matter with {Source} cannot be noted: {Reason}")]
    public static partial void ConditionNotNoted(ILogger logger, string source, string reason);

    [LoggerMessage(47, LogLevel.Warning, "{Source}: no crop of {Frame}: {Failure}")]
    public static partial void CropFailed(ILogger logger, string source, string frame, string failure);

    [LoggerMessage(48, LogLevel.Error, "Cropping broke; it goes on")]
    public static partial void CroppingBroke(ILogger logger, Exception error);

    [LoggerMessage(49, LogLevel.Warning, "What is known of {Source} cannot be kept: {Reason}")]
    public static partial void StateNotKept(ILogger logger, string source, string reason);

    [LoggerMessage(7, LogLevel.Information, "Cut {Bytes} bytes off the end of {File}: a crash came while they were written")]
    public static partial void JournalCut(ILogger logger, long bytes, string file);

    [LoggerMessage(8, LogLevel.Error, "{Bytes} bytes of the journal {File} at {Offset} are damaged; they are set aside and what follows is read on: {Aside}")]
    public static partial void JournalDamaged(ILogger logger, int bytes, string file, long offset, string aside);

    [LoggerMessage(9, LogLevel.Error, "The journal in {Folder} cannot be written: {Reason}")]
    public static partial void JournalFailed(ILogger logger, string folder, string reason);

    [LoggerMessage(10, LogLevel.Warning, "What was captured cannot be brought into the database; capture goes on, and it is tried again: {Failure}")]
    public static partial void ShippingStopped(ILogger logger, string failure);

    [LoggerMessage(11, LogLevel.Information, "What was captured is brought into the database again")]
    public static partial void ShippingGoesOn(ILogger logger);

    [LoggerMessage(12, LogLevel.Error, "The database does not take a record of {Source}, and never will; it stays in the journal: {Reason}")]
    public static partial void RecordRefused(ILogger logger, string source, string reason);

    [LoggerMessage(13, LogLevel.Error, "Shipping the journal broke; it goes on")]
    public static partial void ShippingBroke(ILogger logger, Exception error);

    [LoggerMessage(14, LogLevel.Warning, "How a slot of {Source} ended cannot be kept: {Failure}")]
    public static partial void SlotNotKept(ILogger logger, string source, string failure);
}
