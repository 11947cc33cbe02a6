using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// A line <c>TIME TEMPORARY => FINAL</c> for each frame, kept in <c>logs/capture-YYYY-MM-DD.log</c> (UTC days). It is for
/// people; nothing depends on it, so a disk that is full loses lines and not frames.
/// </summary>
public sealed class CaptureLog(DataFolder folder, FrameArchive archive, TimeProvider time, ILogger<CaptureLog> logger)
{
    private readonly Lock gate = new();

    public void Write(Frame frame, string temporary)
    {
        var final = archive.PathOf(frame);
        Log.Captured(logger, temporary, final);
        var now = time.GetUtcNow();
        try
        {
            lock (gate)
            {
                File.AppendAllText(Path.Combine(folder.Logs, $"capture-{Rfc3339.Day(now)}.log"), $"{Rfc3339.Format(now)} {temporary} => {final}\n");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.CaptureLogFailed(logger, error.Message);
        }
    }
}
