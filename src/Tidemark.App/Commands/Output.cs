using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Tidemark.App.Commands;

/// <summary>What a command says: results on standard output (for people, or as one JSON document), everything else on standard error. Nothing said reaches a terminal but as text.</summary>
public sealed class Output(TextWriter results, TextWriter notes, bool json)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool Json => json;

    /// <summary>True where a person watches standard error.</summary>
    public static bool Watched => !Console.IsErrorRedirected;

    public static Output ToConsole(bool json) => new(Console.Out, Console.Error, json);

    /// <summary>The result: as JSON, or in words.</summary>
    public void Result<T>(T value, JsonTypeInfo<T> shape, Action<Output> words)
    {
        if (!json)
        {
            words(this);
            return;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            JsonSerializer.Serialize(writer, value, shape);
        }

        results.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    public void Line(string text = "") => results.WriteLine(Printable.Text(text));

    public void Note(string text) => notes.WriteLine(Printable.Text(text));

    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in head)
        {
            table.AddColumn(new TableColumn($"[bold]{Markup.Escape(column)}[/]").NoWrap().PadRight(2));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(Printable.Line(cell)))]);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(results),
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 400;
        }

        console.Write(table);
    }

    /// <summary>Says what went wrong and what to do; gives the exit code.</summary>
    public int Fail(Failure failure)
    {
        Note($"tidemark: {failure.Message}");
        if (failure.Mend is { } mend)
        {
            Note($"          {mend}");
        }

        return ExitCodes.Of(failure);
    }
}
