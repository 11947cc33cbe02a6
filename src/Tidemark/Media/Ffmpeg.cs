namespace Tidemark.Media;

/// <summary>Where an ffmpeg run is.</summary>
/// <param name="Frames">Video frames written so far.</param>
/// <param name="OutTime">Media time written so far.</param>
/// <param name="Speed">Media seconds a second; null where not known yet.</param>
public sealed record FfmpegProgress(long Frames, TimeSpan OutTime, double? Speed);
