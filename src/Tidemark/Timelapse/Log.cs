using Microsoft.Extensions.Logging;

namespace Tidemark.Timelapse;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Making timelapses broke; it goes on")]
    public static partial void RunnerBroke(ILogger logger, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "Timelapse {Timelapse} failed: {Failure}")]
    public static partial void Failed(ILogger logger, Guid timelapse, string failure);
}
