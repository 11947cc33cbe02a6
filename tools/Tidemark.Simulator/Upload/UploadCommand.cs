using System.CommandLine;

namespace Tidemark.Simulator.Upload;

/// <summary>The command line: <c>upload</c> writes pictures into a folder until it is interrupted.</summary>
internal static class UploadCommand
{
    private const string Examples = """
        Writes pictures into a folder as a camera's FTP upload does, until it is interrupted.

        Examples:
          Simulator upload /tmp/cam --every 2s                                    one picture every two seconds
          Simulator upload /tmp/cam --every 2s --partial                          every second one breaks off half-way
          Simulator upload /tmp/cam --zone Europe/Lisbon --pattern "yyyy/MM/dd/'cam1_'HHmmss"
          Simulator upload /tmp/cam --clock 2026-10-25T00:59:50Z --zone Europe/Lisbon --count 5
        """;

    private static readonly UploadOptions Defaults = new() { Folder = "" };

    private static readonly Argument<string> Folder = new("DIR") { Description = "where the pictures go; made where it is missing" };
    private static readonly Option<string> Site = new("--site") { Description = "whose scene is drawn", DefaultValueFactory = _ => Defaults.Site };
    private static readonly Option<TimeSpan> Every = CommandValues.Length("--every", "distance of the pictures", Defaults.Every);
    private static readonly Option<int?> Count = new("--count") { Description = "how many pictures; without it, until it is interrupted" };
    private static readonly Option<string> Pattern = new("--pattern") { Description = "name without .jpg, a .NET date format; / makes folders, other words stand in quotes", DefaultValueFactory = _ => Defaults.Pattern };
    private static readonly Option<TimeZoneInfo?> Zone = new("--zone") { Description = "in whose local time the pictures are named; UTC where none is given", CustomParser = CommandValues.ParseZone };
    private static readonly Option<(int Width, int Height)?> Size = new("--size") { Description = "pixels; 640x360 where none are given", CustomParser = result => CommandValues.ParseSize(result) };
    private static readonly Option<int> Chunks = new("--chunks") { Description = "in how many writes a picture comes", DefaultValueFactory = _ => Defaults.Chunks };
    private static readonly Option<int> Pause = new("--pause") { Description = "milliseconds between two writes", DefaultValueFactory = _ => (int)Defaults.Pause.TotalMilliseconds };
    private static readonly Option<bool> Partial = new("--partial") { Description = "every second upload breaks off half-way, and what came stays" };
    private static readonly Option<DateTimeOffset?> Clock = new("--clock") { Description = "what the camera's clock shows at its start, RFC 3339", CustomParser = CommandValues.ParseTime };

    public static Command Create()
    {
        var upload = new Command("upload", Examples) { Folder, Site, Every, Count, Pattern, Zone, Size, Chunks, Pause, Partial, Clock };
        upload.SetAction(RunAsync);
        return upload;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (width, height) = arguments.GetValue(Size) ?? (Defaults.Width, Defaults.Height);
        var options = new UploadOptions
        {
            Folder = Path.GetFullPath(arguments.GetValue(Folder)!),
            Site = arguments.GetValue(Site)!,
            Every = arguments.GetValue(Every),
            Pattern = arguments.GetValue(Pattern)!,
            Zone = arguments.GetValue(Zone) ?? Defaults.Zone,
            Width = width,
            Height = height,
            Chunks = arguments.GetValue(Chunks),
            Pause = TimeSpan.FromMilliseconds(arguments.GetValue(Pause)),
            Partial = arguments.GetValue(Partial),
        };
        if (options.Fault() is { } fault)
        {
            await Console.Error.WriteLineAsync(fault);
            return 2;
        }

        var clock = new SimulatedClock(TimeProvider.System);
        if (arguments.GetValue(Clock) is { } now)
        {
            clock.Set(now);
        }

        try
        {
            await new UploadingCamera(options, clock).RunAsync(arguments.GetValue(Count), (path, whole) => Console.WriteLine(whole ? path : $"{path} (broken off)"), cancellation);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
