using System.CommandLine;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Data = new("--data") { Description = "The data folder (TIDEMARK_DATA)", HelpName = "DIR", Recursive = true };
    public static readonly Option<string?> ConfigFile = new("--config") { Description = "The configuration file (TIDEMARK_CONFIG; else ./tidemark.yaml, /etc/tidemark/tidemark.yaml)", HelpName = "FILE", Recursive = true };
    public static readonly Option<string[]> Set = new("--set") { Description = "Any option of the configuration: --set log.level=debug", HelpName = "KEY=VALUE", Recursive = true, DefaultValueFactory = _ => [] };
    public static readonly Option<string?> Server = new("--server") { Description = "Speak to the node at this address (TIDEMARK_SERVER) with the token in TIDEMARK_TOKEN, instead of the one on this machine", HelpName = "URL", Recursive = true };
    public static readonly Option<bool> Json = new("--json") { Description = "Answer with one JSON document", Recursive = true };

    public static Output Output(ParseResult parsed) => Commands.Output.ToConsole(parsed.GetValue(Json));

    /// <summary>Reads the configuration with this command line's flags on top.</summary>
    public static ConfigReading ReadConfig(ParseResult parsed, params (string Key, string? Value)[] flags)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<ConfigFault>();
        foreach (var pair in parsed.GetValue(Set) ?? [])
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || Setting.All.All(setting => setting.Key != parts[0]))
            {
                unknown.Add(new ConfigFault(new Origin("--set"), $"'{pair}' sets no option; write KEY=VALUE with a key of docs/configuration.md."));
                continue;
            }

            given[parts[0]] = parts[1];
        }

        foreach (var (key, value) in flags.Append(("data", parsed.GetValue(Data))).Where(flag => flag.Item2 is not null))
        {
            given[key] = value!;
        }

        var reading = ConfigReader.Read(parsed.GetValue(ConfigFile), given, Environment.GetEnvironmentVariable);
        return unknown.Count == 0 ? reading : reading with { Config = null, Faults = [.. unknown, .. reading.Faults] };
    }

    /// <summary>Says every fault of the configuration; gives the exit code.</summary>
    public static int Complain(Output output, ConfigReading reading)
    {
        output.Note($"tidemark: the configuration has {reading.Faults.Count} fault{(reading.Faults.Count == 1 ? "" : "s")}:");
        foreach (var fault in reading.Faults)
        {
            output.Note($"  {fault}");
        }

        return ExitCodes.BadUsage;
    }
}
