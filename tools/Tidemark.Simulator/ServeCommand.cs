using System.CommandLine;
using System.Text.Json;

namespace Tidemark.Simulator;

/// <summary>The command line: <c>serve</c> runs the sites until it is interrupted.</summary>
internal static class ServeCommand
{
    private const int ManySites = 20;

    private const string Examples = """
        Serves simulated sites on 127.0.0.1 until it is interrupted.

        Each site has /sites/SITE/index.json, local.json?zone=Europe/Lisbon (local times without an offset),
        newest.json, snapshot.jpg and frames/STAMP.jpg. Faults and clock are set while it runs.

        Examples:
          Simulator serve --port 8099
          Simulator serve --port 8099 --sites pier,valley --live-every 5s --https
          Simulator serve --port 8099 --sites-count 5000 --history 0 --live-every 6s --listed 2 --hung-share 0.1
          curl -X PUT -H 'Content-Type: application/json' http://127.0.0.1:8099/control/sites/pier/faults -d '[{"kind":"repeatedImage"}]'
          curl -X PUT -H 'Content-Type: application/json' http://127.0.0.1:8099/control/clock -d '{"now":"2026-10-25T00:59:50Z"}'
          curl -k -X PUT https://127.0.0.1:8099/control/certificate
        """;

    private static readonly SimulatorOptions Defaults = new();

    private static readonly Option<int> Port = new("--port") { Description = "TCP port on 127.0.0.1; 0 takes any that is free", DefaultValueFactory = _ => Defaults.Port };
    private static readonly Option<string> Sites = new("--sites") { Description = "ids of the sites, with commas", DefaultValueFactory = _ => string.Join(',', Defaults.Sites) };
    private static readonly Option<int> SitesCount = new("--sites-count") { Description = "instead of --sites: so many, site-0001 and on, all with one small picture", DefaultValueFactory = _ => Defaults.SitesCount };
    private static readonly Option<double> HungShare = new("--hung-share") { Description = "share of the sites that never answer, 0 to 1, spread evenly", DefaultValueFactory = _ => Defaults.HungShare };
    private static readonly Option<TimeSpan> Every = CommandValues.Length("--every", "distance of the frames before the start", Defaults.Every);
    private static readonly Option<TimeSpan> History = CommandValues.Length("--history", "how far frames reach back before the start", Defaults.History);
    private static readonly Option<TimeSpan> LiveEvery = CommandValues.Length("--live-every", "distance of the frames after the start; 0 for none", Defaults.LiveEvery);
    private static readonly Option<int> Listed = new("--listed") { Description = "frames in a list at most, the newest; 0 for all", DefaultValueFactory = _ => Defaults.Listed };
    private static readonly Option<(int Width, int Height)?> Size = new("--size") { Description = "pixels; 1280x720, or 160x90 with --sites-count", CustomParser = result => CommandValues.ParseSize(result) };
    private static readonly Option<string[]> Footage = new("--footage") { Description = "videos to show instead of drawn scenes, one a site", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<DateTimeOffset?> Clock = new("--clock") { Description = "what the simulator's clock shows at its start, RFC 3339", CustomParser = CommandValues.ParseTime };
    private static readonly Option<bool> Https = new("--https") { Description = "speak HTTPS, with a self-signed certificate that PUT /control/certificate replaces" };
    private static readonly Option<bool> Json = new("--json") { Description = "say where the sites are in one line of JSON" };

    public static RootCommand Root()
    {
        var serve = new Command("serve", Examples) { Port, Sites, SitesCount, HungShare, Every, History, LiveEvery, Listed, Size, Footage, Clock, Https, Json };
        serve.SetAction(RunAsync);
        return new RootCommand("Simulated sites for Tidemark: cameras with drawn scenes or real footage, a clock that can be set, faults on demand.") { serve };
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var count = arguments.GetValue(SitesCount);
        var (width, height) = arguments.GetValue(Size) ?? (count > 0 ? (160, 90) : (Defaults.Width, Defaults.Height));
        var options = new SimulatorOptions
        {
            Port = arguments.GetValue(Port),
            Sites = arguments.GetValue(Sites)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            SitesCount = count,
            HungShare = arguments.GetValue(HungShare),
            Every = arguments.GetValue(Every),
            History = arguments.GetValue(History),
            LiveEvery = arguments.GetValue(LiveEvery),
            Listed = arguments.GetValue(Listed),
            Width = width,
            Height = height,
            Footage = arguments.GetValue(Footage) ?? [],
            Clock = arguments.GetValue(Clock),
            Https = arguments.GetValue(Https),
        };
        if (options.Fault() is { } fault)
        {
            await Console.Error.WriteLineAsync(fault);
            return 2;
        }

        try
        {
            await using var sites = await SimulatedSites.StartAsync(options, TimeProvider.System, cancellation);
            Announce(sites, arguments.GetValue(Json));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (IOException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private static void Announce(SimulatedSites sites, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { url = sites.Address, pid = Environment.ProcessId }));
            return;
        }

        Console.WriteLine($"Simulated sites on {sites.Address} (Ctrl-C ends them)");
        foreach (var site in sites.Options.Sites.Take(ManySites))
        {
            Console.WriteLine($"  {site,-12} {sites.IndexUrl(site)}");
        }

        if (sites.Options.Sites.Count > ManySites)
        {
            Console.WriteLine($"  … {sites.Options.Sites.Count} sites, to {sites.IndexUrl(sites.Options.Sites[^1])}");
        }
    }
}
