using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>The log's form: one line an entry, instant first; nothing from outside can break out of its line.</summary>
internal sealed class LogLines(TimeProvider time) : ConsoleFormatter(FormName)
{
    public const string FormName = "tidemark";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write($"{Rfc3339.Format(time.GetUtcNow())} {Word(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] ");
        textWriter.Write(Printable.Line(logEntry.Exception is { } error ? $"{text} {error}" : text));
        textWriter.Write('\n');
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
