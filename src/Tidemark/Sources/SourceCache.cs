using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Sources;

/// <summary>
/// What is captured, as the database had it last, in a file of this node: capture begins with it where the database is away
/// at a start (C1). The settings are kept as the database keeps them, so a secret in them is no more readable here than there.
/// </summary>
/// <param name="path">Of the file.</param>
/// <param name="database">Which database they are of, without its password: those of another are no use.</param>
public sealed class SourceCache(string path, string database)
{
    private readonly Lock gate = new();
    private string? written;

    /// <summary>What was kept; null where nothing usable was.</summary>
    public IReadOnlyList<Source>? Read()
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllBytes(path), SourceCacheJson.Default.CachedSources) is { } kept && kept.Database == database && !kept.Sources.Contains(null!)
                ? [.. kept.Sources.Select(one => new Source(one.Id, SourceConfig.FromJson(one.Kind, one.Config), one.Paused, one.CreatedAt, one.Revision))]
                : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps what the database has now, whole or not at all (A1); what is kept already is not written again.</summary>
    /// <returns>Why it is not kept; null where it is.</returns>
    public Failure? Write(IReadOnlyList<Source> sources)
    {
        var text = JsonSerializer.Serialize(new CachedSources(database, [.. sources.Select(one => new CachedSource(one.Id, one.Config.Kind, one.Config.ToJson(), one.Paused, one.CreatedAt, one.Revision))]), SourceCacheJson.Default.CachedSources);
        lock (gate)
        {
            if (text == written)
            {
                return null;
            }

            try
            {
                DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
                DurableFile.Write(path + ".new", System.Text.Encoding.UTF8.GetBytes(text));
                DurableFile.Replace(path + ".new", path);
                written = text;
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The one before stays; it is tried again when the sources are read next.
                return DiskFailures.Map(error, path);
            }
        }
    }
}

internal sealed record CachedSources(string Database, IReadOnlyList<CachedSource> Sources);

internal sealed record CachedSource(string Id, string Kind, string Config, bool Paused, DateTimeOffset CreatedAt, int Revision);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CachedSources))]
internal sealed partial class SourceCacheJson : JsonSerializerContext;
