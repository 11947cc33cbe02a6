using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

internal static class SourceCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The source's name: a-z, 0-9 and '-'" };

    public static Command Make() => new("source", "What is captured: add, set, list, show, test, pause, resume, remove")
    {
        SourceSettingsCommand.Add(Id), SourceSettingsCommand.Set(Id), List(),
        OnOne("show", "Shows a source", async (id, client, output, cancellation) => await AnswerAsync(client.GetAsync($"api/v1/sources/{id}", ApiJson.Default.SourceShape, cancellation), output, Show)),
        OnOne("test", "Tries a source step by step: name, connection, answer, image", TestAsync),
        OnOne("pause", "Pauses a source: no polls until it is resumed", (id, client, output, cancellation) => ChangeAsync(id, "pause", "paused", client, output, cancellation)),
        OnOne("resume", "Resumes a paused source; it is polled at once", (id, client, output, cancellation) => ChangeAsync(id, "resume", "resumed", client, output, cancellation)),
        OnOne("trust", "Says that the source's device may show another certificate than before", (id, client, output, cancellation) => ChangeAsync(id, "trust", "may show another certificate; the next one is remembered", client, output, cancellation)),
        OnOne("poll", "Polls a source now", (id, client, output, cancellation) => ChangeAsync(id, "poll", "is being polled", client, output, cancellation)),
        OnOne("remove", "Stops capturing a source; its frames stay in the archive", async (id, client, output, cancellation) =>
        {
            if (await client.DeleteAsync($"api/v1/sources/{id}", cancellation) is { } failure)
            {
                return output.Fail(failure);
            }

            output.Result(new RemovedShape(id), ApiJson.Default.RemovedShape, words => words.Line($"{id} is not captured any more. Its frames stay in the archive."));
            return ExitCodes.Done;
        }),
    };

    private static Command List()
    {
        var command = new Command("list", "Lists the sources");
        command.Runs((_, client, output, cancellation) => AnswerAsync(client.GetAsync("api/v1/sources", ApiJson.Default.SourceListShape, cancellation), output, ApiJson.Default.SourceListShape, (list, words) =>
        {
            if (list.Sources.Count == 0)
            {
                words.Line("There are no sources yet. Add one with: tidemark source add");
                return;
            }

            words.Table(["source", "state", "frames", "size", "newest", "when"], list.Sources.Select(source => (IReadOnlyList<string>)
            [
                source.Id, State(source), source.Frames.ToString(), Units.Size(source.Bytes),
                source.Newest is { } newest ? Time.Rfc3339.Format(newest.Time) : "–", SourceWords.Briefly(source),
            ]));
        }));
        return command;
    }

    private static Command OnOne(string name, string description, Func<string, NodeClient, Output, CancellationToken, Task<int>> body)
    {
        var command = new Command(name, description) { Id };
        command.Runs((parsed, client, output, cancellation) => body(Uri.EscapeDataString(parsed.GetValue(Id)!), client, output, cancellation));
        return command;
    }

    private static Task<int> ChangeAsync(string id, string verb, string done, NodeClient client, Output output, CancellationToken cancellation) =>
        AnswerAsync(client.PostAsync($"api/v1/sources/{id}/{verb}", null, ApiJson.Default.SourceShape, cancellation), output, (source, words) => words.Line($"{source.Id} {done}."));

    private static async Task<int> TestAsync(string id, NodeClient client, Output output, CancellationToken cancellation)
    {
        if (!(await client.PostAsync($"api/v1/sources/{id}/test", null, ApiJson.Default.SourceTestShape, cancellation)).TryGet(out var test, out var failure))
        {
            return output.Fail(failure);
        }

        output.Result(test, ApiJson.Default.SourceTestShape, words =>
        {
            foreach (var step in test.Steps)
            {
                words.Line($"{(step.Ok ? "✓" : "✗")} {step.Step,-10} {step.Milliseconds,8:0.0} ms  {step.Message}");
                if (step.Mend is not null)
                {
                    words.Line($"{"",24}  {step.Mend}");
                }
            }
        });
        return test.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    internal static Task<int> AnswerAsync(Task<Result<SourceShape>> asked, Output output, Action<SourceShape, Output> words) =>
        AnswerAsync(asked, output, ApiJson.Default.SourceShape, words);

    private static async Task<int> AnswerAsync<T>(Task<Result<T>> asked, Output output, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape, Action<T, Output> words)
    {
        if (!(await asked).TryGet(out var answer, out var failure))
        {
            return output.Fail(failure);
        }

        output.Result(answer, shape, writer => words(answer, writer));
        return ExitCodes.Done;
    }

    private static string State(SourceShape source) => source.Paused ? "paused" : source.Status.Outcome ?? "not polled yet";

    private static void Show(SourceShape source, Output words)
    {
        words.Line($"{source.Id}  {State(source)}{(source.Status.At is { } at ? $" at {Time.Rfc3339.Format(at)}" : "")}{(source.Status.Failures > 1 ? $", {source.Status.Failures} times in a row" : "")}");
        if (source.Status.Message is { } message)
        {
            words.Line($"  {message}");
        }

        foreach (var matter in source.Conditions)
        {
            words.Line($"  {matter.Code} since {Time.Rfc3339.Format(matter.Since)}: {matter.Message}{(matter.Mend is { } mend ? $" {mend}" : "")}");
        }

        words.Line($"  kind     {source.Kind}");
        words.Line(source.Folder is { } folder
            ? $"  folder   {folder}{(source.NamePattern is { } pattern ? $", names like {pattern}" : "")}{(source.KeepFiles == true ? ", files stay there" : "")}"
            : $"  address  {source.Url}{(source.TimeFrom is { } from ? $", its time from {from}" : "")}");
        if (source.Index is { } index)
        {
            words.Line($"  list     {index.List}   time {index.Time}   image {index.Image}   name {index.Name ?? "–"}");
        }

        words.Line($"  when     {SourceWords.When(source)}");
        words.Line($"  next     {SourceWords.Next(source)}");
        if (source.ExpectedFrames is { } expected)
        {
            words.Line($"  expects  {expected} frames a day");
        }

        if (source.Crops is { } crops)
        {
            words.Line($"  crops    {string.Join(", ", crops)}");
        }

        words.Line($"  keeps    {SourceWords.Keeps(source)}");
        words.Line($"  archive  {source.Frames} frames, {Units.Size(source.Bytes)}{(source.Newest is { } newest ? $", newest {Time.Rfc3339.Format(newest.Time)}" : "")}");
        if (source.Quarantined > 0)
        {
            words.Line($"  unusable {source.Quarantined} in quarantine: tidemark quarantine list {source.Id}");
        }
    }
}
