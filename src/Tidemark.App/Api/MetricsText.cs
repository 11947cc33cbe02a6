using System.Globalization;
using System.Text;

namespace Tidemark.App.Api;

/// <summary>
/// Writes the Prometheus text format, version 0.0.4: each family once, its help and type before its samples, every label
/// escaped. Numbers are written so that they come back as they were.
/// </summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();
    private readonly HashSet<string> families = new(StringComparer.Ordinal);

    /// <summary>A number that goes up and down.</summary>
    public void Gauge(string name, string help, double value) => Gauge(name, help, [([], value)]);

    public void Gauge(string name, string help, IEnumerable<((string Name, string Value)[] Labels, double Value)> samples) => Family(name, "gauge", help, samples);

    /// <summary>A number that only grows while the process lives; its name ends in <c>_total</c>.</summary>
    public void Counter(string name, string help, double value) => Counter(name, help, [([], value)]);

    public void Counter(string name, string help, IEnumerable<((string Name, string Value)[] Labels, double Value)> samples) => Family(name, "counter", help, samples);

    /// <param name="bounds">Upper bounds, rising.</param>
    /// <param name="counts">How many fell into each, and last those above all of them.</param>
    public void Histogram(string name, string help, IReadOnlyList<double> bounds, IReadOnlyList<long> counts, double sum)
    {
        Head(name, "histogram", help);
        var total = 0L;
        for (var i = 0; i < counts.Count; i++)
        {
            total += counts[i];
            Sample($"{name}_bucket", [("le", i < bounds.Count ? Number(bounds[i]) : "+Inf")], total);
        }

        Sample($"{name}_sum", [], sum);
        Sample($"{name}_count", [], total);
    }

    public override string ToString() => text.ToString();

    private void Family(string name, string type, string help, IEnumerable<((string Name, string Value)[] Labels, double Value)> samples)
    {
        Head(name, type, help);
        foreach (var (labels, value) in samples)
        {
            Sample(name, labels, value);
        }
    }

    private void Head(string name, string type, string help)
    {
        if (!families.Add(name))
        {
            throw new InvalidOperationException($"The metric {name} is written twice.");
        }

        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help, quotes: false)}\n# TYPE {name} {type}\n");
    }

    private void Sample(string name, (string Name, string Value)[] labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value, quotes: true)}\"")).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
