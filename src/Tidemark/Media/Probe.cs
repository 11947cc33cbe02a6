namespace Tidemark.Media;

/// <summary>Asks ffprobe and ffmpeg what a file is.</summary>
public sealed class Probe(MediaTools tools)
{
    /// <summary>Facts from the headers. BadInput where it is no video of a format that we open.</summary>
    public Task<Result<VideoFacts>> ProbeAsync(string path, CancellationToken cancel) => throw new NotSupportedException(tools.ScratchRoot);

    /// <summary>Decodes the first video stream wholly and counts (M4); a stream that does not decode cleanly is BadInput.</summary>
    public Task<Result<long>> CountFramesAsync(string path, IProgress<FfmpegProgress>? progress, CancellationToken cancel) => throw new NotSupportedException();
}
