using System.CommandLine;
using System.Globalization;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Sources;

namespace Tidemark.App.Commands;

/// <summary><c>source add</c> and <c>source set</c>: the same options; what is not given stays as it is, or is the default.</summary>
internal static class SourceSettingsCommand
{
    private const string None = "none";
    private static readonly Option<string?> Url = new("--url") { Description = "Address of the index: a web API that answers with a JSON list of frames", HelpName = "URL" };
    private static readonly Option<string?> List = new("--list") { Description = "JSON Pointer to the list: /frames", HelpName = "PTR" };
    private static readonly Option<string?> Taken = new("--time") { Description = "JSON Pointer, from an entry, to the frame's time", HelpName = "PTR" };
    private static readonly Option<string?> Image = new("--image") { Description = "JSON Pointer, from an entry, to the image's address", HelpName = "PTR" };
    private static readonly Option<string?> Name = new("--name") { Description = "JSON Pointer, from an entry, to a name worth keeping", HelpName = "PTR" };
    private static readonly Option<string?> Every = new("--every") { Description = "Time from one poll to the next, 1s to 24h; 10m where it is not said", HelpName = "DURATION" };
    private static readonly Option<string?> Zone = new("--zone") { Description = "Time zone of its windows, and of times that it gives without an offset: Europe/Lisbon", HelpName = "ZONE" };
    private static readonly Option<string?> Window = new("--window") { Description = "Only in these hours, in its zone: 06:00-20:00, several with commas", HelpName = "HOURS" };
    private static readonly Option<string?> Daylight = new("--daylight") { Description = "Only by day at this position, with a margin where wanted: 38.69,-9.42 or 38.69,-9.42,30m", HelpName = "LAT,LON" };
    private static readonly Option<string?> AtLeast = new("--at-least") { Description = "With --daylight: hours that count as day whatever the sun does, in UTC: 04:00-13:00", HelpName = "HOURS" };
    private static readonly Option<string?> Jitter = new("--jitter") { Description = "Move its polls by up to this much, so that many sources do not all begin at once", HelpName = "DURATION" };
    private static readonly Option<int?> Expect = new("--expect") { Description = "Frames that a day brings; fewer are told", HelpName = "FRAMES" };
    private static readonly Option<string[]> Allow = new("--allow-host") { Description = "A host that images may come from, beside the index's own", HelpName = "HOST", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> Network = new("--private-network") { Description = "The source is on a private network (10/8, 192.168/16 …)" };

    public static Command Add(Argument<string> id)
    {
        var command = new Command("add", "Adds a source; it is polled at once") { id };
        AddOptions(command);
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!Read(parsed, null).TryGet(out var settings, out var failure))
            {
                return output.Fail(failure);
            }

            var request = new SourceRequest(parsed.GetValue(id)!, SourceKind.FrameIndex, settings.Url, settings.Index, settings.EverySeconds, settings.AllowedHosts, settings.PrivateNetwork,
                settings.Zone, settings.Window, settings.Daylight, settings.JitterSeconds, settings.ExpectedFrames);
            return await SourceCommand.AnswerAsync(client.PostAsync("api/v1/sources", NodeClient.Body(request, ApiJson.Default.SourceRequest), ApiJson.Default.SourceShape, cancellation), output,
                (source, words) => words.Line($"{source.Id} is captured every {Units.Span(TimeSpan.FromSeconds(source.EverySeconds))}. See it with: tidemark source show {source.Id}"));
        });
        return command;
    }

    public static Command Set(Argument<string> id)
    {
        var command = new Command("set", $"Changes how a source is captured, from now on; '{None}' takes a setting away") { id };
        AddOptions(command);
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var path = $"api/v1/sources/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
            if (!(await client.GetAsync(path, ApiJson.Default.SourceShape, cancellation)).TryGet(out var source, out var failure)
                || !Read(parsed, source).TryGet(out var settings, out failure))
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
        foreach (var option in (Option[])[Url, List, Taken, Image, Name, Every, Zone, Window, Daylight, AtLeast, Jitter, Expect, Allow, Network])
        {
            command.Options.Add(option);
        }
    }

    // What is not given stays as it is; of a new source it is missing, or the default.
    private static Result<SourceSettings> Read(ParseResult parsed, SourceShape? source)
    {
        var url = parsed.GetValue(Url) ?? source?.Url;
        if (url is null)
        {
            return Bad("url", "A source has an address.", "Give it with --url.");
        }

        if (!ReadDuration(parsed, Every, source?.EverySeconds ?? SourceConfig.DefaultEverySeconds).TryGet(out var every, out var failure)
            || !ReadDuration(parsed, Jitter, source?.JitterSeconds ?? 0).TryGet(out var jitter, out failure)
            || !ReadIndex(parsed, source?.Index).TryGet(out var index, out failure)
            || !ReadDaylight(parsed, source?.Daylight).TryGet(out var daylight, out failure))
        {
            return failure;
        }

        var allow = parsed.GetValue(Allow)!;
        return new SourceSettings(url, index.Pointers, every, allow.Length > 0 ? allow : source?.AllowedHosts ?? [], parsed.GetValue(Network) || source?.PrivateNetwork == true,
            Kept(parsed, Zone, source?.Zone), Kept(parsed, Window, source?.Window), daylight.Settings, jitter == 0 ? null : jitter, parsed.GetValue(Expect) ?? source?.ExpectedFrames, source?.Revision);
    }

    private static string? Kept(ParseResult parsed, Option<string?> option, string? now) => parsed.GetValue(option) switch { null => now, None => null, var given => given };

    private static Result<int> ReadDuration(ParseResult parsed, Option<string?> option, int now)
    {
        var text = parsed.GetValue(option);
        return text is null ? now : text == None ? 0
            : Units.TryParseDuration(text, out var duration) && duration.TotalSeconds >= 1 && duration.Ticks % TimeSpan.TicksPerSecond == 0 && duration <= TimeSpan.FromDays(1)
                ? (int)duration.TotalSeconds
                : Bad(option.Name.TrimStart('-'), $"{option.Name} {text} is no duration of whole seconds, up to a day.", "Write it like 30s, 10m or 1h.");
    }

    private static Result<(FrameIndexPointers? Pointers, bool Read)> ReadIndex(ParseResult parsed, FrameIndexPointers? now)
    {
        var (list, time, image) = (parsed.GetValue(List) ?? now?.List, parsed.GetValue(Taken) ?? now?.Time, parsed.GetValue(Image) ?? now?.Image);
        if (list is not null && time is not null && image is not null)
        {
            return (new FrameIndexPointers(list, time, image, Kept(parsed, Name, now?.Name)), true);
        }

        string[] missing = [.. new[] { (list, "--list"), (time, "--time"), (image, "--image") }.Where(pointer => pointer.Item1 is null).Select(pointer => pointer.Item2)];
        return Bad("index", $"It is not said where in the answer things are: {string.Join(", ", missing)} {(missing.Length == 1 ? "is" : "are")} missing.", "Give JSON Pointers: --list /frames --time /takenAt --image /url.");
    }

    private static Result<(DaylightSettings? Settings, bool Read)> ReadDaylight(ParseResult parsed, DaylightSettings? now)
    {
        var (text, settings) = (parsed.GetValue(Daylight), now);
        if (text == None)
        {
            return (null, true);
        }

        if (text is not null)
        {
            var parts = text.Split(',', StringSplitOptions.TrimEntries);
            var margin = TimeSpan.Zero;
            if (parts.Length is not (2 or 3) || !Degrees(parts[0], out var latitude) || !Degrees(parts[1], out var longitude) || (parts.Length == 3 && !Units.TryParseDuration(parts[2], out margin)))
            {
                return Bad("daylight", $"--daylight {text} is no position.", "Write latitude and longitude in degrees, north and east positive, and a margin where wanted: 38.69,-9.42,30m.");
            }

            settings = new DaylightSettings(latitude, longitude, (int)margin.TotalMinutes, now?.AtLeast);
        }

        if (parsed.GetValue(AtLeast) is not { } hours)
        {
            return (settings, true);
        }

        return settings is null
            ? Bad("at_least", "--at-least widens the daylight, and there is none.", "Give --daylight LAT,LON too, or use --window.")
            : (settings with { AtLeast = hours == None ? null : hours }, true);
    }

    private static bool Degrees(string text, out double degrees) => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out degrees);

    private static Failure Bad(string code, string message, string mend) => new(FailureKind.BadInput, code, message, mend);
}
