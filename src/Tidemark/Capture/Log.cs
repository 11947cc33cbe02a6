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

    [LoggerMessage(5, LogLevel.Warning, "How the poll of {Source} ended cannot be kept: {Failure}")]
    public static partial void StatusNotKept(ILogger logger, string source, string failure);

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
}
