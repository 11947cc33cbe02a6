using System.CommandLine;
using System.Globalization;

namespace Tidemark.App.Commands;

/// <summary>Arguments that are not just text: what is wrong with one is said in words, not in names of types.</summary>
internal static class Parsing
{
    /// <param name="command">Which command lists such ids.</param>
    public static Argument<Guid> Id(string command) => new("ID")
    {
        Description = $"As '{command}' shows it",
        CustomParser = result =>
        {
            var id = Guid.Empty;
            if (result.Tokens is [var token] && !Guid.TryParse(token.Value, out id))
            {
                result.AddError($"'{Printable.Line(token.Value)}' is no id. One looks like 019f3c1e-6b1d-7a40-9c55-0b7d3f1c2a10; see: tidemark {command}");
            }

            return id;
        },
    };

    public static Option<int> Whole(string name, string description, int otherwise) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            var number = 0;
            if (result.Tokens is [var token] && !int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            {
                result.AddError($"{name} '{Printable.Line(token.Value)}' is no whole number, or too large a one.");
            }

            return number;
        },
    };
}
