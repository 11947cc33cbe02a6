using Microsoft.Net.Http.Headers;
using Tidemark.Archive;
using Tidemark.Media;

namespace Tidemark.App.Api;

/// <summary>Assets: uploaded, described, served.</summary>
public static class AssetEndpoints
{
    private const long MostBytes = 8L << 30;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/assets", UploadAsync).Accepts<Stream>("application/octet-stream").Produces<AssetShape>(201)
            .WithSummary("Uploads a video (raw body, at most 8 GiB), e.g. for a sidebar");
        api.MapGet("/assets/{id:guid}", async (Guid id, AssetStore assets, CancellationToken cancellation) =>
                (await assets.FindAsync(id, cancellation)).TryGet(out var asset, out var failure) ? Results.Json(Shape(asset), ApiJson.Default.AssetShape) : Problems.From(failure))
            .Produces<AssetShape>().WithSummary("An asset");
        api.MapGet("/assets/{id:guid}/content", ServeAsync).Produces(200, contentType: "video/mp4", additionalContentTypes: ["video/webm", "image/gif", "application/octet-stream"]).WithSummary("An asset's file, in ranges where asked");
    }

    public static AssetShape Shape(Asset asset) => new(asset.Id, asset.Name, asset.ContentType, asset.Bytes, Convert.ToHexStringLower(asset.Sha256.Span), asset.CreatedAt,
        asset.Width, asset.Height, asset.Frames, asset.DurationMs, $"/api/v1/assets/{asset.Id}/content");

    private static async Task<IResult> UploadAsync(string? name, AssetStore assets, DataFolder folder, MediaTools tools, TimeProvider time, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            bound.MaxRequestBodySize = MostBytes;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var incoming = Path.Combine(folder.Incoming, id.ToString("N") + ".part");
        try
        {
            await using (var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                await context.Request.Body.CopyToAsync(file, cancellation);
            }

            var probe = new Probe(tools);
            if (!(await probe.ProbeAsync(incoming, cancellation)).TryGet(out var facts, out var unusable))
            {
                // People know the name they gave; where it lay for a moment is nobody's business.
                var why = unusable.Message.Replace($"{incoming}: ", "", StringComparison.Ordinal).Replace(incoming, "it", StringComparison.Ordinal);
                return Problems.From(unusable with { Message = $"'{NameOf(name)}' cannot be used: {why}" });
            }

            var asset = new Asset(id, NameOf(name), "application/octet-stream", 0, default, facts.Width, facts.Height, facts.Frames, (long)facts.Duration.TotalMilliseconds, time.GetUtcNow());
            DurableFile.Publish(incoming, assets.PathOf(asset));
            return Results.Json(Shape(await assets.AddAsync(asset, cancellation)), ApiJson.Default.AssetShape, statusCode: 201);
        }
        catch (Exception error) when (error is IOException and not BadHttpRequestException or UnauthorizedAccessException)
        {
            return Problems.From(DiskFailures.Map(error));
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private static async Task<IResult> ServeAsync(Guid id, string? download, AssetStore assets, HttpContext context)
    {
        if (!(await assets.FindAsync(id, context.RequestAborted)).TryGet(out var asset, out var failure))
        {
            return Problems.From(failure);
        }

        if (!File.Exists(assets.PathOf(asset)))
        {
            return Problems.From(new Failure(FailureKind.NotFound, "asset_file_missing", $"The file of '{asset.Name}' is no longer on the node's disk.", "Restore it from a backup, or make it again."));
        }

        return Content(asset, assets, download is not null, "private, max-age=31536000, immutable", context);
    }

    /// <summary>An asset's file, in ranges where asked.</summary>
    internal static IResult Content(Asset asset, AssetStore assets, bool download, string caching, HttpContext context)
    {
        context.Response.Headers.CacheControl = caching;
        FrameEndpoints.Media(context);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(asset.Sha256.Span[..16])}\"");
        return Results.File(assets.PathOf(asset), asset.ContentType, download ? asset.Name : null, asset.CreatedAt, tag, enableRangeProcessing: true);
    }

    // It names a download some day; it never names a file here.
    private static string NameOf(string? name)
    {
        var kept = new string([.. Path.GetFileName(name ?? "").Where(c => !char.IsControl(c) && c is not ('"' or '\\'))]);
        return kept.Length == 0 ? "upload" : kept.Length > 200 ? kept[..200] : kept;
    }
}
