using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.Archive;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark archive reindex</c>: only while no node runs, since it makes the rows that a node goes by.</summary>
internal static class ArchiveReindexCommand
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    public static Command Make()
    {
        var command = new Command("reindex", "Makes the index anew from files and manifests, into an empty or a damaged database, while no node runs; may be cut off and run again");
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = GlobalOptions.Output(parsed);
            var reading = GlobalOptions.ReadConfig(parsed);
            if (reading.Config is not { } config)
            {
                return GlobalOptions.Complain(output, reading);
            }

            if (!(await OfflineArchive.OpenAsync(config, cancellation)).TryGet(out var archive, out var failure))
            {
                return output.Fail(failure);
            }

            await using (archive)
            {
                // A copy that is away is known again when this is run once more.
                var copy = archive.Copy.Place is { } place && place.Open().Failure is null ? place : null;
                var progress = new ArchiveProgress();
                var running = archive.Reindex.RunAsync(archive.Slots.RestoreAsync, copy, progress, cancellation);
                using (var bar = new ProgressBar("reindex"))
                {
                    while (await Task.WhenAny(running, Task.Delay(Glance, TimeProvider.System, cancellation)) != running && !cancellation.IsCancellationRequested)
                    {
                        bar.Show(progress.Stage, 0, $"{progress.Files} frames", null);
                    }
                }

                var done = await running;
                output.Result(
                    new ReindexShape(done.Sources, done.SealedDays, done.DeletedDays, done.Copies, done.Frames, done.Adopted, done.Kept, done.Unusable), ApiJson.Default.ReindexShape,
                    words =>
                    {
                        foreach (var file in done.Unusable)
                        {
                            words.Line($"left  {file} is no whole picture, or cannot be read.");
                        }

                        words.Line($"{done.Frames} frames of {done.Sources} sources: {done.SealedDays} sealed days ({done.Kept} were right, {done.DeletedDays} let go, {done.Copies} of these with a copy that is right), {done.Adopted} frames from files alone.");
                    });
                return ExitCodes.Done;
            }
        });
        return command;
    }
}
