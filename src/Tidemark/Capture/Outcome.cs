namespace Tidemark.Capture;

/// <summary>How a slot, or a poll that somebody asked for, ended. Exactly one (design/archive.md C2).</summary>
public enum Outcome
{
    /// <summary>Something new was archived.</summary>
    Ok,

    /// <summary>It answered; nothing new.</summary>
    Unchanged,

    /// <summary>It answered with something too old.</summary>
    Stale,

    /// <summary>It answered with what cannot be used.</summary>
    Invalid,

    /// <summary>No usable answer.</summary>
    Failed,

    /// <summary>An operator's marker said so.</summary>
    Skipped,

    /// <summary>The source was paused; worked out when read.</summary>
    Paused,

    /// <summary>None began; final.</summary>
    Missed,
}

public static class OutcomeText
{
    private static readonly string[] Words = ["ok", "unchanged", "stale", "invalid", "failed", "skipped", "paused", "missed"];

    /// <summary>The word in the database, the API and on the page: lower case.</summary>
    public static string Word(this Outcome outcome) => Words[(int)outcome];

    public static bool TryParse(string? word, out Outcome outcome)
    {
        var at = Array.IndexOf(Words, word);
        outcome = at < 0 ? default : (Outcome)at;
        return at >= 0;
    }
}
