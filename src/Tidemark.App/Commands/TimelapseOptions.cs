using System.CommandLine;
using System.Net.Http.Headers;
using Tidemark.App.Api;

namespace Tidemark.App.Commands;

/// <summary>What a timelapse is of and looks like: the same for one that is made now and for those that are made again and again.</summary>
internal static class TimelapseOptions
{
    public static readonly Argument<string[]> Sources = new("SOURCE") { Description = "One source; two with --layout pair: 1st left, 2nd right; four with --layout quad: left half 1st over 3rd, right half 2nd over 4th", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Layout = new("--layout") { Description = "single, pair or quad", HelpName = "LAYOUT", DefaultValueFactory = _ => "single" };
    private static readonly Option<int> Fps = Parsing.Whole("--fps", "Frames a second, 1 to 120", 24);
    private static readonly Option<string?> Crop = new("--crop") { Description = "Cut this out of each frame, in pixels; one for each source with commas between them", HelpName = "WxH+X+Y" };
    private static readonly Option<FileInfo?> Sidebar = new("--sidebar") { Description = "A video for the right side, scaled to the height; its last frame is held", HelpName = "FILE" };
    private static readonly Option<string> Pace = new("--pace") { Description = "frames: a picture for each frame; even: pictures at even distances in time", HelpName = "PACE", DefaultValueFactory = _ => "frames" };
    private static readonly Option<double?> PerDay = new("--seconds-per-day") { Description = "How long a day lasts in the video", HelpName = "SECONDS" };
    private static readonly Option<double?> Length = new("--length") { Description = "How long the whole video lasts; damaged frames may shorten it", HelpName = "SECONDS" };
    private static readonly Option<int?> Every = new("--every") { Description = "With --pace even: seconds of wall time between two pictures", HelpName = "SECONDS" };
    private static readonly Option<string> Missing = new("--missing") { Description = "Where a source has no frame: hold the last one, skip the picture, or show a slate", HelpName = "WHAT", DefaultValueFactory = _ => "hold" };
    private static readonly Option<bool> Daylight = new("--daylight") { Description = "Only while the sun is up at the first source's position" };
    private static readonly Option<string> Clock = new("--clock") { Description = "Burned in: none, utc, or local in the first source's zone", HelpName = "CLOCK", DefaultValueFactory = _ => "none" };
    private static readonly Option<string?> Caption = new("--caption") { Description = "Burned in: at most 200 characters in 3 lines", HelpName = "TEXT" };
    private static readonly Option<string?> Size = new("--size") { Description = "Size of each source's picture; default: the first source's", HelpName = "WxH" };
    private static readonly Option<string> Fit = new("--fit") { Description = "How another shape is brought to that size: bars, fill (cut off) or stretch", HelpName = "HOW", DefaultValueFactory = _ => "bars" };
    private static readonly Option<bool> Deflicker = new("--deflicker") { Description = "Even out brightness from picture to picture" };
    private static readonly Option<string?> Format = new("--format") { Description = "mp4 (H.264), h265, av1, webm or gif; default: by the file's ending, else mp4", HelpName = "FORMAT" };
    private static readonly Option<string?> Preset = new("--preset") { Description = "The encoder's preset: fast, slow … (mp4, h265), 2 to 13 (av1), 0 to 5 (webm)", HelpName = "PRESET" };
    private static readonly Option<double?> Crf = new("--crf") { Description = "Quality: lower is better and larger; default 23 (mp4), 28 (h265), 35 (av1), 33 (webm)", HelpName = "NUMBER" };
    private static readonly Option<int> Depth = Parsing.Whole("--depth", "Bits a sample: 8 plays everywhere; 10, and 12 with h265", 8);
    private static readonly Option<string?> Parameters = new("--params") { Description = "More for x264 or x265, of a list that an error tells: aq-mode=3:bframes=5", HelpName = "NAME=VALUE:…" };

    /// <summary>All but the sources, in the order of help.</summary>
    public static List<Option> Look { get; } =
    [
        Layout, Fps, PerDay, Length, Pace, Every, Missing, Daylight, Crop, Size, Fit, Sidebar, Clock, Caption, Deflicker, Format, Preset, Crf, Depth, Parameters,
    ];

    /// <summary>What was asked for; a sidebar is sent to the node first.</summary>
    /// <param name="format">Where none was said.</param>
    public static async Task<Result<TimelapseLookShape>> LookAsync(ParseResult parsed, string format, NodeClient client, CancellationToken cancellation)
    {
        Guid? sidebar = null;
        if (parsed.GetValue(Sidebar) is { } side)
        {
            if (!(await UploadAsync(side, client, cancellation)).TryGet(out var asset, out var failure))
            {
                return failure;
            }

            sidebar = asset.Id;
        }

        return new TimelapseLookShape(
            parsed.GetValue(Sources)!, parsed.GetValue(Layout)!, parsed.GetValue(Fps), parsed.GetValue(Crop), sidebar,
            parsed.GetValue(Pace)!, parsed.GetValue(PerDay), parsed.GetValue(Length), parsed.GetValue(Every), parsed.GetValue(Missing)!, parsed.GetValue(Daylight),
            parsed.GetValue(Clock)!, parsed.GetValue(Caption), parsed.GetValue(Size), parsed.GetValue(Fit)!, parsed.GetValue(Deflicker),
            parsed.GetValue(Format) ?? format, parsed.GetValue(Preset), parsed.GetValue(Crf), parsed.GetValue(Depth), parsed.GetValue(Parameters));
    }

    private static async Task<Result<AssetShape>> UploadAsync(FileInfo file, NodeClient client, CancellationToken cancellation)
    {
        if (!file.Exists)
        {
            return new Failure(FailureKind.BadInput, "sidebar", $"There is no file {file}.", "Check the path after --sidebar.");
        }

        await using var stream = file.OpenRead();
        using var body = new StreamContent(stream);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await client.PostAsync($"api/v1/assets?name={Uri.EscapeDataString(file.Name)}", body, ApiJson.Default.AssetShape, cancellation);
    }
}
