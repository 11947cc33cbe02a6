using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Sources;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>What a snapshot showed last.</summary>
/// <param name="Url">Where it was asked for: another address is another picture.</param>
/// <param name="Time">What the frame is named by.</param>
/// <param name="Sha256">Of its bytes, hexadecimal.</param>
internal sealed record SnapshotSeen(string Url, DateTimeOffset Time, string Sha256, string? Tag, DateTimeOffset? Modified)
{
    [JsonIgnore]
    public Validators Validators => new(Tag, Modified);
}

/// <summary>
/// What is known of a snapshot over a restart, in a file of this node (<c>state/SOURCE.json</c>). It is written before the
/// frame gets its place, with the one before: where the frame is not there after all, that one counts still, so a crash
/// between neither loses a picture nor takes it twice.
/// </summary>
internal sealed record SnapshotState(SnapshotSeen? Newest, SnapshotSeen? Before)
{
    public static SnapshotState None { get; } = new(null, null);

    public static SnapshotState Load(DataFolder folder, Source source)
    {
        try
        {
            var path = PathOf(folder, source.Id);
            var state = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), SnapshotJson.Default.SnapshotState) ?? None : None;
            return state with { Newest = Usable(folder, source, state.Newest) ?? Usable(folder, source, state.Before), Before = null };
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // It is asked without a condition then, and what is here already is found by its name.
            return None;
        }
    }

    /// <summary>Keeps it; where that fails, the frame must not be taken: its bytes would come again.</summary>
    public Failure? Save(DataFolder folder, string source, ILogger logger)
    {
        var path = PathOf(folder, source);
        try
        {
            DurableFile.CreateFolder(folder.State);
            File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, SnapshotJson.Default.SnapshotState));
            DurableFile.Replace(path + ".new", path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.StateNotKept(logger, source, error.Message);
            return DiskFailures.Map(error, path);
        }
    }

    private static string PathOf(DataFolder folder, string source) => Path.Combine(folder.State, source + ".json");

    // The address was changed, or the picture never got its place: nothing is known.
    private static SnapshotSeen? Usable(DataFolder folder, Source source, SnapshotSeen? seen) =>
        seen is not null && seen.Url == source.Config.Url && File.Exists(folder.FramePath(source.Id, seen.Time)) ? seen : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SnapshotState))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
