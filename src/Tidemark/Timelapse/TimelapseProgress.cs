namespace Tidemark.Timelapse;

/// <summary>What a rendering is doing.</summary>
public enum TimelapseStage
{
    Encoding,
    Verifying,
}

/// <summary>Where a rendering is.</summary>
/// <param name="Stage">Stages come in order.</param>
/// <param name="Frames">Frames done in this stage; never falls within it.</param>
/// <param name="Total">Frames of the timelapse.</param>
/// <param name="Fraction">0 to 1 over all stages; never falls, and ends at 1.</param>
/// <param name="SecondsLeft">Estimated from the rate so far; null while there is none.</param>
public sealed record TimelapseProgress(TimelapseStage Stage, int Frames, int Total, double Fraction, double? SecondsLeft);

/// <summary>Turns counts of frames into progress over both stages.</summary>
internal sealed class ProgressEstimate(int total, IProgress<TimelapseProgress>? listener, TimeProvider time)
{
    // Decoding takes about a tenth of what encoding does.
    private const double EncodingShare = 0.9;

    private readonly long began = time.GetTimestamp();
    private TimelapseStage stage = TimelapseStage.Encoding;
    private int most = -1;

    internal void Report(TimelapseStage now, long frames)
    {
        var done = (int)Math.Clamp(frames, 0, total);
        if (now == stage && done <= most)
        {
            return;
        }

        (stage, most) = (now, done);
        var part = (double)done / total;
        var fraction = now == TimelapseStage.Encoding ? part * EncodingShare : EncodingShare + (part * (1 - EncodingShare));
        var elapsed = time.GetElapsedTime(began).TotalSeconds;
        var left = fraction >= 1 ? 0 : fraction > 0.01 && elapsed > 0 ? Math.Round(elapsed * (1 - fraction) / fraction, 1) : (double?)null;
        listener?.Report(new TimelapseProgress(now, done, total, fraction >= 1 ? 1 : fraction, left));
    }
}
