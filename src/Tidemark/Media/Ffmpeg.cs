namespace Tidemark.Media;

/// <summary>What ffmpeg shall do. Options and filter text are ours alone; what comes from outside are paths and numbers.</summary>
/// <param name="Inputs">In order.</param>
/// <param name="Options">Everything after the inputs but the output's own path.</param>
/// <param name="Output">The file to write: an absolute path, a name in the scratch folder, or <c>-</c> where nothing is kept.</param>
public sealed record FfmpegJob(IReadOnlyList<FfmpegInput> Inputs, IReadOnlyList<string> Options, string Output)
{
    /// <summary>A second output: its options, then its name in the scratch folder. Empty: there is none.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>Default <see cref="ToolLimits.Default"/>.</summary>
    public ToolLimits Limits { get; init; } = ToolLimits.Default;

    /// <summary>What is being done, for failures: "the timelapse", "clip.mp4".</summary>
    public required string Subject { get; init; }
}

/// <summary>Runs ffmpeg.</summary>
public sealed class Ffmpeg(MediaTools tools)
{
    /// <summary>
    /// Runs ffmpeg to its end in a scratch folder; gives the last progress. Everything that can go wrong comes as a failure
    /// (<see cref="FfmpegFailures"/>), being cancelled included; then the output is to be thrown away.
    /// </summary>
    public async Task<Result<FfmpegProgress>> RunAsync(FfmpegJob job, Scratch scratch, IProgress<FfmpegProgress>? progress, CancellationToken cancel)
    {
        if (tools.Find(MediaTool.Ffmpeg).Failed(out var missing))
        {
            return missing;
        }

        string[] arguments =
        [
            "-nostdin", "-hide_banner", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.2", "-y",
            .. job.Inputs.SelectMany(i => i.Arguments),
            .. job.Options,
            job.Output,
            .. job.Further,
        ];
        var reader = new ProgressReader(progress);
        var written = new FileMotion([.. job.Further.TakeLast(1).Append(job.Output).Select(scratch.PathOf)]);
        var command = new ToolCommand(tools.Find(MediaTool.Ffmpeg).Value, arguments, scratch.Folder)
        {
            Limits = job.Limits,
            // Whoever listens hears that it goes on, too.
            Moves = () =>
            {
                var moves = written.Seen();
                if (moves)
                {
                    progress?.Report(reader.Last);
                }

                return moves;
            },
        };
        var run = await Tool.RunAsync(command, tools.Time, reader.Read, cancel);
        if (run.Failed(out var failure))
        {
            return failure;
        }

        return FfmpegFailures.Explain(run.Value, "ffmpeg", job.Subject, job.Output) is { } said ? said : reader.Last;
    }
}
