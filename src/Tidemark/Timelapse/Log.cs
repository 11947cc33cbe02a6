using Microsoft.Extensions.Logging;

namespace Tidemark.Timelapse;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A frame is left out of {Stretch}: {Reason}")]
    internal static partial void FrameLeftOut(ILogger logger, string stretch, string reason);
}
