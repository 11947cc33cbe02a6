using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Tidemark.App.Api;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark job list|show|watch|retry|cancel</c></summary>
internal static class JobCommand
{
    private const int Page = 200;
    private const int MostEvents = 1000;
    private const int UnknownWidth = 160;

    public static Command Make() => new("job", "What is being done and what became of it: list, show, watch, retry, cancel") { List(), Show(), JobWatch.Make(), Retry(), Cancel() };

    internal static Argument<Guid> Id() => Parsing.Id("job list");

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "Only jobs in this state: waiting, ready, running, done, failed, cancelled", HelpName = "STATE" };
        var kind = new Option<string?>("--kind") { Description = "Only jobs of this kind, e.g. timelapse", HelpName = "KIND" };
        var limit = Parsing.Whole("--limit", "At most so many", 50);
        var command = new Command("list", "Lists jobs, newest first") { state, kind, limit };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var wanted = parsed.GetValue(limit);
            if (wanted < 1)
            {
                return output.Fail(new Failure(FailureKind.BadInput, "limit", $"--limit {wanted} lists nothing.", "Give 1 or more."));
            }

            var jobs = new List<JobShape>();
            Guid? next = null;
            do
            {
                var path = $"api/v1/jobs?limit={Math.Min(Page, wanted - jobs.Count)}{Query("state", parsed.GetValue(state))}{Query("kind", parsed.GetValue(kind))}{Query("before", next?.ToString())}";
                if (!(await client.GetAsync(path, ApiJson.Default.JobListShape, cancellation)).TryGet(out var page, out var failure))
                {
                    return output.Fail(failure);
                }

                jobs.AddRange(page.Jobs);
                next = page.Next;
            }
            while (next is not null && jobs.Count < wanted);

            output.Result(new JobListShape(jobs, next), ApiJson.Default.JobListShape, words => Say(jobs, words));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var (id, track) = (Id(), new Option<bool>("--track") { Description = "Also everything that happened to it, in order; with --json one document, {\"job\": …, \"events\": […]}" });
        var command = new Command("show", "Draws a job's graph, with states and times") { id, track };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var job = parsed.GetValue(id);
            if (!(await client.GetAsync($"api/v1/jobs/{job}", ApiJson.Default.JobDetailShape, cancellation)).TryGet(out var detail, out var failure))
            {
                return output.Fail(failure);
            }

            var events = new List<JobEventShape>();
            if (parsed.GetValue(track) && await ReadTrackAsync(client, job, events, cancellation) is { } unread)
            {
                return output.Fail(unread);
            }

            if (parsed.GetValue(track))
            {
                output.Result(new JobWithTrackShape(detail, events), ApiJson.Default.JobWithTrackShape, words =>
                {
                    Say(detail, words);
                    events.ForEach(one => words.Line(JobWords.Event(one)));
                });
                return ExitCodes.Done;
            }

            output.Result(detail, ApiJson.Default.JobDetailShape, words => Say(detail, words));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Retry()
    {
        var (id, from) = (Id(), new Option<string?>("--from") { Description = "Begin from this task: it and all behind it run again", HelpName = "TASK" });
        var command = new Command("retry", "Tries again what is not done of a job that has ended") { id, from };
        command.Runs((parsed, client, output, cancellation) => AnswerAsync(
            client.PostAsync($"api/v1/jobs/{parsed.GetValue(id)}/retry", NodeClient.Body(new JobRetryRequest(parsed.GetValue(from)), ApiJson.Default.JobRetryRequest), ApiJson.Default.JobDetailShape, cancellation), output,
            (job, words) => words.Line($"It runs again ({JobWords.Counts(job.Counts)}). Follow it with: tidemark job watch {job.Id}")));
        return command;
    }

    private static Command Cancel()
    {
        var id = Id();
        var command = new Command("cancel", "Calls a job off; one that has ended stays as it is") { id };
        command.Runs((parsed, client, output, cancellation) => AnswerAsync(
            client.PostAsync($"api/v1/jobs/{parsed.GetValue(id)}/cancel", null, ApiJson.Default.JobDetailShape, cancellation), output,
            (job, words) => words.Line(job.State == "cancelled" ? "It is called off." : $"It had ended already: {job.State}.")));
        return command;
    }

    private static async Task<Failure?> ReadTrackAsync(NodeClient client, Guid job, List<JobEventShape> events, CancellationToken cancellation)
    {
        while (true)
        {
            if (!(await client.GetAsync($"api/v1/jobs/{job}/track?after={(events.Count == 0 ? 0 : events[^1].Number)}&limit={MostEvents}", ApiJson.Default.JobTrackShape, cancellation)).TryGet(out var page, out var failure))
            {
                return failure;
            }

            events.AddRange(page.Events);
            if (page.Events.Count < MostEvents)
            {
                return null;
            }
        }
    }

    private static async Task<int> AnswerAsync<T>(Task<Result<T>> asked, Output output, Action<T, Output> words)
        where T : class
    {
        if (!(await asked).TryGet(out var answer, out var failure))
        {
            return output.Fail(failure);
        }

        output.Result(answer, (JsonTypeInfo<T>)ApiJson.Default.GetTypeInfo(typeof(T))!, writer => words(answer, writer));
        return ExitCodes.Done;
    }

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static void Say(List<JobShape> jobs, Output words)
    {
        if (jobs.Count == 0)
        {
            words.Line("There are no such jobs.");
            return;
        }

        words.Table(["id", "state", "kind", "title", "tasks", "asked at", "took"], jobs.Select(job => (IReadOnlyList<string>)
        [
            job.Id.ToString(), JobWords.State(job.State) + (job.Trouble is null ? "" : " (!)"), job.Kind, job.Title.Length > 60 ? job.Title[..59] + "…" : job.Title, $"{job.Counts.Done}/{job.Counts.Total}",
            Rfc3339.Format(job.CreatedAt), job.EndedAt is null ? job.Progress is { Fraction: { } fraction } ? JobWords.Percent(fraction) : "–" : JobWords.Took(job.EndedAt - job.StartedAt),
        ]));
        foreach (var trouble in jobs.Select(job => job.Trouble).OfType<string>().Distinct())
        {
            words.Line($"(!) {trouble}");
        }
    }

    internal static void Say(JobDetailShape job, Output words)
    {
        // Its instants are by the engine's clock, which need not be this machine's.
        var now = job.Now;
        words.Line($"{job.Title}  ({job.Kind}, {job.Id})");
        words.Line($"  {JobWords.State(job.State)}{(job.EndedAt is { } ended ? $" at {Rfc3339.Format(ended)}{JobWords.AndTook(ended - job.StartedAt)}" : job.StartedAt is { } started ? $" for {JobWords.Took(now - started)}" : $", asked at {Rfc3339.Format(job.CreatedAt)}")}"
            + $"{(job.Round > 1 ? $", round {job.Round}" : "")}{(job.NotBefore > now ? $", not before {Rfc3339.Format(job.NotBefore.Value)}" : "")}");
        words.Line($"  {job.Counts.Total} task{(job.Counts.Total == 1 ? "" : "s")}: {JobWords.Counts(job.Counts)}{(job.Progress is { } progress ? $"  {JobWords.Progress(progress)}" : "")}");
        if (job.Trouble is { } trouble)
        {
            words.Line($"  (!) {trouble}");
        }

        words.Line();
        foreach (var line in JobDrawing.Draw(job.Tasks, job.Edges, Console.IsOutputRedirected ? UnknownWidth : Math.Max(40, Console.WindowWidth - 1), now))
        {
            words.Line(line);
        }

        if (job.Truncated)
        {
            words.Line(job.Tasks.Count < job.Counts.Total
                ? $"(the first {job.Tasks.Count} of {job.Counts.Total} tasks)"
                : $"(not all that these tasks wait for is drawn: the first {job.Edges.Count} lines)");
        }

        words.Line();
        foreach (var task in job.Tasks.Where(task => task.Failure is not null).Take(10))
        {
            words.Line($"{task.Name}, try {task.Attempt}{(task.Node is null ? "" : $" on {task.Node}")}: {(task.ReadyAt > now ? $"tried again at {Rfc3339.Format(task.ReadyAt.Value)}" : task.State)}");
            JobWords.Failure(task.Failure!, words, "  ");
        }
    }
}
