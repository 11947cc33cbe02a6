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
}
