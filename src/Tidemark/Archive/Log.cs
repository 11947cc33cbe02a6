using Microsoft.Extensions.Logging;

namespace Tidemark.Archive;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Failure}")]
    public static partial void DiskShort(ILogger logger, string failure);

    [LoggerMessage(2, LogLevel.Warning, "The disk under {Folder} has space again: {Free} MiB are free; all goes on")]
    public static partial void DiskHasSpace(ILogger logger, string folder, long free);

    [LoggerMessage(3, LogLevel.Error, "How full the disk is cannot be found out: {Reason}")]
    public static partial void DiskUnknown(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The hold on {Source} for {Reason} was not released; it ends by itself: {Failure}")]
    public static partial void HoldNotReleased(ILogger logger, string source, string reason, string failure);

    [LoggerMessage(5, LogLevel.Warning, "The hold on {Source} for {Reason} cannot be renewed now: {Failure}")]
    public static partial void HoldNotRenewed(ILogger logger, string source, string reason, string failure);

    [LoggerMessage(6, LogLevel.Information, "{Source} {Day}: {Frames} frames, {Bytes} bytes let go by {Rule}")]
    public static partial void DayLetGo(ILogger logger, string source, string day, long frames, long bytes, string rule);

    [LoggerMessage(7, LogLevel.Error, "Retention broke; it is tried again at its next turn: {Failure}")]
    public static partial void RetentionFailed(ILogger logger, string failure);

    [LoggerMessage(8, LogLevel.Warning, "Retention cannot make enough room: {Reason}")]
    public static partial void RetentionShort(ILogger logger, string reason);
}
