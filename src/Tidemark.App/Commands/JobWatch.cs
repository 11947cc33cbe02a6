using System.CommandLine;
using Tidemark.App.Api;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark job watch</c>: follows a job to its end, also while its node is started anew.</summary>
internal static class JobWatch
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // A node that is updated, or a machine that is started anew, is back by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Command Make()
    {
        var id = JobCommand.Id();
        var command = new Command("watch", "Follows a job; ends with 0 when it is done, with 1 when it has failed or was called off") { id };
        command.Runs((parsed, client, output, cancellation) => RunAsync(parsed.GetValue(id), client, output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Guid id, NodeClient client, Output output, CancellationToken cancellation)
    {
        var watch = new Watch(id, client, output);
        var time = TimeProvider.System;
        using var bar = new ProgressBar("job");
        long? goneSince = null;
        while (true)
        {
            var looked = await LookAsync(watch, bar, cancellation);
            if (looked.TryGet(out var job, out var failure))
            {
                if (goneSince is not null)
                {
                    bar.Clear();
                    output.Note("tidemark: the node is back.");
                    goneSince = null;
                }

                if (job.EndedAt is not null)
                {
                    bar.Clear();
                    output.Result(job, ApiJson.Default.JobDetailShape, words => Say(job, words));
                    return job.State == "done" ? ExitCodes.Done : ExitCodes.Failed;
                }
            }
            else if (failure.Kind is not (FailureKind.Unreachable or FailureKind.Infrastructure) || !watch.Seen)
            {
                bar.Clear();
                return output.Fail(failure);
            }
            else if (goneSince is null)
            {
                bar.Clear();
                goneSince = time.GetTimestamp();
                output.Note("tidemark: the node does not answer; the job is kept. Waiting for it …");
            }
            else if (time.GetElapsedTime(goneSince.Value) > Patience)
            {
                return output.Fail(failure);
            }

            await Task.Delay(LookEvery, time, cancellation);
        }
    }

    private static async Task<Result<JobDetailShape>> LookAsync(Watch watch, ProgressBar bar, CancellationToken cancellation)
    {
        try
        {
            return await watch.LookAsync(bar, cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or HttpIOException)
        {
            return new Failure(FailureKind.Unreachable, "connection_lost", "The connection to the node was lost.", "Check whether it still runs: tidemark doctor");
        }
    }

    private static void Say(JobDetailShape job, Output words)
    {
        words.Line($"{JobWords.State(job.State)}: {job.Title}{JobWords.AndTook(job.EndedAt - job.StartedAt)} ({JobWords.Counts(job.Counts)})");
        if (job.Failure is { } failure)
        {
            JobWords.Failure(failure, words, "  ");
        }
    }

    private sealed class Watch(Guid id, NodeClient client, Output output)
    {
        private int after;

        public bool Seen { get; private set; }

        public async Task<Result<JobDetailShape>> LookAsync(ProgressBar bar, CancellationToken cancellation)
        {
            // The job first: its end is in a track that is read after it.
            if (!(await client.GetAsync($"api/v1/jobs/{id}", ApiJson.Default.JobDetailShape, cancellation)).TryGet(out var job, out var failure))
            {
                return failure;
            }

            Seen = true;
            while (true)
            {
                if (!(await client.GetAsync($"api/v1/jobs/{id}/track?after={after}&limit=1000", ApiJson.Default.JobTrackShape, cancellation)).TryGet(out var track, out failure))
                {
                    return failure;
                }

                if (track.Events.Count == 0)
                {
                    break;
                }

                bar.Clear();
                foreach (var one in track.Events)
                {
                    Tell(JobWords.Event(one));
                }

                after = track.Events[^1].Number;
            }

            if (job.EndedAt is null)
            {
                var counts = job.Counts.Total > 1 ? $"{job.Counts.Done}/{job.Counts.Total} tasks" : job.Progress?.Note ?? "";
                bar.Show(job.Trouble ?? job.State, job.Progress?.Fraction ?? 0, counts, job.Progress?.SecondsLeft);
            }

            return job;
        }

        // With --json standard output is one document.
        private void Tell(string line)
        {
            if (output.Json)
            {
                output.Note(line);
            }
            else
            {
                output.Line(line);
            }
        }
    }
}
