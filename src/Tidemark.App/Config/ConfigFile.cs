using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.App.Config;

/// <summary>Reads <c>tidemark.yaml</c> into dotted keys with their lines. Nested maps are joined by dots, lists by commas.</summary>
internal static class ConfigFile
{
    /// <summary>First of these that exists is read where none is named.</summary>
    public static IReadOnlyList<string> Places { get; } = ["tidemark.yaml", "/etc/tidemark/tidemark.yaml"];

    public static Dictionary<string, ConfigValue> Read(string path, List<ConfigFault> faults)
    {
        var values = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        try
        {
            using var text = File.OpenText(path);
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (parser.TryConsume<DocumentStart>(out _))
            {
                ReadRoot(parser, path, values, faults);
            }
        }
        catch (YamlException error)
        {
            faults.Add(new ConfigFault(At(path, error.Start), $"this is no valid YAML: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add(new ConfigFault(new Origin(path), $"the file cannot be read: {error.Message}"));
        }

        return values;
    }

    private static void ReadRoot(Parser parser, string path, Dictionary<string, ConfigValue> values, List<ConfigFault> faults)
    {
        if (parser.Accept<Scalar>(out var only) && string.IsNullOrEmpty(only.Value))
        {
            return;
        }

        if (!parser.Accept<MappingStart>(out _))
        {
            faults.Add(new ConfigFault(At(path, parser.Current!.Start), "expected 'name: value' lines."));
            return;
        }

        ReadMap(parser, path, "", values, faults);
    }

    private static void ReadMap(Parser parser, string path, string prefix, Dictionary<string, ConfigValue> values, List<ConfigFault> faults)
    {
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var name = prefix + key.Value;
            if (parser.Accept<MappingStart>(out _))
            {
                ReadMap(parser, path, name + ".", values, faults);
                continue;
            }

            var text = parser.Accept<SequenceStart>(out _) ? ReadList(parser) : parser.Accept<Scalar>(out _) ? parser.Consume<Scalar>().Value : null;
            if (text is null)
            {
                parser.SkipThisAndNestedEvents();
                faults.Add(new ConfigFault(At(path, key.Start), $"'{name}' must be a plain value."));
            }
            else if (!values.TryAdd(name, new ConfigValue(text, At(path, key.Start))))
            {
                faults.Add(new ConfigFault(At(path, key.Start), $"'{name}' is given twice; the first is at {values[name].Origin}."));
            }
        }
    }

    private static string ReadList(Parser parser)
    {
        parser.Consume<SequenceStart>();
        var items = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(parser.Consume<Scalar>().Value);
        }

        return string.Join(',', items);
    }

    private static Origin At(string path, Mark mark) => new($"{path}:{mark.Line}");
}
