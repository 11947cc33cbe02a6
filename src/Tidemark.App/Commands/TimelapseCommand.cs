using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary>Asks the node for a timelapse, shows how far it is, and fetches the video into a file here.</summary>
internal static class TimelapseCommand
{
    private static readonly Option<string> From = new("--from") { Description = $"Start of the range: {TimeArgument.Forms}", HelpName = "TIME", DefaultValueFactory = _ => "24h" };
    private static readonly Option<string> To = new("--to") { Description = "End of the range, not in it", HelpName = "TIME", DefaultValueFactory = _ => "now" };
    private static readonly Option<FileInfo> File = new("--output", "-o") { Description = "Where the video goes; it appears there whole or not at all", HelpName = "FILE", Required = true };

    // A hung node must not hold back who leaves.
    private static readonly TimeSpan CallOffWithin = TimeSpan.FromSeconds(3);

    public static Command Make()
    {
        var command = new Command("timelapse", "Makes a video of a source's frames, of two side by side, or of four as quads") { TimelapseOptions.Sources, From, To };
        TimelapseOptions.Look.ForEach(command.Options.Add);
        command.Options.Add(File);
        command.Runs(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, NodeClient client, Output output, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (!TimeArgument.Parse("--from", parsed.GetValue(From)!, now).TryGet(out var start, out var failure) || !TimeArgument.Parse("--to", parsed.GetValue(To)!, now).TryGet(out var end, out failure))
        {
            return output.Fail(failure);
        }

        var target = parsed.GetValue(File)!;
        if (Unwritable(target) is { } unwritable)
        {
            return output.Fail(unwritable);
        }

        if (!(await TimelapseOptions.LookAsync(parsed, FormatOf(target), client, cancellation)).TryGet(out var look, out failure))
        {
            return output.Fail(failure);
        }

        if (!(await client.PostAsync("api/v1/timelapses", NodeClient.Body(look.Over(start, end), ApiJson.Default.TimelapseRequestShape), ApiJson.Default.TimelapseShape, cancellation)).TryGet(out var run, out failure))
        {
            return output.Fail(failure);
        }

        if (!(await FollowAsync(run, client, output, cancellation)).TryGet(out run, out failure))
        {
            return output.Fail(failure);
        }

        if (run.Asset is not { } made)
        {
            return output.Fail(run.Failure is { } why
                ? new Failure(Enum.TryParse<FailureKind>(why.Kind, ignoreCase: true, out var kind) ? kind : FailureKind.Infrastructure, why.Code, why.Message, why.Mend)
                : new Failure(FailureKind.Cancelled, "cancelled", "Somebody called this timelapse off."));
        }

        if (await FetchAsync(made, target, client, cancellation) is { } unfetched)
        {
            return output.Fail(unfetched);
        }

        foreach (var unusable in run.LeftOut)
        {
            output.Note($"tidemark: left out: {unusable}");
        }

        output.Result(run, ApiJson.Default.TimelapseShape, words => words.Line(
            $"{target} – {made.Frames} frames, {made.Width}×{made.Height}, {made.DurationMs / 1000.0:0.0} s, {Units.Size(made.Bytes)}"));
        return ExitCodes.Done;
    }

    private static string FormatOf(FileInfo target) => target.Extension.ToLowerInvariant() switch { ".webm" => "webm", ".gif" => "gif", _ => "mp4" };

    // Before the work is asked for: what cannot be kept need not be made.
    private static Failure? Unwritable(FileInfo target)
    {
        if (Directory.Exists(target.FullName))
        {
            return new Failure(FailureKind.BadInput, "output", $"{target} is a folder.", $"Name a file in it: -o {Path.Combine(target.ToString(), "timelapse.mp4")}");
        }

        if (target.Directory is not { Exists: true })
        {
            return new Failure(FailureKind.BadInput, "output", $"There is no folder {target.DirectoryName} for {target.Name}.", "Make it first, or name another.");
        }

        try
        {
            using var probe = new FileStream(Temporary(target, Guid.Empty), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var failure = DiskFailures.Map(error);
            return failure with { Kind = failure.Kind == FailureKind.Resource ? failure.Kind : FailureKind.BadInput, Message = $"{target} cannot be written: {failure.Message}" };
        }
    }

    // In the same folder, so that giving it the final name is one step.
    private static string Temporary(FileInfo target, Guid id) => Path.Combine(target.DirectoryName!, $".{target.Name}.{id:N}.part");

    // A person who leaves (Ctrl-C) does not want the work done any more.
    private static async Task<Result<TimelapseShape>> FollowAsync(TimelapseShape run, NodeClient client, Output output, CancellationToken cancellation)
    {
        var id = run.Id;
        var lost = new Failure(FailureKind.Unreachable, "connection_lost", $"The node does not answer any more. It works on timelapse {id}, also after a new start.", $"See how it goes on the page (tidemark page, 'Timelapses'), or at /api/v1/timelapses/{id}.");
        try
        {
            using var bar = new ProgressBar("timelapse");
            string? trouble = null;
            while (run.State is "queued" or "running")
            {
                if (run.State == "queued" && trouble is null && (trouble = await TroubleAsync(id, client, cancellation)) is not null)
                {
                    output.Note($"tidemark: it waits. {trouble} Ctrl-C calls it off.");
                }

                bar.Show(run.State == "queued" ? "waiting" : run.Progress?.Stage ?? "preparing", run.Progress?.Fraction ?? 0, run.Progress is { } at ? $"{at.Frames}/{at.Total} frames" : "", run.Progress?.SecondsLeft);
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
                if (!(await client.GetAsync($"api/v1/timelapses/{id}", ApiJson.Default.TimelapseShape, cancellation)).TryGet(out run!, out var failure))
                {
                    return failure.Kind == FailureKind.Unreachable ? lost : failure;
                }
            }

            return run;
        }
        catch (Exception error) when (error is HttpRequestException or HttpIOException)
        {
            return lost;
        }
        catch (OperationCanceledException)
        {
            if (!await CallOffAsync(id, client))
            {
                output.Note($"tidemark: the node was not reached to call timelapse {id} off; it may still be made.");
            }

            throw;
        }
    }

    // Nobody should have to look elsewhere for why nothing moves.
    private static async Task<string?> TroubleAsync(Guid id, NodeClient client, CancellationToken cancellation)
    {
        if (!(await client.GetAsync($"api/v1/jobs/{id}", ApiJson.Default.JobDetailShape, cancellation)).TryGet(out var job, out _) || job.Trouble is not { } trouble)
        {
            return null;
        }

        return trouble.Contains("tool:ffmpeg", StringComparison.Ordinal) ? $"{trouble} There: sudo apt-get install ffmpeg, then start the node again." : trouble;
    }

    private static async Task<bool> CallOffAsync(Guid id, NodeClient client)
    {
        using var limit = new CancellationTokenSource(CallOffWithin, TimeProvider.System);
        try
        {
            // Refused: it has ended by itself in the meantime.
            return (await client.PostAsync($"api/v1/timelapses/{id}/cancel", null, ApiJson.Default.TimelapseShape, limit.Token)).Failure is not { Kind: FailureKind.Unreachable };
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or HttpIOException)
        {
            return false;
        }
    }

    private static async Task<Failure?> FetchAsync(AssetShape made, FileInfo target, NodeClient client, CancellationToken cancellation)
    {
        var temporary = Temporary(target, made.Id);
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                if (await client.DownloadAsync(made.Url.TrimStart('/'), stream, cancellation) is { } failure)
                {
                    return failure;
                }
            }

            DurableFile.Replace(temporary, target.FullName);
            return null;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not HttpIOException)
        {
            var failure = DiskFailures.Map(error);
            return failure with { Message = $"{target} cannot be written: {failure.Message}" };
        }
        finally
        {
            try
            {
                System.IO.File.Delete(temporary);
            }
            catch (UnauthorizedAccessException)
            {
                // It could not be made in the first place.
            }
        }
    }
}
