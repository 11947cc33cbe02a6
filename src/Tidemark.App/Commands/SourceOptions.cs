using System.CommandLine;
using System.Globalization;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Sources;

namespace Tidemark.App.Commands;

/// <summary>A source's settings as options. What is not given stays as it is; of a new source it is missing, or the default.</summary>
internal static class SourceOptions
{
    /// <summary>Takes a setting away.</summary>
    public const string None = "none";

    public static readonly Option<string?> Folder = new("--folder") { Description = "The folder that a camera uploads into, on the node's machine: /srv/ftp/cam1", HelpName = "PATH" };
    private static readonly Option<string?> Url = new("--url") { Description = "Address of the list, or of the picture", HelpName = "URL" };
    private static readonly Option<string?> List = new("--list") { Description = "JSON Pointer to the list: /frames", HelpName = "PTR" };
    private static readonly Option<string?> Taken = new("--time") { Description = "JSON Pointer, from an entry, to the frame's time", HelpName = "PTR" };
    private static readonly Option<string?> Image = new("--image") { Description = "JSON Pointer, from an entry, to the image's address", HelpName = "PTR" };
    private static readonly Option<string?> Name = new("--name") { Description = "JSON Pointer, from an entry, to a name worth keeping", HelpName = "PTR" };
    private static readonly Option<string?> Every = new("--every") { Description = "Time from one poll to the next, 1s to 24h; 10m where it is not said", HelpName = "DURATION" };
    private static readonly Option<string?> Zone = new("--zone") { Description = "Time zone of its windows, and of times that it gives without an offset: Europe/Lisbon", HelpName = "ZONE" };
    private static readonly Option<string?> Window = new("--window") { Description = "Only in these hours, in its zone: 06:00-20:00, several with commas", HelpName = "HOURS" };
    private static readonly Option<string?> Daylight = new("--daylight") { Description = "Only by day at this position, with a margin where wanted: 38.69,-9.42 or 38.69,-9.42,30m", HelpName = "LAT,LON" };
    private static readonly Option<string?> AtLeast = new("--at-least") { Description = "With --daylight: hours that count as day whatever the sun does: 04:00-13:00 (UTC), or '06:00-13:00 Europe/Lisbon'", HelpName = "HOURS" };
    private static readonly Option<string?> Jitter = new("--jitter") { Description = "Move its polls by up to this much, so that many sources do not all begin at once", HelpName = "DURATION" };
    private static readonly Option<string?> Expect = new("--expect") { Description = "Frames that a day brings; fewer are told", HelpName = "FRAMES" };
    private static readonly Option<string?> NamePattern = new("--name-pattern") { Description = "How the folder's file names say the time: 'cam1_%Y%m%d_%H%M%S*.jpg'", HelpName = "PATTERN" };
    private static readonly Option<bool?> KeepFiles = new("--keep-files") { Description = "Leave files in the folder once they are archived" };
    private static readonly Option<string?> TimeFrom = new("--time-from") { Description = $"A snapshot's time: {string.Join(", ", SnapshotTime.All)}", HelpName = "WHERE" };
    private static readonly Option<string[]> Crop = new("--crop") { Description = "Cut this out of each frame without loss, beside it: 640x480+0+120; f after a side forces it", HelpName = "WxH+X+Y" };
    private static readonly Option<string[]> Keep = new("--keep") { Description = "Keep its frames this long, or this many bytes of them, or both: 90d, 500GiB", HelpName = "HOW MUCH" };
    private static readonly Option<string[]> Allow = new("--allow-host") { Description = "A host that images may come from, beside the address's own", HelpName = "HOST" };
    private static readonly Option<bool?> Network = new("--private-network") { Description = "The source is on a private network (10/8, 192.168/16 …)" };

    public static IReadOnlyList<Option> All { get; } =
        [Url, List, Taken, Image, Name, Folder, NamePattern, KeepFiles, TimeFrom, Every, Zone, Window, Daylight, AtLeast, Jitter, Expect, Crop, Keep, Allow, Network];

    /// <param name="source">As it is; null: there is none yet.</param>
    public static Result<SourceSettings> Read(ParseResult parsed, string kind, SourceShape? source)
    {
        var url = parsed.GetValue(Url) ?? source?.Url ?? "";
        if (url.Length == 0 && kind != SourceKind.FrameFolder)
        {
            return Bad("url", "A source has an address.", "Give it with --url, or a folder with --folder; see: tidemark help source");
        }

        if (!ReadDuration(parsed, Every, source?.EverySeconds ?? SourceConfig.DefaultEverySeconds).TryGet(out var every, out var failure)
            || !ReadDuration(parsed, Jitter, source?.JitterSeconds ?? 0).TryGet(out var jitter, out failure)
            || !ReadExpected(parsed, source?.ExpectedFrames).TryGet(out var expected, out failure)
            || !ReadIndex(parsed, kind, source?.Index).TryGet(out var index, out failure)
            || !ReadDaylight(parsed, source?.Daylight).TryGet(out var daylight, out failure)
            || !ReadKept(parsed, source?.KeepDays, source?.KeepBytes).TryGet(out var kept, out failure))
        {
            return failure;
        }

        return new SourceSettings(url, index.Pointers, every, Several(parsed, Allow, source?.AllowedHosts) ?? [], parsed.GetValue(Network) ?? source?.PrivateNetwork ?? false,
            Kept(parsed, Zone, source?.Zone), Kept(parsed, Window, source?.Window), daylight.Settings, jitter == 0 ? null : jitter, expected == 0 ? null : expected,
            parsed.GetValue(Folder) ?? source?.Folder, Kept(parsed, NamePattern, source?.NamePattern), parsed.GetValue(KeepFiles) ?? source?.KeepFiles, Kept(parsed, TimeFrom, source?.TimeFrom),
            Several(parsed, Crop, source?.Crops), kept.Days, kept.Bytes, source?.Revision);
    }

    private static string? Kept(ParseResult parsed, Option<string?> option, string? now) => parsed.GetValue(option) switch { null => now, None => null, var given => given };

    private static IReadOnlyList<string>? Several(ParseResult parsed, Option<string[]> option, IReadOnlyList<string>? now) =>
        parsed.GetValue(option) switch { null or [] => now, [None] => null, var given => given };

    // 0 where there is none.
    private static Result<int> ReadExpected(ParseResult parsed, int? now) => parsed.GetValue(Expect) switch
    {
        null => now ?? 0,
        None => 0,
        var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) && frames > 0
            ? frames
            : Bad("expect", $"--expect {text} is no number of frames.", $"Write how many a day brings: 60; or {None}."),
    };

    private static Result<int> ReadDuration(ParseResult parsed, Option<string?> option, int now)
    {
        var text = parsed.GetValue(option);
        return text is null ? now : text == None && option == Jitter ? 0
            : Units.TryParseDuration(text, out var duration) && duration.TotalSeconds >= 1 && duration.Ticks % TimeSpan.TicksPerSecond == 0 && duration <= TimeSpan.FromDays(1)
                ? (int)duration.TotalSeconds
                : Bad(option.Name.TrimStart('-'), $"{option.Name} {text} is no duration of whole seconds, up to a day.", "Write it like 30s, 10m or 1h.");
    }

    private static Result<(FrameIndexPointers? Pointers, bool Read)> ReadIndex(ParseResult parsed, string kind, FrameIndexPointers? now)
    {
        var (list, time, image) = (parsed.GetValue(List) ?? now?.List, parsed.GetValue(Taken) ?? now?.Time, parsed.GetValue(Image) ?? now?.Image);
        if (list is not null && time is not null && image is not null)
        {
            return (new FrameIndexPointers(list, time, image, Kept(parsed, Name, now?.Name)), true);
        }

        string[] missing = [.. new[] { (list, "--list"), (time, "--time"), (image, "--image") }.Where(pointer => pointer.Item1 is null).Select(pointer => pointer.Item2)];
        return kind != SourceKind.FrameIndex && missing.Length == 3
            ? (null, true)
            : Bad("index", $"It is not said where in the answer things are: {string.Join(", ", missing)} {(missing.Length == 1 ? "is" : "are")} missing.", "Give JSON Pointers: --list /frames --time /takenAt --image /url. For an address that answers with a picture: --kind frames.snapshot");
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
            if (parts.Length is not (2 or 3) || !Degrees(parts[0], out var latitude) || !Degrees(parts[1], out var longitude)
                || (parts.Length == 3 && !Units.TryParseDuration(parts[2].TrimStart('-'), out margin)) || margin.Ticks % TimeSpan.TicksPerMinute != 0)
            {
                return Bad("daylight", $"--daylight {text} is no position.", "Write latitude and longitude in degrees, north and east positive, and a margin of whole minutes where wanted: 38.69,-9.42,30m.");
            }

            settings = new DaylightSettings(latitude, longitude, (int)margin.TotalMinutes * (parts is [_, _, ['-', ..]] ? -1 : 1), now?.AtLeast);
        }

        if (parsed.GetValue(AtLeast) is not { } hours)
        {
            return (settings, true);
        }

        return settings is null
            ? Bad("at_least", "--at-least widens the daylight, and there is none.", "Give --daylight LAT,LON too, or use --window.")
            : (settings with { AtLeast = hours == None ? null : hours }, true);
    }

    private static Result<(int? Days, long? Bytes)> ReadKept(ParseResult parsed, int? days, long? bytes)
    {
        var given = parsed.GetValue(Keep) ?? [];
        if (given.Length > 0)
        {
            (days, bytes) = (null, null);
        }

        foreach (var text in given.Where(text => text != None))
        {
            if (Units.TryParseSize(text, out var size) && bytes is null)
            {
                bytes = size;
            }
            else if (Units.TryParseDuration(text, out var age) && age.Ticks % TimeSpan.TicksPerDay == 0 && days is null)
            {
                days = (int)age.TotalDays;
            }
            else
            {
                return Bad("keep", $"--keep {text} is neither a number of days nor a size, or comes twice.", "Write it like 90d or 500GiB; or both: --keep 90d --keep 500GiB.");
            }
        }

        return (days, bytes);
    }

    private static bool Degrees(string text, out double degrees) => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out degrees);

    private static Failure Bad(string code, string message, string mend) => new(FailureKind.BadInput, code, message, mend);
}
