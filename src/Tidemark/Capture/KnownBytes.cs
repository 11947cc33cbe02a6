using System.Text.Json;

namespace Tidemark.Capture;

/// <summary>What of a source is in quarantine, by its bytes. Read from the folder once.</summary>
internal sealed class KnownBytes(string folder)
{
    internal enum Before { New, Known, TooMany }

    private readonly Lock gate = new();
    private HashSet<string>? sums;
    private (string Day, int Count) today = ("", 0);

    /// <param name="sum">SHA-256, hexadecimal.</param>
    public Before Add(string sum, string day)
    {
        lock (gate)
        {
            // The sum's first eight digits are in the name; a clash among a source's few files is settled by the name's stamp.
            sums ??= Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "*.note.json").Select(Sum).OfType<string>()]
                : [];
            today = today.Day == day ? today : (day, 0);
            if (sums.Contains(sum))
            {
                return Before.Known;
            }

            if (today.Count >= Quarantine.MostADay)
            {
                return Before.TooMany;
            }

            today.Count++;
            sums.Add(sum);
            return Before.New;
        }
    }

    public void Forget(string sum)
    {
        lock (gate)
        {
            sums?.Remove(sum);
        }
    }

    private static string? Sum(string note)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(note), QuarantineJson.Default.QuarantineNote)?.Sha256;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
