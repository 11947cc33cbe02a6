using System.Text.Json;

namespace Tidemark.Simulator.Demo;

/// <summary>What was done, for programs: <c>report.json</c>.</summary>
internal sealed record DemoReport(DemoReport.FrameCounts Frames, DemoReport.Video Timelapse, long ElapsedMs)
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public Task WriteAsync(string path, CancellationToken cancellation) => File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Shape) + "\n", cancellation);

    /// <param name="Captured">Of all sources together.</param>
    /// <param name="Sources">How many.</param>
    internal sealed record FrameCounts(int Captured, int Sources);

    /// <summary>Lengths in frames and milliseconds, sizes in pixels.</summary>
    internal sealed record Video(string Path, int Frames, int Width, int Height, long DurationMs)
    {
        /// <summary>From the API's asset.</summary>
        public static Video Of(string path, JsonElement asset) => new(
            path, asset.GetProperty("frames").GetInt32(), asset.GetProperty("width").GetInt32(), asset.GetProperty("height").GetInt32(), asset.GetProperty("durationMs").GetInt64());
    }
}
