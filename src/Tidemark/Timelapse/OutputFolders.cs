namespace Tidemark.Timelapse;

/// <summary>The folders that finished timelapses may be put into: whoever may ask for a timelapse must not be able to write anywhere else.</summary>
/// <param name="Paths">Whole paths.</param>
public sealed record OutputFolders(IReadOnlyList<string> Paths)
{
    /// <summary>Why nothing may be put there; null: it may.</summary>
    public Failure? Refusal(string folder) => Paths.Contains(folder, StringComparer.Ordinal) ? null
        : new Failure(FailureKind.BadInput, "folder_not_allowed", $"Timelapses may not be put into {folder}.", Paths.Count == 0
            ? "Allow it where nodes run, in tidemark.yaml: timelapse.folders: /srv/videos"
            : $"Use one of {string.Join(", ", Paths)}, or add it to 'timelapse.folders' in tidemark.yaml.");

    /// <summary>Offered by a node that may put files into this folder.</summary>
    public static string Tag(string folder) => $"folder:{Uri.EscapeDataString(folder)}";
}

/// <summary>What is to be put where.</summary>
/// <param name="File">The name there.</param>
/// <param name="Schedule">Whose it is.</param>
/// <param name="Replaces">True: it takes the place of the one before, and must not of a later one.</param>
internal sealed record PutWork(string Folder, string File, string Schedule, bool Replaces)
{
    internal string ToJson() => System.Text.Json.JsonSerializer.Serialize(this, TimelapseJson.Default.PutWork);

    internal static PutWork FromJson(string json) => System.Text.Json.JsonSerializer.Deserialize(json, TimelapseJson.Default.PutWork)!;
}
