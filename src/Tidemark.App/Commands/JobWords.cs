using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>Jobs and tasks in words: every state by a sign and by its word, for who sees no colours and who hears the screen.</summary>
internal static class JobWords
{
    public static string Sign(string state) => state switch
    {
        "done" => "✓",
        "running" => "▶",
        "ready" => "○",
        "waiting" => "·",
        "failed" => "✗",
        "cancelled" => "■",
        _ => "–",
    };

    public static string State(string state) => $"{Sign(state)} {state}";

    /// <summary>Rounded down: 100 % is what is done.</summary>
    public static string Percent(double fraction) => $"{Math.Floor(fraction * 100)} %";

    public static string Progress(TaskProgressShape progress) =>
        string.Join("  ", new[]
        {
            progress.Fraction is { } fraction ? Percent(fraction) : null,
            progress.Note,
            progress.SecondsLeft is { } left ? $"{Units.Span(TimeSpan.FromSeconds(left))} left" : null,
        }.Where(part => part is not null));

    /// <summary>When and how long.</summary>
    public static string When(JobTaskShape task, DateTimeOffset now) => task.State switch
    {
        "done" or "failed" => $"took {Took(task.EndedAt - task.StartedAt)}",
        "running" => $"for {Took(now - task.StartedAt)}",
        "ready" when task.ReadyAt > now => $"tried again in {Units.Span(task.ReadyAt.Value - now)}",
        "ready" => $"waits for a node since {Took(now - task.ReadyAt)}",
        "waiting" => "waits for others",
        "cancelled" when task.StartedAt is not null => $"stopped after {Took(task.EndedAt - task.StartedAt)}",
        "skipped" => "another that it waits for failed",
        _ => "",
    };

    /// <summary>Nothing where it never began.</summary>
    public static string AndTook(TimeSpan? span) => span is null ? "" : $", took {Took(span)}";

    public static string Took(TimeSpan? span) => span switch
    {
        null => "–",
        { TotalSeconds: < 1 } short1 => $"{Math.Max(0, short1.TotalMilliseconds):0} ms",
        { TotalSeconds: < 60 } some => $"{some.TotalSeconds:0.0} s",
        { } some => Units.Span(some),
    };

    public static string Counts(JobCountsShape counts) =>
        string.Join(", ", new[] { (counts.Done, "done"), (counts.Running, "running"), (counts.Ready, "ready"), (counts.Waiting, "waiting"), (counts.Failed, "failed"), (counts.Cancelled, "cancelled"), (counts.Skipped, "skipped") }
            .Where(count => count.Item1 > 0).Select(count => $"{count.Item1} {count.Item2}"));

    /// <summary>One line for an event of the track.</summary>
    public static string Event(JobEventShape one)
    {
        var task = one.Task is null ? "" : $" {one.Task}{(one.Attempt is > 1 ? $", try {one.Attempt}" : "")}";
        var took = one is { Kind: "done" or "failed", StartedAt: { } started } ? $", took {Took(one.At - started)}" : "";
        var node = one.Node is null ? "" : $" on {one.Node}";
        var failure = one.Failure is null ? "" : $": {one.Failure.Message}";
        var next = one.NextAt is null ? "" : $" Tried again at {Rfc3339.Format(one.NextAt.Value)}.";
        var end = one.JobState is null ? "" : $"  – the job is {one.JobState}";
        return $"{Rfc3339.Format(one.At)}  {Sign(one.Kind switch { "submitted" or "retried" or "returned" => "waiting", "lost" => "failed", "stopped" => "cancelled", _ => one.Kind })} {Kind(one)}{task}{node}{took}{failure}{next}{end}";
    }

    private static string Kind(JobEventShape one) => one.Kind switch
    {
        "lost" => "lost with its node:",
        "returned" => "handed back:",
        "stopped" => "stopped:",
        "retried" when one.Task is null => "tried again",
        "retried" => "to be done again:",
        _ => one.Kind,
    };

    public static void Failure(JobFailureShape failure, Output words, string indent)
    {
        words.Line($"{indent}✗ {failure.Message}");
        if (failure.Mend is { } mend)
        {
            words.Line($"{indent}  → {mend}");
        }

        if (failure.Detail is { } detail)
        {
            foreach (var line in detail.TrimEnd().Split('\n').TakeLast(10))
            {
                words.Line($"{indent}  | {line.TrimEnd()}");
            }
        }
    }
}
