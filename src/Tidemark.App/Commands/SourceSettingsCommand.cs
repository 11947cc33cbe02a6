using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.Sources;

namespace Tidemark.App.Commands;

/// <summary><c>source add</c> and <c>source set</c>: the same options; what is not given stays as it is, or is the default.</summary>
internal static class SourceSettingsCommand
{
    private static readonly Option<string?> Kind = new("--kind")
    {
        Description = $"{SourceKind.FrameIndex}: a list of frames, where it is not said; {SourceKind.FrameSnapshot}: an address that answers with the newest picture; {SourceKind.FrameFolder}: a folder that a camera uploads into",
        HelpName = "KIND",
    };

    public static Command Add(Argument<string> id)
    {
        var command = new Command("add", "Adds a source; it is polled at once") { id, Kind };
        AddOptions(command);
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var kind = parsed.GetValue(Kind) ?? (parsed.GetValue(SourceOptions.Folder) is null ? SourceKind.FrameIndex : SourceKind.FrameFolder);
            if (!SourceOptions.Read(parsed, kind, null).TryGet(out var settings, out var failure))
            {
                return output.Fail(failure);
            }

            var request = new SourceRequest(parsed.GetValue(id)!, kind, settings.Url, settings.Index, settings.EverySeconds, settings.AllowedHosts, settings.PrivateNetwork,
                settings.Zone, settings.Window, settings.Daylight, settings.JitterSeconds, settings.ExpectedFrames,
                settings.Folder, settings.NamePattern, settings.KeepFiles, settings.TimeFrom, settings.Crops, settings.KeepDays, settings.KeepBytes);
            return await SourceCommand.AnswerAsync(client.PostAsync("api/v1/sources", NodeClient.Body(request, ApiJson.Default.SourceRequest), ApiJson.Default.SourceShape, cancellation), output,
                (source, words) => words.Line($"{source.Id} is captured {SourceWords.When(source)}. See it with: tidemark source show {source.Id}"));
        });
        return command;
    }

    public static Command Set(Argument<string> id)
    {
        var command = new Command("set", $"Changes how a source is captured, from now on; '{SourceOptions.None}' takes a setting away") { id };
        AddOptions(command);
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var path = $"api/v1/sources/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
            if (!(await client.GetAsync(path, ApiJson.Default.SourceShape, cancellation)).TryGet(out var source, out var failure)
                || !SourceOptions.Read(parsed, source.Kind, source).TryGet(out var settings, out failure))
            {
                return output.Fail(failure);
            }

            return await SourceCommand.AnswerAsync(client.PutAsync(path, NodeClient.Body(settings, ApiJson.Default.SourceSettings), ApiJson.Default.SourceShape, cancellation), output,
                (changed, words) => words.Line($"{changed.Id} is changed (revision {changed.Revision}). See it with: tidemark source show {changed.Id}"));
        });
        return command;
    }

    private static void AddOptions(Command command)
    {
        foreach (var option in SourceOptions.All)
        {
            command.Options.Add(option);
        }
    }
}
