using System.Text;

namespace Tidemark.Media;

/// <summary>Reads what tools print, however much and however long its lines are, in bounded memory.</summary>
internal static class ToolOutput
{
    private const int LongestLine = 64 * 1024;

    /// <summary>Hands on line by line; a longer one than 64 Ki characters comes in pieces.</summary>
    internal static async Task ReadAsync(StreamReader reader, Action<string> line)
    {
        var buffer = new char[4096];
        var rest = new StringBuilder();
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            for (var from = 0; from < count;)
            {
                var end = Array.IndexOf(buffer, '\n', from, count - from);
                rest.Append(buffer, from, (end < 0 ? count : end) - from);
                if (end >= 0 || rest.Length >= LongestLine)
                {
                    line(rest.ToString());
                    rest.Clear();
                }

                from = end < 0 ? count : end + 1;
            }
        }

        if (rest.Length > 0)
        {
            line(rest.ToString());
        }
    }

    /// <summary>Keeps the end of what is said.</summary>
    internal static async Task CollectAsync(StreamReader reader, TailText tail)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            tail.Append(buffer.AsSpan(0, count));
        }
    }
}

/// <summary>The last so many characters of a text.</summary>
internal sealed class TailText(int limit)
{
    private readonly StringBuilder text = new();
    private readonly Lock gate = new();

    internal void Append(ReadOnlySpan<char> more)
    {
        lock (gate)
        {
            text.Append(more);
            if (text.Length > limit * 2)
            {
                text.Remove(0, text.Length - limit);
            }
        }
    }

    public override string ToString()
    {
        lock (gate)
        {
            return text.Length > limit ? text.ToString(text.Length - limit, limit) : text.ToString();
        }
    }
}
