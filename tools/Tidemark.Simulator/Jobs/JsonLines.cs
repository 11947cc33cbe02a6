using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Simulator.Jobs;

/// <summary>Tells what happens, a line of JSON each: <c>{"is":"started","at":…,…}</c>; what the engine logs too, by the name of its event.</summary>
internal sealed class JsonLines(TextWriter output, TimeProvider time) : ILoggerProvider
{
    private readonly Lock gate = new();

    public void Tell(string what, params (string Name, object? Value)[] values)
    {
        var line = new JsonObject { ["is"] = what, ["at"] = Time.Rfc3339.Format(time.GetUtcNow()) };
        foreach (var (name, value) in values)
        {
            line[name] = JsonSerializer.SerializeToNode(value);
        }

        lock (gate)
        {
            output.WriteLine(line.ToJsonString());
            output.Flush();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Lines(this);

    public void Dispose()
    {
    }

    private sealed class Lines(JsonLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name is not null && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                lines.Tell(eventId.Name, [.. values.Where(value => value.Key != "{OriginalFormat}").Select(value => (Camel(value.Key), (object?)value.Value?.ToString())), ("error", exception?.ToString())]);
            }
        }

        private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
    }
}
