using System.CommandLine;
using System.Text.Json.Serialization;
using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary>An option's value and where it came from.</summary>
public sealed record ConfigValueShape(string Key, string Value, string From);

public sealed record ConfigFaultShape(string From, string Message);

public sealed record ConfigShape(string? File, IReadOnlyList<ConfigValueShape> Values, IReadOnlyList<ConfigFaultShape> Faults);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConfigShape))]
internal sealed partial class ConfigJson : JsonSerializerContext;

internal static class ConfigCommand
{
    public static Command Make()
    {
        var check = new Command("check", "Says every fault of the configuration at once, with file and line");
        check.SetAction(parsed => Say(parsed, words: (output, reading) => output.Line($"{reading.File ?? "No file; defaults, environment and flags"}: the configuration is good.")));
        var show = new Command("show", "Shows every option, its value and where it came from; secrets are hidden");
        show.SetAction(parsed => Say(parsed, (output, reading) => output.Table(["option", "value", "from"], Shape(reading).Values.Select(value => (IReadOnlyList<string>)[value.Key, value.Value, value.From]))));
        var docs = new Command("docs", "Prints the page that describes every option (docs/configuration.md)") { Hidden = true };
        docs.SetAction(parsed =>
        {
            Console.Out.Write(ConfigPage.Write());
            return ExitCodes.Done;
        });
        return new Command("config", "The configuration: check, show") { check, show, docs };
    }

    private static int Say(ParseResult parsed, Action<Output, ConfigReading> words)
    {
        var output = GlobalOptions.Output(parsed);
        var reading = GlobalOptions.ReadConfig(parsed);
        if (output.Json)
        {
            output.Result(Shape(reading), ConfigJson.Default.ConfigShape, _ => { });
            return reading.Faults.Count == 0 ? ExitCodes.Done : ExitCodes.BadUsage;
        }

        if (reading.Faults.Count > 0)
        {
            return GlobalOptions.Complain(output, reading);
        }

        words(output, reading);
        return ExitCodes.Done;
    }

    private static ConfigShape Shape(ConfigReading reading) => new(reading.File,
        [.. Setting.All.Select(setting => (setting, value: reading.Values[setting.Key])).Select(pair =>
            new ConfigValueShape(pair.setting.Key, Shown(pair.setting, pair.value.Text, reading.Config), pair.value.Origin.ToString()))],
        [.. reading.Faults.Select(fault => new ConfigFaultShape(fault.Origin.ToString(), fault.Message))]);

    private static string Shown(Setting setting, string value, NodeConfig? config) => setting.Key switch
    {
        "data" => config?.Data.Root ?? value,
        "archive" => config?.Data.Archive ?? value,
        "database" => config?.Database.Display ?? (value.Length == 0 ? "" : "…"),
        _ => setting.Secret && value.Length > 0 ? "…" : value,
    };
}
