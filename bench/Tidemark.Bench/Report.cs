using System.Text.Json;
using Spectre.Console;

namespace Tidemark.Bench;

/// <summary>How results look: a table for people, one JSON document for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Json(Results results, Machine machine) => Console.WriteLine(JsonSerializer.Serialize(
        new
        {
            results.Bench,
            Machine = machine,
            Rows = results.Rows.Concat(results.Ratios).Select(row => new
            {
                row.Case,
                Measure = row.What,
                Median = Round(row.Spread.Median),
                Min = Round(row.Spread.Min),
                Max = Round(row.Spread.Max),
                row.Unit,
                row.Spread.Runs,
            }),
            Goals = results.Goals.Select(goal => new { goal.Name, Value = goal.Value is { } value ? Round(value) : (double?)null, Goal = goal.Goal.ToString(), goal.Met }),
            results.Notes,
        },
        Shape));

    public static void Table(Results results, Machine machine)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 400;
        }

        console.WriteLine(machine.ToString());
        console.WriteLine();
        var table = new Table().Border(TableBorder.None);
        table.AddColumn(Head("case"));
        table.AddColumn(Head("measure"));
        foreach (var name in (string[])["median", "min", "max"])
        {
            table.AddColumn(Head(name).RightAligned());
        }

        table.AddColumn(Head("unit"));
        table.AddColumn(Head("goal"));
        var goals = results.Goals.ToDictionary(goal => goal.Name, StringComparer.Ordinal);
        foreach (var row in results.Rows.Concat(results.Ratios))
        {
            var goal = goals.GetValueOrDefault($"{row.What}: {row.Case}");
            table.AddRow(
                new Text(row.Case), new Text(row.What), Number(row.Spread.Median), Number(row.Spread.Min), Number(row.Spread.Max), new Text(row.Unit),
                goal is null ? new Text("") : new Text($"{goal.Goal} {(goal.Met ? "met" : "missed")}", new Style(goal.Met ? Color.Green : Color.Red)));
        }

        foreach (var (name, goal) in goals.Where(goal => goal.Value.Value is null))
        {
            var colon = name.IndexOf(": ", StringComparison.Ordinal);
            table.AddRow(new Text(name[(colon + 2)..]), new Text(name[..colon]), new Text(""), new Text(""), new Text(""), new Text(""), new Text($"{goal.Goal} not measured", new Style(Color.Red)));
        }

        console.Write(table);
        foreach (var note in results.Notes)
        {
            console.WriteLine($"Note: {note}");
        }
    }

    private static TableColumn Head(string name) => new TableColumn($"[bold]{name}[/]").NoWrap().PadRight(2);

    private static Text Number(double value) => new(Round(value).ToString("#,0.###"));

    // Three digits that count; more would be noise.
    private static double Round(double value) => value == 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6));
}
