using System.Net;
using Tidemark.App.Config;
using Tidemark.Archive;

namespace Tidemark.App.Api;

/// <summary>Links that open an asset for whoever has them.</summary>
public static class LinkEndpoints
{
    /// <summary>Where links lead: <c>/share/SECRET/NAME</c>. The name is for people and programs that save it.</summary>
    public const string Shared = "/share";

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromDays(3650);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/assets/{id:guid}/links", AddAsync).Produces<LinkShape>(201).WithSummary("Makes a link that opens this asset without a token; it is in this answer and never again");
        api.MapGet("/assets/{id:guid}/links", async (Guid id, AssetStore assets, AssetLinks links, NodeConfig config, CancellationToken cancellation) =>
                (await assets.FindAsync(id, cancellation)).Failed(out var missing) ? Problems.From(missing) : Results.Json(new LinkListShape([.. (await links.ListAsync(id, cancellation)).Select(link => Shape(link, null, config))]), ApiJson.Default.LinkListShape))
            .Produces<LinkListShape>().WithSummary("The links to this asset that are good still, without their secrets");
        api.MapDelete("/links/{id:guid}", async (Guid id, AssetLinks links, CancellationToken cancellation) => await links.RevokeAsync(id, cancellation) is { } failure ? Problems.From(failure) : Results.NoContent())
            .Produces(204).WithSummary("Takes a link back: it opens nothing from now on");
    }

    /// <summary>What is opened by a link itself, outside of the API.</summary>
    public static void MapShared(IEndpointRouteBuilder app) => app.MapGet(Shared + "/{secret}/{name?}", ServeAsync).ExcludeFromDescription();

    private static async Task<IResult> AddAsync(Guid id, LinkRequest request, AssetStore assets, AssetLinks links, NodeConfig config, NodeStart start, CancellationToken cancellation)
    {
        var goodFor = TimeSpan.FromSeconds(request.ExpiresInSeconds);
        if (goodFor < Shortest || goodFor > Longest)
        {
            return Problems.From([("expiresInSeconds", new Failure(FailureKind.BadInput, "link_expiry", $"A link cannot end after {request.ExpiresInSeconds} s.", $"Give {Shortest.TotalSeconds:0} to {Longest.TotalSeconds:0} seconds."))]);
        }

        if (!(await assets.FindAsync(id, cancellation)).TryGet(out var asset, out var missing))
        {
            return Problems.From(missing);
        }

        var link = await links.CreateAsync(id, goodFor, cancellation);
        return Results.Json(Shape(link, $"{start.Address.TrimEnd('/')}{Shared}/{link.Secret}/{Uri.EscapeDataString(asset.Name)}", config), ApiJson.Default.LinkShape, statusCode: 201);
    }

    private static LinkShape Shape(AssetLink link, string? url, NodeConfig config) => new(link.Id, url, link.CreatedAt, link.ExpiresAt, !config.BehindProxy && IPAddress.IsLoopback(config.Listen.Address));

    private static async Task<IResult> ServeAsync(string secret, string? download, AssetLinks links, AssetStore assets, HttpContext context)
    {
        // People see this: they have no use for problem details.
        if (await links.FindAsync(secret, context.RequestAborted) is not { } link || !(await assets.FindAsync(link.Asset, context.RequestAborted)).TryGet(out var asset, out _) || !File.Exists(assets.PathOf(asset)))
        {
            return Results.Text("This link does not open anything: it has ended, was taken back, or is not whole. Ask whoever gave it to you for another.\n", statusCode: StatusCodes.Status404NotFound);
        }

        // It may be shown within other pages; and must end when it ends.
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        context.Response.Headers["X-Robots-Tag"] = "noindex";
        return AssetEndpoints.Content(asset, assets, download is not null, "private, no-cache", context);
    }
}
