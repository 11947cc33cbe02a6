using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Tidemark.Simulator;

/// <summary>How lengths of time, sizes and times are written on the command line.</summary>
internal static class CommandValues
{
    public static Option<TimeSpan> Length(string name, string description, TimeSpan usual)
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

    public static (int Width, int Height) ParseSize(ArgumentResult argument)
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

    public static DateTimeOffset? ParseTime(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        argument.AddError($"'{text}' is no time; write 2026-11-22T08:10:00Z.");
        return null;
    }

    public static TimeZoneInfo ParseZone(ArgumentResult argument)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(argument.Tokens[0].Value, out var zone))
        {
            return zone;
        }

        argument.AddError($"There is no time zone '{argument.Tokens[0].Value}'; write one such as Europe/Lisbon.");
        return TimeZoneInfo.Utc;
    }
}
