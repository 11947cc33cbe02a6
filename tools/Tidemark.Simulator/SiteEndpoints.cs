using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Tidemark.Simulator.Faults;

namespace Tidemark.Simulator;

/// <summary>What a site's own server answers: lists of its frames, the frames, and the newest as a snapshot.</summary>
internal sealed class SiteEndpoints(SimulatedSites sites, IFrameSource pictures)
{
    private const string UsualZone = "Europe/Lisbon";

    public void Map(WebApplication host)
    {
        host.MapGet("/sites/{site}/index.json", (string site, HttpContext http) => ListAsync(http, site, null));
        host.MapGet("/sites/{site}/local.json", (string site, string? zone, HttpContext http)
            => TimeZoneInfo.TryFindSystemTimeZoneById(zone ?? UsualZone, out var found)
                ? ListAsync(http, site, found)
                : AnswerAsync(http, Results.BadRequest(new { detail = $"There is no time zone '{zone}'; write one such as {UsualZone}." })));
        host.MapGet("/sites/{site}/newest.json", (string site, HttpContext http) => NewestAsync(http, site));
        host.MapGet("/sites/{site}/snapshot.jpg", (string site, HttpContext http)
            => PictureAsync(http, site, sites.Has(site) ? sites.InstantsOf(site).NewestAt(sites.Clock.GetUtcNow()) : null));
        host.MapGet("/sites/{site}/frames/{stamp}.jpg", (string site, string stamp, HttpContext http)
            => PictureAsync(http, site, sites.Has(site) && FrameInstants.TryParseStamp(stamp, out var instant) && sites.InstantsOf(site).Has(instant, sites.Clock.GetUtcNow()) ? instant : null));
    }

    private Task ListAsync(HttpContext http, string site, TimeZoneInfo? zone)
    {
        if (!sites.Has(site))
        {
            return AnswerAsync(http, Results.NotFound());
        }

        var now = sites.Clock.GetUtcNow();
        var frames = sites.InstantsOf(site).NewestFirst(now);
        return JsonAsync(http, new SiteIndex(site, zone, TimesOff(http)).List(now, sites.Options.Listed > 0 ? frames.Take(sites.Options.Listed) : frames));
    }

    private Task NewestAsync(HttpContext http, string site)
    {
        var now = sites.Clock.GetUtcNow();
        return sites.Has(site) && sites.InstantsOf(site).NewestAt(now) is { } newest
            ? JsonAsync(http, new SiteIndex(site, off: TimesOff(http)).One(now, newest))
            : AnswerAsync(http, Results.NotFound());
    }

    private async Task PictureAsync(HttpContext http, string site, DateTimeOffset? taken)
    {
        if (taken is not { } instant)
        {
            await AnswerAsync(http, Results.NotFound());
            return;
        }

        var wrong = http.Features.Get<Fault>() as PictureFault;
        var request = sites.Requests[http.Request.Path.Value!];
        var jpeg = await pictures.Jpeg(site, wrong?.Shown(instant, sites.InstantsOf(site)) ?? instant);
        jpeg = wrong?.Changed(jpeg, request) ?? jpeg;
        var modified = instant + TimesOff(http) + (wrong?.ModifiedLater(request) ?? TimeSpan.Zero);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(jpeg))[..16]}\"");
        await AnswerAsync(http, IsKnown(http.Request, modified, tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(jpeg, "image/jpeg", enableRangeProcessing: true, lastModified: modified, entityTag: tag));
    }

    /// <summary>Whether If-Modified-Since makes the answer 304. The framework compares it with the machine's clock; here the simulator's counts.</summary>
    private static bool IsKnown(HttpRequest request, DateTimeOffset modified, EntityTagHeaderValue tag)
    {
        var since = request.GetTypedHeaders().IfModifiedSince;
        request.Headers.IfModifiedSince = default;
        if (since is null || request.Headers.IfNoneMatch.Count > 0 || modified > since)
        {
            return false;
        }

        var headers = request.HttpContext.Response.GetTypedHeaders();
        (headers.ETag, headers.LastModified) = (tag, modified);
        return true;
    }

    private static TimeSpan TimesOff(HttpContext http) => (http.Features.Get<Fault>() as ClockFault)?.TimesOff ?? TimeSpan.Zero;

    private static Task AnswerAsync(HttpContext http, IResult result) => result.ExecuteAsync(http);

    private static Task JsonAsync(HttpContext http, ReadOnlyMemory<byte> json)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }
}
