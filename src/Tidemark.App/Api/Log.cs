namespace Tidemark.App.Api;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Telling what happened broke; it goes on")]
    public static partial void TellingBroke(ILogger logger, Exception error);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} broke")]
    public static partial void RequestBroke(ILogger logger, string method, string path, Exception error);
}
