using System.CommandLine;

namespace Tidemark.Simulator.Demo;

/// <summary>The command line: <c>demo</c> shows the whole way from a camera to a timelapse.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Once = new("--once") { Description = "end after the work instead of going on until Ctrl-C" };
    private static readonly Option<string?> Directory = new("--dir") { Description = "keep data, timelapse and report.json here; otherwise nothing is left" };
    private static readonly Option<string[]> Footage = new("--footage") { Description = "videos for the sites to show instead of drawn scenes, one a site", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Port = new("--port") { Description = "the node's TCP port on 127.0.0.1; 0 takes any that is free" };
    private static readonly Option<int> Frames = new("--frames") { Description = "how many frames of the day each site has from the start, 2 to 1440", DefaultValueFactory = _ => 60 };

    public static Command Create()
    {
        var demo = new Command("demo", "Four simulated sites, a day of frames, a timelapse of them, and the page: until Ctrl-C, which leaves nothing behind.") { Once, Directory, Footage, Port, Frames };
        demo.SetAction(RunAsync);
        return demo;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken interrupted)
    {
        var app = Environment.GetEnvironmentVariable("TIDEMARK_APP") is { Length: > 0 } named ? named : Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Tidemark.App", "release", "Tidemark.App"));
        if (!File.Exists(app))
        {
            await Console.Error.WriteLineAsync($"The program is not built: there is no {app}. Start the demo with ./tidemark demo, which builds it.");
            return 2;
        }

        if (arguments.GetValue(Frames) is < 2 or > 1440)
        {
            await Console.Error.WriteLineAsync($"tidemark demo: --frames is {arguments.GetValue(Frames)}; it must be 2 to 1440.");
            return 2;
        }

        var options = new DemoOptions(arguments.GetValue(Once), arguments.GetValue(Directory), arguments.GetValue(Footage) ?? [], arguments.GetValue(Port), arguments.GetValue(Frames), app);
        return await new DemoRun(options, TimeProvider.System).RunAsync(interrupted);
    }
}
