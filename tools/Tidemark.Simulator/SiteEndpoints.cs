using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Tidemark.Simulator;

/// <summary>What a site's own server answers: its index and its frames.</summary>
internal static class SiteEndpoints
{
    public static void Map(WebApplication host, SimulatedSites sites, CachedPictures pictures)
    {
        host.MapGet("/sites/{site}/index.json", (string site) =>
        {
            if (!sites.Options.Sites.Contains(site))
            {
                return Results.NotFound();
            }

            var now = sites.Clock.GetUtcNow();
            var frames = sites.Instants.NewestFirst(now).Select(instant => new IndexFrame(
                Text(instant), $"{site}-{FrameInstants.Stamp(instant)}", SimulatedSites.FramePath(site, instant)));
            return Results.Ok(new SiteIndex(site, Text(now), [.. frames]));
        });

        host.MapGet("/sites/{site}/frames/{stamp}.jpg", async (string site, string stamp) =>
        {
            if (!sites.Options.Sites.Contains(site) || !FrameInstants.TryParseStamp(stamp, out var instant)
                || !sites.Instants.Has(instant, sites.Clock.GetUtcNow()))
            {
                return Results.NotFound();
            }

            var jpeg = await pictures.Jpeg(site, instant);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(jpeg))[..16]}\"");
            return Results.Bytes(jpeg, "image/jpeg", enableRangeProcessing: true, lastModified: instant, entityTag: tag);
        });
    }

    internal static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed record SiteIndex(string Site, string Now, IReadOnlyList<IndexFrame> Frames);

    private sealed record IndexFrame(string TakenAt, string Name, string Url);
}
