using System.Text.RegularExpressions;
using Tidemark.Jobs;

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
public sealed partial record TimelapseProgress(TimelapseStage Stage, int Frames, int Total, double Fraction, double? SecondsLeft)
{
    /// <summary>For people, and for <see cref="Read"/>: <c>encoding, 12 of 60 frames</c>.</summary>
    public string Note => $"{(Stage == TimelapseStage.Verifying ? "verifying" : "encoding")}, {Frames} of {Total} frames";

    /// <summary>What a task's progress says, by its note; null where it says nothing of the kind.</summary>
    public static TimelapseProgress? Read(TaskProgress? progress)
    {
        var match = Noted().Match(progress?.Note ?? "");
        return match.Success && int.TryParse(match.Groups["frames"].ValueSpan, out var frames) && int.TryParse(match.Groups["total"].ValueSpan, out var total)
            ? new TimelapseProgress(match.Groups["stage"].Value == "verifying" ? TimelapseStage.Verifying : TimelapseStage.Encoding, frames, total, progress!.Fraction ?? 0, progress.SecondsLeft)
            : null;
    }

    [GeneratedRegex(@"\A(?<stage>encoding|verifying), (?<frames>[0-9]{1,9}) of (?<total>[0-9]{1,9}) frames\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Noted();
}

/// <summary>Turns counts of frames into progress over both stages.</summary>
internal sealed class ProgressEstimate(int total, IProgress<TimelapseProgress>? listener, TimeProvider time)
{
    // Decoding takes about a tenth of what encoding does.
    private const double EncodingShare = 0.9;

    private readonly long began = time.GetTimestamp();
    private TimelapseStage stage = TimelapseStage.Encoding;
    private int most = -1;

    /// <summary>Says that it goes on, before there is anything to count.</summary>
    internal void Moved() => Report(stage, most);

    /// <summary>May be told the same again: whoever listens hears it each time.</summary>
    internal void Report(TimelapseStage now, long frames)
    {
        var done = Math.Max((int)Math.Clamp(frames, 0, total), now == stage ? most : 0);
        (stage, most) = (now, done);
        var part = (double)done / total;
        var fraction = now == TimelapseStage.Encoding ? part * EncodingShare : EncodingShare + (part * (1 - EncodingShare));
        var elapsed = time.GetElapsedTime(began).TotalSeconds;
        var left = fraction >= 1 ? 0 : fraction > 0.01 && elapsed > 0 ? Math.Round(elapsed * (1 - fraction) / fraction, 1) : (double?)null;
        listener?.Report(new TimelapseProgress(now, done, total, fraction >= 1 ? 1 : fraction, left));
    }
}
