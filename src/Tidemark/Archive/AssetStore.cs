using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>A file that was ingested, or that a task made.</summary>
/// <param name="Name">What people call it; it names a download, never a path here.</param>
/// <param name="ContentType">Media type, e.g. <c>video/mp4</c>.</param>
/// <param name="Sha256">Of the whole file, 32 bytes.</param>
/// <param name="Frames">Frames that decode out of it, where it is a video; like width, height and duration in milliseconds.</param>
/// <param name="File">Its name among the assets where a task made it: with the fence under which it was made. Null: the id and the extension of its type.</param>
public sealed record Asset(
    Guid Id, string Name, string ContentType, long Bytes, ReadOnlyMemory<byte> Sha256, int? Width, int? Height, long? Frames, long? DurationMs, DateTimeOffset CreatedAt, string? File = null);

/// <summary>Assets on disk and in the database. The only place with SQL about assets.</summary>
public sealed class AssetStore(SqlDatabase database, DataFolder folder)
{
    private const string Columns = "id, name, content_type, bytes, sha256, width, height, frames, duration_ms, created_at, file";

    /// <summary>Where the asset's file lies; makers put it there by A1 before they add the row.</summary>
    public string PathOf(Asset asset) => asset.File is { } file ? PathOf(file) : folder.AssetPath(asset.Id, asset.ContentType == "video/mp4" ? ".mp4" : ".bin");

    /// <summary>Where a file of this name lies.</summary>
    public string PathOf(string file) => Path.Combine(folder.Assets, Path.GetFileName(file));

    /// <summary>Reads size and sum of the asset's file, which is in its place and synced already.</summary>
    /// <param name="read">Told how many bytes were read, again and again.</param>
    public async Task<Asset> MeasureAsync(Asset asset, Action<long>? read, CancellationToken cancellation)
    {
        var path = PathOf(asset);
        return asset with { Bytes = new FileInfo(path).Length, Sha256 = await Task.Run(() => FileSum.Of(path, fromDisk: false, read, cancellation), cancellation) };
    }

    /// <summary>Measures the asset's file and adds the row.</summary>
    public async Task<Asset> AddAsync(Asset asset, CancellationToken cancellation)
    {
        asset = await MeasureAsync(asset, null, cancellation);
        await database.WriteAsync(session => AddAsync(session, asset, cancellation), cancellation);
        return asset;
    }

    /// <summary>Adds the row of a measured asset; one that was made again takes the place of the one before.</summary>
    public static Task AddAsync(Session session, Asset asset, CancellationToken cancellation) => session.ExecuteAsync(
        $"""
        insert into asset ({Columns})
        values (@id, @name, @contentType, @bytes, @sha256, @width, @height, @frames, @durationMs, @createdAt, @file)
        on conflict (id) do update set bytes = excluded.bytes, sha256 = excluded.sha256, width = excluded.width, height = excluded.height, frames = excluded.frames, duration_ms = excluded.duration_ms,
            created_at = excluded.created_at, file = excluded.file
        """,
        cancellation,
        ("id", asset.Id), ("name", asset.Name), ("contentType", asset.ContentType), ("bytes", asset.Bytes), ("sha256", asset.Sha256.ToArray()), ("width", (long?)asset.Width), ("height", (long?)asset.Height),
        ("frames", asset.Frames), ("durationMs", asset.DurationMs), ("createdAt", asset.CreatedAt), ("file", asset.File));

    public async Task<Result<Asset>> FindAsync(Guid id, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"select {Columns} from asset where id = @id", Read, cancellation, ("id", id)), cancellation) is { } asset
            ? asset
            : new Failure(FailureKind.NotFound, "asset_not_found", $"There is no asset {id}.");

    /// <summary>Drops the row, then the file.</summary>
    public async Task RemoveAsync(Asset asset, CancellationToken cancellation)
    {
        await database.WriteAsync(session => session.ExecuteAsync("delete from asset where id = @id", cancellation, ("id", asset.Id)), cancellation);
        File.Delete(PathOf(asset));
    }

    private static Asset Read(Row row) =>
        new(row.Id(0), row.Text(1), row.Text(2), row.Int(3), row.Bytes(4), (int?)row.IntOrNull(5), (int?)row.IntOrNull(6), row.IntOrNull(7), row.IntOrNull(8), row.Time(9), row.TextOrNull(10));
}
