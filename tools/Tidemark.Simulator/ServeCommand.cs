using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Tidemark.Simulator;

/// <summary>The command line: <c>serve</c> runs the sites until it is interrupted.</summary>
internal static class ServeCommand
{
    private static readonly SimulatorOptions Defaults = new();

    private static readonly Option<int> Port = new("--port") { Description = "TCP port on 127.0.0.1; 0 takes any that is free", DefaultValueFactory = _ => Defaults.Port };
    private static readonly Option<string> Sites = new("--sites") { Description = "ids of the sites, with commas", DefaultValueFactory = _ => string.Join(',', Defaults.Sites) };
    private static readonly Option<TimeSpan> Every = Length("--every", "distance of the frames before the start", Defaults.Every);
    private static readonly Option<TimeSpan> History = Length("--history", "how far frames reach back before the start", Defaults.History);
    private static readonly Option<TimeSpan> LiveEvery = Length("--live-every", "distance of the frames after the start; 0 for none", Defaults.LiveEvery);
    private static readonly Option<(int Width, int Height)> Size = new("--size") { Description = "pixels, as 1280x720", CustomParser = ParseSize, DefaultValueFactory = _ => (Defaults.Width, Defaults.Height) };
    private static readonly Option<string[]> Footage = new("--footage") { Description = "videos to show instead of drawn scenes, one a site", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<DateTimeOffset?> Clock = new("--clock") { Description = "what the simulator's clock shows at its start, RFC 3339", CustomParser = ParseTime };
    private static readonly Option<bool> Json = new("--json") { Description = "say where the sites are in one line of JSON" };

    public static RootCommand Root()
    {
        var serve = new Command("serve", "Serves simulated sites on 127.0.0.1 until it is interrupted.") { Port, Sites, Every, History, LiveEvery, Size, Footage, Clock, Json };
        serve.SetAction(RunAsync);
        return new RootCommand("Simulated sites for Tidemark: cameras with drawn scenes or real footage, a clock that can be set, faults on demand.") { serve };
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (width, height) = arguments.GetValue(Size);
        var options = new SimulatorOptions
        {
            Port = arguments.GetValue(Port),
            Sites = arguments.GetValue(Sites)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Every = arguments.GetValue(Every),
            History = arguments.GetValue(History),
            LiveEvery = arguments.GetValue(LiveEvery),
            Width = width,
            Height = height,
            Footage = arguments.GetValue(Footage) ?? [],
            Clock = arguments.GetValue(Clock),
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
        foreach (var site in sites.Options.Sites)
        {
            Console.WriteLine($"  {site,-12} {sites.IndexUrl(site)}");
        }
    }

    private static Option<TimeSpan> Length(string name, string description, TimeSpan usual)
        => new(name) { Description = $"{description}: a number with s, m, h or d", CustomParser = ParseLength, DefaultValueFactory = _ => usual };

    private static TimeSpan ParseLength(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, '0' => 0, _ => -1 };
        var number = unit == 0 ? text : text[..Math.Max(0, text.Length - 1)];
        if (unit < 0 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || (unit == 0 && count != 0))
        {
            argument.AddError($"'{text}' is no length of time; write 10s, 10m, 10h, 1d or 0.");
            return default;
        }

        return TimeSpan.FromSeconds((double)count * unit);
    }

    private static (int Width, int Height) ParseSize(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (text.Split('x') is [var across, var down] && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out var height))
        {
            return (width, height);
        }

        argument.AddError($"'{text}' is no size; write 1280x720.");
        return default;
    }

    private static DateTimeOffset? ParseTime(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        argument.AddError($"'{text}' is no time; write 2026-11-22T08:10:00Z.");
        return null;
    }
}
