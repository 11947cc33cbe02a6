using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Sources;

namespace Tidemark.App.Commands;

internal static class SourceCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The source's name: a-z, 0-9 and '-'" };

    public static Command Make() => new("source", "What is captured: add, list, show, test, pause, resume, remove")
    {
        Add(), List(),
        OnOne("show", "Shows a source", async (id, client, output, cancellation) => await AnswerAsync(client.GetAsync($"api/v1/sources/{id}", ApiJson.Default.SourceShape, cancellation), output, Show)),
        OnOne("test", "Tries a source step by step: name, connection, answer, image", TestAsync),
        OnOne("pause", "Pauses a source: no polls until it is resumed", (id, client, output, cancellation) => ChangeAsync(id, "pause", "paused", client, output, cancellation)),
        OnOne("resume", "Resumes a paused source; it is polled at once", (id, client, output, cancellation) => ChangeAsync(id, "resume", "resumed", client, output, cancellation)),
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

    private static Command Add()
    {
        var url = new Option<string>("--url") { Description = "Address of the index: a web API that answers with a JSON list of frames", HelpName = "URL", Required = true };
        var list = new Option<string>("--list") { Description = "JSON Pointer to the list: /frames", HelpName = "PTR", Required = true };
        var time = new Option<string>("--time") { Description = "JSON Pointer, from an entry, to the frame's time", HelpName = "PTR", Required = true };
        var image = new Option<string>("--image") { Description = "JSON Pointer, from an entry, to the image's address", HelpName = "PTR", Required = true };
        var name = new Option<string?>("--name") { Description = "JSON Pointer, from an entry, to a name worth keeping", HelpName = "PTR" };
        var every = new Option<string>("--every") { Description = "Time from one poll to the next, 1s to 24h", HelpName = "DURATION", DefaultValueFactory = _ => "10m" };
        var allow = new Option<string[]>("--allow-host") { Description = "A host that images may come from, beside the index's own", HelpName = "HOST", DefaultValueFactory = _ => [] };
        var network = new Option<bool>("--private-network") { Description = "The source is on a private network (10/8, 192.168/16 …)" };
        var command = new Command("add", "Adds a source; it is polled at once") { Id, url, list, time, image, name, every, allow, network };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!Units.TryParseDuration(parsed.GetValue(every)!, out var duration) || duration < TimeSpan.FromSeconds(1))
            {
                return output.Fail(new Failure(FailureKind.BadInput, "every", $"--every {parsed.GetValue(every)} is no duration of a second or more.", "Write it like 30s, 10m or 1h."));
            }

            var request = new SourceRequest(parsed.GetValue(Id)!, SourceKind.FrameIndex, parsed.GetValue(url)!,
                new FrameIndexPointers(parsed.GetValue(list)!, parsed.GetValue(time)!, parsed.GetValue(image)!, parsed.GetValue(name)),
                (int)duration.TotalSeconds, parsed.GetValue(allow), parsed.GetValue(network));
            return await AnswerAsync(client.PostAsync("api/v1/sources", NodeClient.Body(request, ApiJson.Default.SourceRequest), ApiJson.Default.SourceShape, cancellation), output,
                (source, words) => words.Line($"{source.Id} is captured every {Units.Span(TimeSpan.FromSeconds(source.EverySeconds))}. See it with: tidemark source show {source.Id}"));
        });
        return command;
    }

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

            words.Table(["source", "state", "frames", "size", "newest", "every"], list.Sources.Select(source => (IReadOnlyList<string>)
            [
                source.Id, State(source), source.Frames.ToString(), Units.Size(source.Bytes),
                source.Newest is { } newest ? Time.Rfc3339.Format(newest.Time) : "–", Units.Span(TimeSpan.FromSeconds(source.EverySeconds)),
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

    private static Task<int> AnswerAsync(Task<Result<SourceShape>> asked, Output output, Action<SourceShape, Output> words) =>
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

        words.Line($"  index    {source.Url}");
        words.Line($"  list     {source.Index.List}   time {source.Index.Time}   image {source.Index.Image}   name {source.Index.Name ?? "–"}");
        words.Line($"  every    {Units.Span(TimeSpan.FromSeconds(source.EverySeconds))}{(source.Status.NextAt is { } next ? $", next at {Time.Rfc3339.Format(next)}" : "")}");
        words.Line($"  archive  {source.Frames} frames, {Units.Size(source.Bytes)}{(source.Newest is { } newest ? $", newest {Time.Rfc3339.Format(newest.Time)}" : "")}");
    }
}
