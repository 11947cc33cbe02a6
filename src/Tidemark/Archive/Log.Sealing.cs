using Microsoft.Extensions.Logging;

namespace Tidemark.Archive;

internal static partial class Log
{
    [LoggerMessage(31, LogLevel.Error, "{File} is not what was archived: {Code}. 'tidemark archive verify' mends it from the second copy, where there is one.")]
    public static partial void Damaged(ILogger logger, string file, string code);

    [LoggerMessage(32, LogLevel.Warning, "{File} is named like a frame, has no row, and is no whole picture: it is left alone, and is in no manifest.")]
    public static partial void NotAPicture(ILogger logger, string file);

    [LoggerMessage(33, LogLevel.Information, "Sealed {Source} on {Day}: revision {Revision}.")]
    public static partial void Sealed(ILogger logger, string source, string day, int revision);

    [LoggerMessage(34, LogLevel.Warning, "{What} of {Source} on {Day} did not work, and is tried again: {Failure}")]
    public static partial void DayFailed(ILogger logger, string what, string source, string day, string failure);

    [LoggerMessage(35, LogLevel.Warning, "{What} did not work, and is tried again: {Failure}")]
    public static partial void RoundFailed(ILogger logger, string what, string failure);

    [LoggerMessage(36, LogLevel.Information, "Mended {File} from the other copy; what was there lies under damaged/.")]
    public static partial void Mended(ILogger logger, string file);

    [LoggerMessage(38, LogLevel.Information, "The command after sealing took note of {Source} on {Day}, revision {Revision}.")]
    public static partial void Told(ILogger logger, string source, string day, int revision);

    [LoggerMessage(39, LogLevel.Error, "{What} broke; it goes on at the next round")]
    public static partial void RoundBroke(ILogger logger, string what, Exception error);
}
