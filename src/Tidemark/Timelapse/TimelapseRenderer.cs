using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>What a rendering is doing.</summary>
public enum TimelapseStage
{
    Encoding,
    Verifying,
}

/// <summary>Where a rendering is.</summary>
/// <param name="Stage">Stages come in order.</param>
/// <param name="Frames">Frames done in this stage.</param>
/// <param name="Total">Frames of the timelapse.</param>
/// <param name="Fraction">0 to 1 over all stages; never falls.</param>
/// <param name="SecondsLeft">Estimated from the rate so far; null while there is none.</param>
public sealed record TimelapseProgress(TimelapseStage Stage, int Frames, int Total, double Fraction, double? SecondsLeft);

/// <summary>Makes a plan into a video.</summary>
public sealed class TimelapseRenderer(MediaTools tools)
{
    /// <summary>
    /// Encodes, verifies by decoding (M4) and puts the video in place in one step: at <paramref name="outputPath"/> there is
    /// the whole, verified, synced video or what was there before; no temporary outlives the call. Replaces a file of that name.
    /// Being cancelled is a failure of kind <see cref="FailureKind.Cancelled"/>, no exception.
    /// </summary>
    public Task<Result<VideoFacts>> RenderAsync(TimelapsePlan plan, string outputPath, IProgress<TimelapseProgress>? progress, CancellationToken cancel) =>
        throw new NotSupportedException(tools.ScratchRoot);
}
